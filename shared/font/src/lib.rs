//! Fonts that users bring: recognised by their content, and checked before they are stored.
//!
//! - [`is_font`] recognises a TTF, an OTF or a collection of them (TTC, OTC): the name may be anything.
//! - [`check_file`] checks a file among the assets of a report, [`check`] one that has to be a font.

#![cfg_attr(test, allow(clippy::unwrap_used))]

use ttf_parser::{Face, PlatformId, fonts_in_collection, name_id};

mod characters;
#[cfg(test)]
mod tests;

/// The most fonts in one collection.
const MOST_FACES: u32 = 64;

/// Why a font cannot be used: a sentence without its subject, which is the font's name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs)]
pub enum Flaw {
    #[error("is no font: use TTF, OTF or a collection of them (TTC, OTC)")]
    Unknown,
    #[error("is a {0} font: convert it to TTF or OTF")]
    Web(&'static str),
    #[error("is not a whole font: {0}; download or export it again")]
    Broken(String),
}

impl Flaw {
    fn broken(reason: impl std::fmt::Display) -> Self {
        Self::Broken(reason.to_string())
    }
}

/// Whether a file is a font that can be used, by its first bytes.
pub fn is_font(bytes: &[u8]) -> bool {
    matches!(
        bytes,
        [0, 1, 0, 0, ..] | [b't', b'r', b'u', b'e', ..] | [b'O', b'T', b'T', b'O', ..] | [b't', b't', b'c', b'f', ..]
    )
}

/// Checks a file that is to be stored: a font, by its content or by the ending of its name, has to be whole. Other files may be anything.
///
/// # Errors
/// What is wrong with a font.
pub fn check_file(name: &str, bytes: &[u8]) -> Result<(), Flaw> {
    let of_fonts = ["ttf", "otf", "ttc", "otc", "woff", "woff2"];
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    let named = ending.is_some_and(|ending| of_fonts.contains(&ending.as_str()));
    if named || is_font(bytes) || web(bytes).is_some() { check(bytes) } else { Ok(()) }
}

/// Checks a font, each one of a collection.
///
/// # Errors
/// What is wrong with it.
pub fn check(bytes: &[u8]) -> Result<(), Flaw> {
    if let Some(kind) = web(bytes) {
        return Err(Flaw::Web(kind));
    }
    if !is_font(bytes) {
        return Err(Flaw::Unknown);
    }
    let faces = fonts_in_collection(bytes).unwrap_or(1);
    if faces == 0 || faces > MOST_FACES {
        return Err(Flaw::broken(format!("it holds {faces} fonts, and 1 to {MOST_FACES} can be used")));
    }
    let mut left = characters::MOST;
    (0..faces).try_for_each(|index| check_face(bytes, index, &mut left))
}

/// What a font for web pages is called: the renderer does not unpack it.
fn web(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [b'w', b'O', b'F', b'F', ..] => Some("WOFF"),
        [b'w', b'O', b'F', b'2', ..] => Some("WOFF2"),
        _ => None,
    }
}

/// One font of a file. `left` is how many characters all fonts of the file may still have.
fn check_face(bytes: &[u8], index: u32, left: &mut usize) -> Result<(), Flaw> {
    let face = Face::parse(bytes, index).map_err(Flaw::broken)?;
    let raw = face.raw_face();
    // The parser passes over a table behind the end of the file, and the letters that it holds would be blank.
    let whole = |offset: u32, length: u32| u64::from(offset) + u64::from(length) <= bytes.len() as u64;
    if !raw.table_records.into_iter().all(|table| whole(table.offset, table.length)) {
        return Err(Flaw::broken("its end is missing"));
    }
    if !has_family(&face) {
        return Err(Flaw::broken("it does not name its family"));
    }
    match characters::count(raw, *left) {
        Some(0) => Err(Flaw::broken("it has no characters of Unicode")),
        Some(count) => {
            *left -= count;
            Ok(())
        }
        None => Err(Flaw::broken("it names more characters than there are")),
    }
}

/// Whether the font says which family it is of, in an encoding that the renderer reads. Without one it cannot be chosen.
fn has_family(face: &Face<'_>) -> bool {
    face.names().into_iter().any(|name| {
        let of_mac = name.platform_id == PlatformId::Macintosh && name.encoding_id == 0;
        name.name_id == name_id::FAMILY && (of_mac || name.to_string().is_some())
    })
}
