//! Pictures among the assets of a report: found by name, recognised, and made ready to be drawn.

use std::borrow::Cow;
use std::collections::BTreeMap;

use ::picture::{Kind, shrunk, utf8};
use domain::definition::{Image, Length};
use serde_json::{Value, json};
use typst::foundations::Bytes;
use typst::visualize::{ExchangeFormat, RasterImage, SvgImage};
use unicode_normalization::UnicodeNormalization;

use crate::Report;
use crate::error::{Place, RenderError};
use crate::world::ReportWorld;

/// Print shows no more: pictures with far more pixels are made smaller before they are drawn.
const PIXELS_PER_POINT: f64 = 300.0 / 72.0;

/// A name as names are compared: what a Mac types and what Windows types is the same.
pub fn same_name(name: &str) -> String {
    name.nfc().collect()
}

/// The assets of a report by their names in NFC, SVG in UTF-8.
pub fn assets(assets: &BTreeMap<String, Bytes>) -> BTreeMap<String, Bytes> {
    let readable = |bytes: &Bytes| match utf8(bytes) {
        Cow::Borrowed(_) => bytes.clone(),
        Cow::Owned(bytes) => Bytes::new(bytes),
    };
    assets.iter().map(|(name, bytes)| (same_name(name), readable(bytes))).collect()
}

/// An image block for the layout; a picture that is made smaller is put into `files`.
///
/// # Errors
/// When there is no such asset, or when it is no picture.
pub fn resolve(
    report: &Report<'_>,
    image: &Image,
    place: &str,
    width: f64,
    files: &mut BTreeMap<String, Bytes>,
) -> Result<Value, RenderError> {
    let place_asset = format!("{place}.asset");
    let flawed = |flaw: ::picture::Flaw| RenderError::report(&place_asset, format!("`{}` {flaw}", image.asset));
    let bytes = find(&report.job.assets, &image.asset, &place_asset)?;
    let kind = Kind::of(bytes).ok_or(::picture::Flaw::Unknown).map_err(flawed)?;
    let mut points = match image.width {
        Some(Length::Points(points)) => Some(points.min(width)),
        Some(Length::Percent(percent)) => Some(width * percent / 100.0),
        Some(Length::Share(_)) => Some(width),
        Some(Length::Auto) | None => None,
    };
    let name = same_name(&image.asset);
    let pixels = (points.unwrap_or(width) * PIXELS_PER_POINT).ceil() as u32;
    let small = match report.job.outputs.has_pages() {
        true => smaller(bytes, pixels, &name, files).map_err(flawed)?,
        false => None,
    };
    // Far wider than its place, it has no width of its own that it could keep.
    points = points.or(small.is_some().then_some(width));
    let (kind, file) = small.unwrap_or_else(|| (kind, format!("assets/{name}")));
    let alt = report.templates.optional(image.alt.as_deref(), &format!("{place}.alt"))?;
    Ok(json!({
        "kind": "image", "place": place_asset, "asset": image.asset,
        "file": format!("/{file}"), "format": format(kind), "width": points, "alt": alt,
    }))
}

/// The file of a smaller picture, where one is needed. It is made once for all places of the same width.
fn smaller(
    bytes: &[u8],
    pixels: u32,
    name: &str,
    files: &mut BTreeMap<String, Bytes>,
) -> Result<Option<(Kind, String)>, ::picture::Flaw> {
    let file = format!("pictures/{pixels}/{name}");
    if let Some(kind) = files.get(&file).and_then(|small| Kind::of(small)) {
        return Ok(Some((kind, file)));
    }
    let Some((kind, small)) = shrunk(bytes, pixels)? else { return Ok(None) };
    files.insert(file.clone(), Bytes::new(small));
    Ok(Some((kind, file)))
}

fn find<'a>(assets: &'a BTreeMap<String, Bytes>, name: &str, place: &str) -> Result<&'a Bytes, RenderError> {
    let same = || assets.iter().find(|(other, _)| same_name(other) == same_name(name)).map(|(_, bytes)| bytes);
    assets.get(name).or_else(same).ok_or_else(|| {
        let known: Vec<&str> = assets.keys().map(String::as_str).collect();
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        RenderError::report(place, format!("`{name}` is not an asset of the report; its assets: {known}"))
    })
}

/// What Typst calls a picture of this kind.
const fn format(kind: Kind) -> &'static str {
    match kind {
        Kind::Png => "png",
        Kind::Jpeg => "jpg",
        Kind::Gif => "gif",
        Kind::Webp => "webp",
        Kind::Svg => "svg",
    }
}

/// Names the picture that an error is about: the layout of blocks is ours, and what it cannot show is an asset of the report.
pub fn blame(error: RenderError, document: &Value, world: &ReportWorld) -> RenderError {
    if !["typst", "layout/", "assets/", "pictures/"].iter().any(|start| error.place.as_str().starts_with(start)) {
        return error;
    }
    let images = images(&document["blocks"]);
    let broken = images.iter().find(|image| is_broken(image, world) == Some(true));
    // A drawing can also be read and yet have parts that cannot, such as pictures of other sites.
    let only = images.first().filter(|first| images.iter().all(|image| image["asset"] == first["asset"]));
    let named = broken.or(only).and_then(|image| {
        let (place, asset) = (image["place"].as_str()?, image["asset"].as_str()?);
        Some(RenderError::report(place, format!("`{asset}` cannot be drawn: {}", error.message)))
    });
    named.unwrap_or(RenderError { place: Place::Report("blocks".to_owned()), ..error })
}

/// The pictures of resolved blocks, those in columns too.
fn images<'a>(blocks: &'a Value) -> Vec<&'a Value> {
    let of_block = |block: &'a Value| match block["kind"].as_str() {
        Some("image") => vec![block],
        Some("columns") => block["columns"].as_array().into_iter().flatten().flat_map(images).collect(),
        _ => Vec::new(),
    };
    blocks.as_array().into_iter().flatten().flat_map(of_block).collect()
}

/// Whether Typst cannot read a picture.
fn is_broken(image: &Value, world: &ReportWorld) -> Option<bool> {
    let bytes = world.bytes(image["file"].as_str()?.trim_start_matches('/'))?.clone();
    Some(match ExchangeFormat::detect(&bytes) {
        Some(format) => RasterImage::plain(bytes, format).is_err(),
        None => SvgImage::new(bytes).is_err(),
    })
}
