//! Pictures that users bring: what they are, whether they are whole, and smaller ones of those that are far larger than they are printed.
//!
//! - [`Kind::of`] recognises a picture by its content: its name may be anything.
//! - [`check_file`] decodes one that is stored, in memory that does not grow with the picture.
//! - [`shrunk`] scales one that is drawn; [`utf8`] is an SVG as Typst reads it.

#![cfg_attr(test, allow(clippy::unwrap_used))]

use std::borrow::Cow;
use std::fmt;

mod check;
mod jpeg;
mod rows;
mod shrink;
mod svg;
#[cfg(test)]
mod tests;

pub use check::{check, check_file};
pub use shrink::shrunk;

/// The most pixels that a picture may have when it is stored: those of a large camera. On paper, a full page of A3 has 17 million.
pub const MAX_PIXELS: u64 = 50_000_000;

/// What a picture is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Kind {
    Png,
    Jpeg,
    Gif,
    Webp,
    Svg,
}

impl Kind {
    /// What a file is by its content; nothing if it is no picture that can be shown.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0x89, b'P', b'N', b'G', ..] => Some(Self::Png),
            [0xff, 0xd8, 0xff, ..] => Some(Self::Jpeg),
            [b'G', b'I', b'F', b'8', ..] => Some(Self::Gif),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(Self::Webp),
            _ if svg::is_svg(bytes) => Some(Self::Svg),
            _ => None,
        }
    }

    /// What a file should be by the ending of its name.
    pub fn by_name(name: &str) -> Option<Self> {
        let (_, ending) = name.rsplit_once('.')?;
        match ending.to_ascii_lowercase().as_str() {
            "png" => Some(Self::Png),
            "jpg" | "jpeg" => Some(Self::Jpeg),
            "gif" => Some(Self::Gif),
            "webp" => Some(Self::Webp),
            "svg" => Some(Self::Svg),
            _ => None,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Png => "PNG",
            Self::Jpeg => "JPEG",
            Self::Gif => "GIF",
            Self::Webp => "WebP",
            Self::Svg => "SVG",
        })
    }
}

/// Why a picture cannot be used: a sentence without its subject, which is the picture's name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs)]
pub enum Flaw {
    #[error("is no picture: use PNG, JPEG, GIF, WebP or SVG")]
    Unknown,
    #[error("is not a whole {kind}: {reason}; export it again")]
    Broken { kind: Kind, reason: String },
    #[error(
        "has {width} x {height} pixels, which is more than the {} megapixels that a picture may have: scale it down",
        MAX_PIXELS / 1_000_000
    )]
    TooLarge { width: u32, height: u32 },
}

impl Flaw {
    fn broken(kind: Kind, reason: impl fmt::Display) -> Self {
        Self::Broken { kind, reason: reason.to_string() }
    }
}

/// An SVG in UTF-8, which is all that Typst reads; everything else as it is.
pub fn utf8(bytes: &[u8]) -> Cow<'_, [u8]> {
    match svg::is_utf8(bytes) || !svg::is_svg(bytes) {
        true => Cow::Borrowed(bytes),
        false => Cow::Owned(svg::text(bytes).into_owned().into_bytes()),
    }
}
