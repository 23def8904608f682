//! Pictures of all kinds: whole, cut, huge, and with much in front.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage, RgbaImage};

use crate::{Flaw, Kind, MAX_PIXELS, check, check_file, shrunk, utf8};

const SVG: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 10 10\"><circle r=\"4\"/></svg>";

/// A picture whose pixels differ, so that each part of its file counts.
fn noise(width: u32, height: u32) -> RgbImage {
    let mut state = 7_u32;
    RgbImage::from_fn(width, height, |_, _| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let [a, b, c, _] = state.to_be_bytes();
        Rgb([a, b, c])
    })
}

fn encoded(picture: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.into().write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn samples() -> [(Kind, Vec<u8>); 5] {
    let of = |format| encoded(noise(60, 40), format);
    [
        (Kind::Png, of(ImageFormat::Png)),
        (Kind::Jpeg, of(ImageFormat::Jpeg)),
        (Kind::Gif, encoded(DynamicImage::from(noise(60, 40)).to_rgba8(), ImageFormat::Gif)),
        (Kind::Webp, of(ImageFormat::WebP)),
        (Kind::Svg, SVG.as_bytes().to_vec()),
    ]
}

/// A PNG without colours, of zeros; a few KB whatever its size.
fn blank_png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_depth(png::BitDepth::One);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&vec![0; width.div_ceil(8) as usize * height as usize]).unwrap();
    writer.finish().unwrap();
    bytes
}

fn reason(bytes: &[u8]) -> String {
    check(bytes).unwrap_err().to_string()
}

#[test]
fn a_picture_is_recognised_and_a_cut_one_is_not_whole() {
    for (kind, bytes) in samples() {
        assert_eq!(check(&bytes), Ok(kind));
        for length in [bytes.len() / 2, bytes.len() * 9 / 10] {
            let flaw = check(&bytes[..length]).unwrap_err();
            assert!(
                matches!(&flaw, Flaw::Broken { kind: broken, .. } if *broken == kind),
                "{kind} of {length}: {flaw}"
            );
            assert!(flaw.to_string().starts_with(&format!("is not a whole {kind}: ")), "{flaw}");
        }
    }
}

#[test]
fn damage_inside_a_picture_is_found() {
    let [(_, mut png), ..] = samples();
    let middle = png.len() / 2;
    png[middle] ^= 0xff;
    assert!(reason(&png).starts_with("is not a whole PNG: "), "{}", reason(&png));
    assert!(reason(b"\xff\xd8\xff\xe0 words").starts_with("is not a whole JPEG: "));
    assert!(reason(b"GIF89a").starts_with("is not a whole GIF: "));
}

#[test]
fn what_is_no_picture_is_named_so() {
    for bytes in [
        &b""[..],
        b"words",
        b"<html><svg/></html>",
        b"{\"a\": \"<svg>\"}",
        b"%PDF-1.7",
        b"<?xml version=\"1.0\"?>",
        b"\x00\x01",
    ] {
        assert_eq!(check(bytes), Err(Flaw::Unknown), "{}", String::from_utf8_lossy(bytes));
    }
}

#[test]
fn an_svg_is_recognised_whatever_stands_in_front() {
    let doctype = format!(
        "<!DOCTYPE svg PUBLIC \"-//W3C//DTD SVG 1.1//EN\" \"svg11.dtd\" [\n{}]>",
        "<!ENTITY ns \"http://ns.example.org/>\">\n".repeat(60)
    );
    let comment = format!("<!-- {} <html> -->\n", "Drawn by a program. ".repeat(300));
    let fronts = [
        ("a declaration", "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?>\n".to_owned()),
        ("a document type", doctype.clone()),
        ("a comment", comment.clone()),
        ("white space", " \n\t\r\n".to_owned()),
        ("a byte order mark", "\u{feff}".to_owned()),
        ("an instruction", "<?xml-stylesheet href=\"a.css\"?>".to_owned()),
        ("all of it", format!("\u{feff}<?xml version=\"1.0\"?>{comment}{doctype}\n{comment}")),
    ];
    for (what, front) in fronts {
        assert_eq!(check(format!("{front}{SVG}").as_bytes()), Ok(Kind::Svg), "{what}");
    }
    let prefixed = "<s:svg xmlns:s=\"http://www.w3.org/2000/svg\"/>";
    assert_eq!(check(prefixed.as_bytes()), Ok(Kind::Svg));
}

