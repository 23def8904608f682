//! Smaller pictures of those that have far more pixels than their place on paper can show.

use std::io::Cursor;

use image::codecs::{
    gif::GifDecoder, jpeg::JpegDecoder, jpeg::JpegEncoder, png::PngDecoder, png::PngEncoder, webp::WebPDecoder,
};
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageEncoder, ImageResult};

use crate::check::bounded;
use crate::rows::Small;
use crate::{Flaw, Kind, jpeg, rows};

/// Smaller pictures are drawn as they are: there is little to gain.
const FEW_PIXELS: u64 = 4_000_000;
/// What is not at least so many times as wide as it is drawn stays as it is.
const FAR_LARGER: u64 = 2;
/// What JPEG loses of a picture that is made smaller cannot be seen.
const QUALITY: u8 = 90;

/// A picture at most so many pixels wide, in the place of one that is far wider. Nothing if there is no need for it, or if the picture
/// cannot be made smaller here.
///
/// # Errors
/// What is wrong with the picture.
pub fn shrunk(bytes: &[u8], width: u32) -> Result<Option<(Kind, Vec<u8>)>, Flaw> {
    let Some(kind) = Kind::of(bytes) else { return Ok(None) };
    let cursor = Cursor::new(bytes);
    let small = match kind {
        Kind::Svg => None,
        Kind::Png => match rows::header(bytes)? {
            rows::Header { interlaced: true, .. } => decoded(kind, PngDecoder::new(cursor), width)?,
            rows::Header { size, orientation, .. } => {
                smaller(size, orientation, width).map(|size| rows::shrink(bytes, size)).transpose()?
            }
        },
        // Its colours are those of a printer, and stay so in the PDF.
        Kind::Jpeg if jpeg::frame(bytes).is_none_or(|frame| frame.components > 3) => None,
        Kind::Jpeg => decoded(kind, JpegDecoder::new(cursor), width)?,
        Kind::Gif => decoded(kind, GifDecoder::new(cursor), width)?,
        Kind::Webp => decoded(kind, WebPDecoder::new(cursor), width)?,
    };
    small.map(|small| encoded(kind, small)).transpose()
}

/// The size of a picture that is at most so wide when it is shown; nothing if it is not far smaller.
fn smaller((full_width, full_height): (u32, u32), orientation: Orientation, width: u32) -> Option<(u32, u32)> {
    let shown = u64::from(if turned(orientation) { full_height } else { full_width }).max(1);
    let needed =
        u64::from(full_width) * u64::from(full_height) > FEW_PIXELS && shown / u64::from(width.max(1)) >= FAR_LARGER;
    let scaled = |side: u32| u32::try_from(u64::from(side) * u64::from(width) / shown).unwrap_or(side).max(1);
    needed.then(|| (scaled(full_width), scaled(full_height)))
}

/// A picture that has to be decoded as a whole.
fn decoded<D: ImageDecoder>(kind: Kind, decoder: ImageResult<D>, width: u32) -> Result<Option<Small>, Flaw> {
    let broken = |error| Flaw::broken(kind, error);
    let mut decoder = decoder.map_err(broken)?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let size = decoder.dimensions();
    let target = smaller(size, orientation, width).filter(|_| bounded(size.0, size.1).is_ok());
    let Some((width, height)) = target else { return Ok(None) };
    let profile = decoder.icc_profile().ok().flatten();
    let picture = DynamicImage::from_decoder(decoder).map_err(broken)?.thumbnail_exact(width, height);
    Ok(Some(Small { picture, profile, orientation }))
}

const fn turned(orientation: Orientation) -> bool {
    use Orientation::{Rotate90, Rotate90FlipH, Rotate270, Rotate270FlipH};
    matches!(orientation, Rotate90 | Rotate270 | Rotate90FlipH | Rotate270FlipH)
}

fn encoded(kind: Kind, mut small: Small) -> Result<(Kind, Vec<u8>), Flaw> {
    small.picture.apply_orientation(small.orientation);
    let photo = matches!(kind, Kind::Jpeg | Kind::Webp) && !small.picture.color().has_alpha();
    let mut bytes = Vec::new();
    let written = match photo {
        true => write(JpegEncoder::new_with_quality(&mut bytes, QUALITY), &small),
        false => write(PngEncoder::new(&mut bytes), &small),
    };
    written.map_err(|error| Flaw::broken(kind, error))?;
    Ok((if photo { Kind::Jpeg } else { Kind::Png }, bytes))
}

fn write<E: ImageEncoder>(mut encoder: E, small: &Small) -> ImageResult<()> {
    if let Some(profile) = &small.profile {
        // Both encoders take profiles; without one, colours are slightly off.
        let _ = encoder.set_icc_profile(profile.clone());
    }
    let picture = &small.picture;
    encoder.write_image(picture.as_bytes(), picture.width(), picture.height(), picture.color().into())
}
