//! Decoding a picture to see that it is whole.

use std::io::Cursor;

use image::codecs::{gif::GifDecoder, jpeg::JpegDecoder, webp::WebPDecoder};
use image::{DynamicImage, ImageDecoder, ImageResult};

use crate::{Flaw, Kind, MAX_PIXELS, jpeg, rows, svg};

/// A picture of more pixels takes more than about 150 MB to decode, which a small function does not have. Its headers and its end have to do.
/// This does not bound PNG, which is decoded row by row.
const MAX_DECODED: u64 = 16_000_000;

/// Checks a file that is to be stored: a picture, by its content or by the ending of its name, has to be whole. Other files may be anything.
///
/// # Errors
/// What is wrong with a picture.
pub fn check_file(name: &str, bytes: &[u8]) -> Result<(), Flaw> {
    if Kind::by_name(name).is_none() && Kind::of(bytes).is_none() {
        return Ok(());
    }
    check(bytes).map(|_| ())
}

/// Checks a picture by its content: that it is one, that it can be decoded, and that it has not too many pixels.
///
/// # Errors
/// What is wrong with it.
pub fn check(bytes: &[u8]) -> Result<Kind, Flaw> {
    let kind = Kind::of(bytes).ok_or(Flaw::Unknown)?;
    match kind {
        Kind::Png => rows::check(bytes)?,
        Kind::Jpeg => {
            decode(kind, JpegDecoder::new(Cursor::new(bytes)))?;
            if !jpeg::frame(bytes).is_some_and(|frame| frame.whole) {
                return Err(Flaw::broken(kind, "its end is missing"));
            }
        }
        Kind::Gif => decode(kind, GifDecoder::new(Cursor::new(bytes)))?,
        Kind::Webp => {
            decode(kind, WebPDecoder::new(Cursor::new(bytes)))?;
            if riff_size(bytes).is_none_or(|size| size > bytes.len() as u64) {
                return Err(Flaw::broken(kind, "its end is missing"));
            }
        }
        Kind::Svg => svg::check(bytes)?,
    }
    Ok(kind)
}

/// # Errors
/// `TooLarge`.
pub fn bounded(width: u32, height: u32) -> Result<u64, Flaw> {
    let pixels = u64::from(width) * u64::from(height);
    if pixels > MAX_PIXELS { Err(Flaw::TooLarge { width, height }) } else { Ok(pixels) }
}

fn decode<D: ImageDecoder>(kind: Kind, decoder: ImageResult<D>) -> Result<(), Flaw> {
    let broken = |error| Flaw::broken(kind, error);
    let decoder = decoder.map_err(broken)?;
    let (width, height) = decoder.dimensions();
    if bounded(width, height)? <= MAX_DECODED {
        DynamicImage::from_decoder(decoder).map_err(broken)?;
    }
    Ok(())
}

/// The bytes that a RIFF file should have.
fn riff_size(bytes: &[u8]) -> Option<u64> {
    let size = bytes.get(4..8)?.try_into().ok()?;
    Some(u64::from(u32::from_le_bytes(size)) + 8)
}