#[test]
fn an_svg_in_another_encoding_becomes_utf8() {
    let drawing = |encoding: &str| {
        format!(
            "<?xml version=\"1.0\" encoding=\"{encoding}\"?><svg xmlns=\"http://www.w3.org/2000/svg\"><text>Größe</text></svg>"
        )
    };
    let wide = |text: &str, bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
    let utf16 = drawing("UTF-16");
    let marked = format!("\u{feff}{utf16}");
    let latin: Vec<u8> = drawing("iso-8859-1").chars().map(|c| u8::try_from(c).unwrap()).collect();
    let cases = [
        ("little first, with a mark", wide(&marked, u16::to_le_bytes), utf16.clone()),
        ("big first, with a mark", wide(&marked, u16::to_be_bytes), utf16.clone()),
        ("little first", wide(&utf16, u16::to_le_bytes), utf16.clone()),
        ("big first", wide(&utf16, u16::to_be_bytes), utf16.clone()),
        ("UTF-8 that says UTF-16", utf16.clone().into_bytes(), utf16.clone()),
        ("UTF-8 with a mark", format!("\u{feff}{}", drawing("utf-8")).into_bytes(), drawing("utf-8")),
        ("Latin", latin, drawing("iso-8859-1")),
    ];
    for (what, bytes, expected) in cases {
        assert_eq!(check(&bytes), Ok(Kind::Svg), "{what}");
        assert_eq!(String::from_utf8_lossy(&utf8(&bytes)), expected, "{what}");
    }
    assert_eq!(utf8(b"\xff\xfea\0").as_ref(), b"\xff\xfea\0", "what is no SVG stays as it is");
}

#[test]
fn entities_do_not_grow_without_bounds() {
    let levels: String =
        (1..12).map(|n| format!("<!ENTITY a{n} \"{}\">", format!("&a{};", n - 1).repeat(10))).collect();
    let bomb = format!("<!DOCTYPE svg [<!ENTITY a0 \"ha\">{levels}]><svg>&a11;</svg>");
    assert!(reason(bomb.as_bytes()).starts_with("is not a whole SVG: "), "{}", reason(bomb.as_bytes()));
}

#[test]
fn too_many_pixels_are_refused_with_their_number_and_the_limit() {
    let flaw = check(&blank_png(20_000, 15_000)).unwrap_err();
    assert_eq!(flaw, Flaw::TooLarge { width: 20_000, height: 15_000 });
    let message =
        "has 20000 x 15000 pixels, which is more than the 50 megapixels that a picture may have: scale it down";
    assert_eq!(flaw.to_string(), message);
    assert_eq!(check(&blank_png(10_000, u32::try_from(MAX_PIXELS / 10_000).unwrap())), Ok(Kind::Png));
}

fn size(bytes: &[u8]) -> (u32, u32) {
    let picture = image::load_from_memory(bytes).unwrap();
    (picture.width(), picture.height())
}

