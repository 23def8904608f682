//! Pictures in reports: found, whole on a page, and named when they are broken.

use std::collections::BTreeMap;

use domain::definition::Definition;
use serde_json::{Value, json};
use typst::foundations::Bytes;

use super::{PIXEL, sales};
use crate::{Job, Outputs, Pictures, RenderError, Rendered, render};

/// The pixels of a page's picture to a point.
const SCALE: f64 = 2.0;
const TOP: f64 = 54.0;
const BOTTOM: f64 = 56.0;
const A4: (f64, f64) = (595.28, 841.89);

/// A red rectangle of this size in points.
fn drawing(width: u32, height: u32) -> Vec<u8> {
    let size = format!("width=\"{width}\" height=\"{height}\"");
    format!("<svg xmlns=\"http://www.w3.org/2000/svg\" {size}><rect {size} fill=\"#ff0000\"/></svg>").into_bytes()
}

/// A white PNG without colours, a few KB whatever its size.
fn blank(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_depth(png::BitDepth::One);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&vec![0xff; width.div_ceil(8) as usize * height as usize]).unwrap();
    writer.finish().unwrap();
    bytes
}

fn rendered(blocks: &Value, assets: &[(&str, Vec<u8>)]) -> Result<Rendered, RenderError> {
    let definition = Definition::parse(&json!({"blocks": blocks})).unwrap();
    let job = Job::new("Pictures", definition, sales(), "2026-03-31T10:00:00Z".parse().unwrap());
    let assets: BTreeMap<_, _> =
        assets.iter().map(|(name, bytes)| ((*name).to_owned(), Bytes::new(bytes.clone()))).collect();
    let outputs = Outputs { pdf: true, svg: false, png: Pictures::All, xlsx: false };
    render(&Job { assets, outputs, ..job })
}

/// Where the red of a page is, in points: left, top, right, bottom.
fn red(page: &[u8]) -> Option<[f64; 4]> {
    let mut reader = png::Decoder::new(std::io::Cursor::new(page)).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let width = reader.next_frame(&mut pixels).unwrap().width as usize;
    let is_red = |pixel: &[u8]| pixel[0] > 200 && pixel[1] < 60 && pixel[2] < 60;
    let found: Vec<usize> = (0..pixels.len() / 4).filter(|n| is_red(&pixels[n * 4..])).collect();
    let columns = || found.iter().map(|n| n % width);
    let edges = [columns().min()?, found.first()? / width, columns().max()? + 1, found.last()? / width + 1];
    Some(edges.map(|edge| edge as f64 / SCALE))
}

#[test]
fn a_picture_is_whole_on_a_page() {
    let image = |width: Value| json!({"kind": "image", "asset": "a.svg", "width": width});
    let heading = json!({"kind": "heading", "text": "Above"});
    let text = json!({"kind": "text", "markdown": "Words.\n\n".repeat(20)});
    let columns =
        |image: Value| json!({"kind": "columns", "columns": [[image], [{"kind": "text", "markdown": "Beside"}]]});
    let cases = [
        ("as wide as the page and far too high", json!([image(json!("100%"))]), (600, 2_400), 1, 0.25),
        ("far too high by itself", json!([image(Value::Null)]), (600, 2_400), 1, 0.25),
        ("below a heading", json!([heading, image(json!("100%"))]), (600, 2_400), 1, 0.25),
        ("below headings", json!([heading, heading, image(json!("100%"))]), (600, 2_400), 1, 0.25),
        ("in a column", json!([columns(image(json!("100%")))]), (100, 2_000), 1, 0.05),
        ("in a column below a heading", json!([heading, columns(image(json!("100%")))]), (100, 2_000), 1, 0.05),
        ("wider than its column", json!([columns(image(Value::Null))]), (2_000, 1_000), 1, 2.0),
        ("wider than the page", json!([image(json!("200mm"))]), (2_000, 1_000), 1, 2.0),
        ("as high as a page, behind words", json!([text, image(json!("100%"))]), (500, 1_000), 2, 0.5),
        ("that fits", json!([image(json!("50mm"))]), (100, 200), 1, 0.5),
    ];
    for (what, blocks, (width, height), page, ratio) in cases {
        let rendered = rendered(&blocks, &[("a.svg", drawing(width, height))]).unwrap();
        assert_eq!(rendered.pages.len(), page, "{what}");
        let pages = rendered.pages.iter().map(|page| red(&page.png));
        let Some([left, top, right, bottom]) = pages.clone().next_back().flatten() else {
            panic!("{what}: no picture")
        };
        assert_eq!(pages.flatten().count(), 1, "{what}: on one page");
        assert!(
            left >= 47.0 && right <= A4.0 - 47.0 && top >= TOP - 1.0 && bottom <= A4.1 - BOTTOM + 1.0,
            "{what}: {left} {top} {right} {bottom}"
        );
        let drawn = (right - left) / (bottom - top);
        assert!((drawn / ratio - 1.0).abs() < 0.03, "{what}: {drawn} in the place of {ratio}");
    }
}

#[test]
fn a_picture_that_is_scaled_uses_the_room_that_there_is() {
    let blocks = json!([{"kind": "image", "asset": "a.svg", "width": "100%"}]);
    let rendered = rendered(&blocks, &[("a.svg", drawing(600, 2_400))]).unwrap();
    let [_, top, _, bottom] = red(&rendered.pages[0].png).unwrap();
    assert!(top < 130.0 && bottom > A4.1 - BOTTOM - 15.0, "from {top} to {bottom}");
}

