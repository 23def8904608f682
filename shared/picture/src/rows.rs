//! PNG row by row, so that a picture of 300 megapixels takes no more memory than one of its rows.

use std::io::Cursor;

use image::metadata::Orientation;
use image::{DynamicImage, GrayAlphaImage, GrayImage, RgbImage, RgbaImage};
use png::{ColorType, Decoder, DecodingError, Info, Reader, Transformations};

use crate::check::bounded;
use crate::{Flaw, Kind};

type Rows<'a> = Reader<Cursor<&'a [u8]>>;

/// A picture that was made smaller, and what it has to be shown with.
pub struct Small {
    pub picture: DynamicImage,
    pub profile: Option<Vec<u8>>,
    pub orientation: Orientation,
}

fn open(bytes: &[u8]) -> Result<Rows<'_>, Flaw> {
    let mut decoder = Decoder::new(Cursor::new(bytes));
    decoder.set_transformations(Transformations::normalize_to_color8());
    decoder.read_info().map_err(broken)
}

fn broken(error: DecodingError) -> Flaw {
    Flaw::broken(Kind::Png, error)
}

/// Decodes a picture and keeps nothing of it.
///
/// # Errors
/// `TooLarge`, or what is wrong with it.
pub fn check(bytes: &[u8]) -> Result<(), Flaw> {
    let mut reader = open(bytes)?;
    bounded(reader.info().width, reader.info().height)?;
    while reader.next_interlaced_row().map_err(broken)?.is_some() {}
    Ok(())
}

/// What is known of a picture before its first row.
pub struct Header {
    pub size: (u32, u32),
    /// Whether the rows do not come from top to bottom.
    pub interlaced: bool,
    pub orientation: Orientation,
}

/// # Errors
/// What is wrong with the headers.
pub fn header(bytes: &[u8]) -> Result<Header, Flaw> {
    let reader = open(bytes)?;
    let info = reader.info();
    Ok(Header { size: info.size(), interlaced: info.interlaced, orientation: orientation(info) })
}

fn orientation(info: &Info<'_>) -> Orientation {
    let exif = info.exif_metadata.as_ref();
    exif.and_then(|exif| Orientation::from_exif_chunk(exif)).unwrap_or(Orientation::NoTransforms)
}

/// A picture of this size, each of its pixels the mean of those in its place.
///
/// # Errors
/// What is wrong with the picture.
pub fn shrink(bytes: &[u8], (width, height): (u32, u32)) -> Result<Small, Flaw> {
    let mut reader = open(bytes)?;
    let (full_width, full_height) = reader.info().size();
    let (color, _) = reader.output_color_type();
    let mut means = Means::new(color, full_width as usize, width as usize);
    let (mut pixels, mut line) = (Vec::new(), 0);
    for row in 0..u64::from(full_height) {
        let Some(data) = reader.next_row().map_err(broken)? else { break };
        let target = row * u64::from(height) / u64::from(full_height);
        if target != line {
            means.flush(&mut pixels);
            line = target;
        }
        means.add(data.data());
    }
    means.flush(&mut pixels);
    let picture = picture(color, width, height, pixels).ok_or_else(|| Flaw::broken(Kind::Png, "rows are missing"))?;
    let info = reader.info();
    let profile = info.icc_profile.as_ref().map(|profile| profile.to_vec());
    Ok(Small { picture, profile, orientation: orientation(info) })
}

fn picture(color: ColorType, width: u32, height: u32, pixels: Vec<u8>) -> Option<DynamicImage> {
    match color {
        ColorType::Grayscale => GrayImage::from_raw(width, height, pixels).map(Into::into),
        ColorType::GrayscaleAlpha => GrayAlphaImage::from_raw(width, height, pixels).map(Into::into),
        ColorType::Rgb => RgbImage::from_raw(width, height, pixels).map(Into::into),
        ColorType::Rgba => RgbaImage::from_raw(width, height, pixels).map(Into::into),
        // Palettes are expanded.
        ColorType::Indexed => None,
    }
}

/// The sums of one row of a smaller picture.
struct Means {
    channels: usize,
    alpha: bool,
    /// Where the pixels of each sum end in a row.
    ends: Vec<usize>,
    sums: Vec<u64>,
    rows: u64,
}

impl Means {
    fn new(color: ColorType, from: usize, to: usize) -> Self {
        let channels = color.samples();
        let alpha = matches!(color, ColorType::GrayscaleAlpha | ColorType::Rgba);
        let ends = (1..=to).map(|column| (column * from).div_ceil(to)).collect();
        Self { channels, alpha, ends, sums: vec![0; channels * to], rows: 0 }
    }

    /// Adds a row of the picture; colours count by how much of them is seen.
    fn add(&mut self, row: &[u8]) {
        match self.channels {
            1 => self.add_pixels(row, |[sum], [grey]| *sum += u64::from(*grey)),
            2 => self.add_pixels(row, |[sum, seen], [grey, alpha]| {
                *sum += u64::from(*grey) * u64::from(*alpha);
                *seen += u64::from(*alpha);
            }),
            3 => self.add_pixels::<3>(row, |sums, pixel| (0..3).for_each(|n| sums[n] += u64::from(pixel[n]))),
            _ => self.add_pixels::<4>(row, |sums, pixel| {
                (0..3).for_each(|n| sums[n] += u64::from(pixel[n]) * u64::from(pixel[3]));
                sums[3] += u64::from(pixel[3]);
            }),
        }
        self.rows += 1;
    }

    fn add_pixels<const N: usize>(&mut self, row: &[u8], add: impl Fn(&mut [u64; N], &[u8; N])) {
        let (pixels, sums, mut start) = (row.as_chunks::<N>().0, self.sums.as_chunks_mut::<N>().0, 0);
        for (end, sums) in self.ends.iter().zip(sums) {
            pixels.get(start..*end).unwrap_or_default().iter().for_each(|pixel| add(sums, pixel));
            start = *end;
        }
    }

    fn flush(&mut self, pixels: &mut Vec<u8>) {
        let mut start = 0;
        for (end, sums) in self.ends.iter().zip(self.sums.chunks_exact_mut(self.channels)) {
            let count = self.rows * (end - start) as u64;
            match (self.alpha, sums.split_last()) {
                (true, Some((seen, colours))) => {
                    pixels.extend(colours.iter().map(|sum| mean(*sum, *seen)));
                    pixels.push(mean(*seen, count));
                }
                _ => pixels.extend(sums.iter().map(|sum| mean(*sum, count))),
            }
            sums.fill(0);
            start = *end;
        }
        self.rows = 0;
    }
}

fn mean(sum: u64, count: u64) -> u8 {
    u8::try_from((sum + count / 2).checked_div(count).unwrap_or_default()).unwrap_or(u8::MAX)
}