#[test]
fn a_picture_far_wider_than_its_place_is_made_smaller() {
    let wide = |format| encoded(noise(3_000, 1_500), format);
    let cases = [
        ("a huge one", blank_png(20_000, 15_000), Some((Kind::Png, (700, 525)))),
        ("a PNG", wide(ImageFormat::Png), Some((Kind::Png, (700, 350)))),
        ("a JPEG", wide(ImageFormat::Jpeg), Some((Kind::Jpeg, (700, 350)))),
        ("a WebP", wide(ImageFormat::WebP), Some((Kind::Jpeg, (700, 350)))),
        ("a tall one", blank_png(2_000, 9_000), Some((Kind::Png, (700, 3_150)))),
        ("a thin one", blank_png(1_000_000, 5), Some((Kind::Png, (700, 1)))),
        ("one that is not much wider", blank_png(1_399, 9_000), None),
        ("one of few pixels", encoded(noise(2_000, 1_000), ImageFormat::Png), None),
        ("a drawing", SVG.as_bytes().to_vec(), None),
        ("no picture", b"words".to_vec(), None),
    ];
    for (what, bytes, expected) in cases {
        let small = shrunk(&bytes, 700).unwrap();
        assert_eq!(small.map(|(kind, bytes)| (kind, size(&bytes))), expected, "{what}");
    }
}

#[test]
fn what_is_made_smaller_looks_the_same() {
    // Red at the left, green at the right, and nothing below, whose colour must not be seen.
    let picture = RgbaImage::from_fn(3_000, 2_000, |x, y| match (x < 1_500, y < 1_000) {
        (_, false) => image::Rgba([255, 255, 255, 0]),
        (true, true) => image::Rgba([200, 0, 0, 255]),
        (false, true) => image::Rgba([0, 100, 0, 128]),
    });
    let (_, small) = shrunk(&encoded(picture, ImageFormat::Png), 300).unwrap().unwrap();
    let small = image::load_from_memory(&small).unwrap().to_rgba8();
    assert_eq!((small.width(), small.height()), (300, 200));
    assert_eq!(small.get_pixel(0, 0).0, [200, 0, 0, 255]);
    assert_eq!(small.get_pixel(299, 99).0, [0, 100, 0, 128]);
    assert_eq!(small.get_pixel(150, 199).0[3], 0);
}

#[test]
fn a_photo_that_was_turned_stays_turned() {
    let jpeg = encoded(noise(3_000, 1_500), ImageFormat::Jpeg);
    // Orientation 6: to be turned by 90 degrees.
    let exif = b"\xff\xe1\x00\x22Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    let turned: Vec<u8> = [&jpeg[..2], exif, &jpeg[2..]].concat();
    let (kind, small) = shrunk(&turned, 300).unwrap().unwrap();
    assert_eq!((kind, size(&small)), (Kind::Jpeg, (300, 600)));
}

#[test]
fn a_cut_picture_is_named_when_it_is_made_smaller() {
    let png = blank_png(20_000, 15_000);
    let flaw = shrunk(&png[..png.len() / 2], 700).unwrap_err();
    assert!(matches!(flaw, Flaw::Broken { kind: Kind::Png, .. }), "{flaw}");
}

#[test]
fn a_stored_file_is_checked_where_it_is_a_picture() {
    let [(_, png), ..] = samples();
    let cases = [
        ("a picture", "a.png", &png[..], true),
        ("a picture under another ending", "a.jpg", &png[..], true),
        ("a picture without an ending", "logo", &png[..], true),
        ("a cut one", "a.png", &png[..900], false),
        ("a cut one without an ending", "logo", &png[..900], false),
        ("a page in the place of a picture", "a.png", b"<html>Not found</html>", false),
        ("words in the place of a drawing", "a.svg", b"words", false),
        ("data", "a.json", b"{\"a\": 1}", true),
        ("XML", "a.xml", b"<a/>", true),
        ("a font", "a.ttf", b"\0\x01\0\0", true),
    ];
    for (what, name, bytes, accepted) in cases {
        assert_eq!(check_file(name, bytes).is_ok(), accepted, "{what}");
    }
}

#[test]
fn an_ending_says_what_a_picture_should_be() {
    let cases = [
        ("a.PNG", Some(Kind::Png)),
        ("a.b.jpeg", Some(Kind::Jpeg)),
        ("logo.svg", Some(Kind::Svg)),
        ("png", None),
        ("a.ttf", None),
    ];
    for (name, kind) in cases {
        assert_eq!(Kind::by_name(name), kind, "{name}");
    }
}
