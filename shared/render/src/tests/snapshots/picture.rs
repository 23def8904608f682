//! Small pictures of pages, and whether two of them look the same.

use std::collections::BTreeMap;

use image::imageops::FilterType;
use image::{Rgb, RgbImage};

/// A page is drawn with 144 pixels an inch and kept with 96.
const SCALE: (u32, u32) = (2, 3);
/// A colour is that of a ground when it has more than one of so many pixels.
const GROUND: u32 = 1_000;
/// From one shade of red, green or blue to the next, in all other colours: a palette of 256 is mostly enough.
const STEP: u8 = 17;
/// Pictures are compared in squares of this many pixels, which overlap by half.
const TILE: u32 = 8;
/// How far a square may differ on average, of 255: more than smoothed edges do and half a step, less than a lost full stop.
const TOLERANCE: u32 = 8;

#[derive(Debug, Clone, PartialEq)]
pub struct Picture(pub RgbImage);

impl Picture {
    /// A picture as it is stored.
    pub fn read(png: &[u8]) -> Picture {
        Picture(image::load_from_memory(png).unwrap().to_rgb8())
    }

    /// A page as the renderer drew it.
    pub fn of_page(png: &[u8]) -> Picture {
        let page = image::load_from_memory(png).unwrap();
        let size = |pixels: u32| pixels * SCALE.0 / SCALE.1;
        let small = page.resize_exact(size(page.width()), size(page.height()), FilterType::Triangle);
        Picture(small.to_rgb8()).reduced()
    }

    /// The picture as PNG, with a palette if that holds its colours.
    pub fn write(&self) -> Vec<u8> {
        let palette: Vec<[u8; 3]> = self.colours().into_keys().collect();
        let index = |pixel: &Rgb<u8>| u8::try_from(palette.binary_search(&pixel.0).unwrap()).ok();
        let indices: Option<Vec<u8>> = self.0.pixels().map(index).collect();
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, self.0.width(), self.0.height());
        encoder.set_color(if indices.is_some() { png::ColorType::Indexed } else { png::ColorType::Rgb });
        if indices.is_some() {
            encoder.set_palette(palette.concat());
        }
        encoder.set_compression(png::Compression::High);
        encoder.set_filter(png::Filter::NoFilter);
        let mut writer = encoder.write_header().unwrap();
        writer.write_image_data(indices.as_deref().unwrap_or(self.0.as_raw())).unwrap();
        writer.finish().unwrap();
        bytes
    }

    /// Each colour with the number of its pixels.
    fn colours(&self) -> BTreeMap<[u8; 3], u32> {
        let mut counts = BTreeMap::new();
        self.0.pixels().for_each(|pixel| *counts.entry(pixel.0).or_default() += 1);
        counts
    }

    /// The picture with the colours of its grounds as they are, and few shades of those at edges.
    fn reduced(mut self) -> Picture {
        let (colours, ground) = (self.colours(), self.0.width() * self.0.height() / GROUND);
        for pixel in self.0.pixels_mut().filter(|pixel| colours[&pixel.0] < ground) {
            pixel.0 = pixel.0.map(|shade| shade.saturating_add(STEP / 2) / STEP * STEP);
        }
        self
    }

    /// Where another picture looks different, in words.
    pub fn difference(&self, other: &Picture) -> Option<String> {
        let (ours, theirs) = (self.0.dimensions(), other.0.dimensions());
        if ours != theirs {
            return Some(format!("{} × {} pixels instead of {} × {}", theirs.0, theirs.1, ours.0, ours.1));
        }
        let corners = |length: u32| (0..length.saturating_sub(TILE / 2)).step_by(TILE as usize / 2);
        let tiles = corners(ours.1).flat_map(|y| corners(ours.0).map(move |x| (x, y)));
        let tiles: Vec<_> = tiles.filter(|tile| self.distance(other, *tile) > TOLERANCE * TILE * TILE).collect();
        let left = tiles.iter().map(|tile| tile.0).min()?;
        let top = tiles.iter().map(|tile| tile.1).min()?;
        let right = tiles.iter().map(|tile| tile.0 + TILE).max()?;
        let bottom = tiles.iter().map(|tile| tile.1 + TILE).max()?;
        Some(format!("{} squares differ, all from {left}, {top} to {right}, {bottom} (pixels)", tiles.len()))
    }

    /// How far a square differs, all its pixels together.
    fn distance(&self, other: &Picture, (left, top): (u32, u32)) -> u32 {
        let (right, bottom) = ((left + TILE).min(self.0.width()), (top + TILE).min(self.0.height()));
        let pixels = (top..bottom).flat_map(|y| (left..right).map(move |x| (x, y)));
        pixels.map(|(x, y)| apart(self.0[(x, y)], other.0[(x, y)])).sum()
    }
}