#[test]
fn a_name_is_found_however_its_letters_are_composed() {
    let (composed, decomposed) = ("L\u{f6}go.png", "Lo\u{308}go.png");
    for (stored, named) in [(composed, decomposed), (decomposed, composed), (decomposed, decomposed)] {
        let blocks = json!([{"kind": "image", "asset": named}]);
        assert!(rendered(&blocks, &[(stored, PIXEL.to_vec())]).is_ok(), "{stored:?} as {named:?}");
        let definition = Definition::parse(&json!({"typst": format!("#image(\"{named}\")")})).unwrap();
        let assets = BTreeMap::from([(stored.to_owned(), Bytes::new(PIXEL.to_vec()))]);
        let job = Job::new("Pictures", definition, sales(), "2026-03-31T10:00:00Z".parse().unwrap());
        assert!(render(&Job { assets, ..job }).is_ok(), "{stored:?} as {named:?} in Typst");
    }
}

#[test]
fn a_drawing_is_drawn_whatever_stands_in_front_and_in_any_encoding() {
    let plain = String::from_utf8(drawing(200, 100)).unwrap();
    let doctype = format!(
        "<!DOCTYPE svg PUBLIC \"-//W3C//DTD SVG 1.1//EN\" \"svg11.dtd\" [{}]>",
        "<!ENTITY ns \"http://ns.example.org/\">\n".repeat(60)
    );
    let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let cases = [
        ("a document type", format!("<?xml version=\"1.0\"?>{doctype}{plain}").into_bytes()),
        ("a comment", format!("<!-- {} -->{plain}", "words ".repeat(400)).into_bytes()),
        ("a byte order mark", format!("\u{feff}{plain}").into_bytes()),
        ("UTF-16", wide(&format!("\u{feff}<?xml version=\"1.0\" encoding=\"UTF-16\"?>{plain}"))),
    ];
    for (what, bytes) in cases {
        for (body, name) in [("blocks", "a"), ("typst", "a.svg")] {
            let definition = match body {
                "blocks" => json!({"blocks": [{"kind": "image", "asset": name}]}),
                _ => json!({"typst": "#image(\"a.svg\")"}),
            };
            let job = Job::new(
                "Pictures",
                Definition::parse(&definition).unwrap(),
                sales(),
                "2026-03-31T10:00:00Z".parse().unwrap(),
            );
            let outputs = Outputs { png: Pictures::All, ..Outputs::tables() };
            let assets = BTreeMap::from([(name.to_owned(), Bytes::new(bytes.clone()))]);
            let rendered = render(&Job { assets, outputs, ..job }).unwrap();
            assert!(red(&rendered.pages[0].png).is_some(), "{what} in {body}");
        }
    }
}

#[test]
fn a_broken_picture_is_named() {
    let cut = |bytes: &[u8]| bytes[..bytes.len() / 2].to_vec();
    let image = |asset: &str| json!({"kind": "image", "asset": asset});
    let blocks = json!([image("a.svg"), {"kind": "columns", "columns": [[], [image("cut")]]}]);
    let huge = blank(20_000, 15_000);
    let cases = [
        ("a JPEG", b"\xff\xd8\xff\xe0".to_vec(), "blocks[1].columns[1][0].asset: `cut` "),
        ("a PNG", cut(PIXEL), "blocks[1].columns[1][0].asset: `cut` is not a whole PNG: "),
        (
            "rows of a PNG",
            blank(90, 90)[..70].to_vec(),
            "blocks[1].columns[1][0].asset: `cut` cannot be drawn: failed to decode image",
        ),
        ("a drawing", cut(&drawing(9, 9)), "blocks[1].columns[1][0].asset: `cut` cannot be drawn: failed to parse SVG"),
        ("a huge one", cut(&huge), "blocks[1].columns[1][0].asset: `cut` is not a whole PNG: "),
    ];
    for (what, bytes, message) in cases {
        let error = rendered(&blocks, &[("a.svg", drawing(9, 9)), ("cut", bytes)]).unwrap_err().to_string();
        assert!(error.starts_with(message), "{what}: {error}");
    }
}

#[test]
fn a_drawing_that_loads_from_elsewhere_is_named() {
    let drawing = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\"><image href=\"http://127.0.0.1:9/x.png\"/></svg>";
    let blocks = json!([{"kind": "image", "asset": "a.svg"}, {"kind": "image", "asset": "a.svg"}]);
    let error = rendered(&blocks, &[("a.svg", drawing.into())]).unwrap_err().to_string();
    assert!(error.starts_with("blocks[0].asset: `a.svg` cannot be drawn: failed to load linked image"), "{error}");
}

#[test]
fn a_huge_picture_is_drawn_small() {
    let image = json!({"kind": "image", "asset": "huge.png", "width": "60mm"});
    let huge = [("huge.png", blank(9_000, 6_000))];
    let once = rendered(&json!([image]), &huge).unwrap();
    let twice = rendered(&json!([image, image]), &huge).unwrap();
    assert!(once.pdf.len() < 60_000, "{} bytes", once.pdf.len());
    assert!(twice.pdf.len() < once.pdf.len() + 2_000, "made smaller once for both places");
    let natural = rendered(&json!([{"kind": "image", "asset": "huge.png"}]), &huge).unwrap();
    assert_eq!(natural.pages.len(), 1);
}