/// How far two colours are apart in the channel in which they differ most.
fn apart(ours: Rgb<u8>, theirs: Rgb<u8>) -> u32 {
    let channels = ours.0.into_iter().zip(theirs.0);
    channels.map(|(ours, theirs)| u32::from(ours.abs_diff(theirs))).max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const INK: Rgb<u8> = Rgb([17, 34, 51]);

    /// A white page with strokes of ink: left, top, width and height.
    fn page(strokes: &[[u32; 4]]) -> Picture {
        let inside = |[left, top, width, height]: [u32; 4], x, y| {
            (left..left + width).contains(&x) && (top..top + height).contains(&y)
        };
        let colour = |x, y| if strokes.iter().any(|stroke| inside(*stroke, x, y)) { INK } else { Rgb([255; 3]) };
        Picture(RgbImage::from_fn(61, 43, colour))
    }

    #[test]
    fn what_moves_or_is_lost_is_seen_and_a_smoothed_edge_is_not() {
        let before = page(&[[10, 9, 1, 8], [22, 15, 2, 2], [0, 30, 61, 1]]);
        let cases = [
            ("nothing", before.clone(), false),
            ("a stroke that moves by a pixel", page(&[[11, 9, 1, 8], [22, 15, 2, 2], [0, 30, 61, 1]]), true),
            ("a full stop that is lost", page(&[[10, 9, 1, 8], [0, 30, 61, 1]]), true),
            ("a line that moves by a pixel", page(&[[10, 9, 1, 8], [22, 15, 2, 2], [0, 31, 61, 1]]), true),
            ("a mark in the last corner", page(&[[10, 9, 1, 8], [22, 15, 2, 2], [0, 30, 61, 1], [59, 41, 2, 2]]), true),
        ];
        for (what, after, seen) in cases {
            assert_eq!(before.difference(&after).is_some(), seen, "{what}: {:?}", before.difference(&after));
        }
        let mut smoothed = before.clone();
        (9..17).for_each(|y| smoothed.0.put_pixel(10, y, Rgb([51, 68, 85])));
        assert_eq!(before.difference(&smoothed), None, "edges that are a little lighter");
    }

    #[test]
    fn a_difference_is_named_with_its_place() {
        let difference = page(&[]).difference(&page(&[[32, 16, 3, 3]])).unwrap();
        assert_eq!(difference, "4 squares differ, all from 28, 12 to 40, 24 (pixels)");
        let small = Picture(RgbImage::new(20, 43));
        assert_eq!(page(&[]).difference(&small).unwrap(), "20 × 43 pixels instead of 61 × 43");
    }

    #[test]
    fn a_picture_is_read_as_it_was_written() {
        let colourful = Picture(RgbImage::from_fn(61, 43, |x, y| Rgb([x as u8, y as u8, 0])));
        for picture in [page(&[[10, 9, 1, 8]]), colourful] {
            assert_eq!(Picture::read(&picture.write()), picture);
        }
    }
}
