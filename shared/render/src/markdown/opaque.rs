//! Data inside Markdown: its signs are hidden from the parser, so that they can make no markup, and are brought back in the tree.
//!
//! A backslash before each sign would do outside of code only, and not for line breaks. So each sign becomes a letter of a private
//! area that means nothing to the parser.

use std::fmt::{Result, Write};

use pulldown_cmark::CowStr;

const AREA: u32 = 0xF_0000;
/// The first byte in UTF-8 of all letters of the area.
const AREA_BYTE: u8 = 0xF3;

/// Writes a text so that none of its signs means anything in Markdown.
///
/// # Errors
/// As `out`.
pub fn hide(text: &str, out: &mut impl Write) -> Result {
    let is_special = |b: u8| b == AREA_BYTE || b.is_ascii() && !b.is_ascii_alphanumeric();
    // Without branches, so that the processor reads many letters at a time.
    if !text.bytes().fold(false, |found, b| found | is_special(b)) {
        return out.write_str(text);
    }
    let mut rest = text;
    while let Some((start, special)) = rest.char_indices().find(|(at, _)| is_special(rest.as_bytes()[*at])) {
        out.write_str(&rest[..start])?;
        rest = &rest[start + special.len_utf8()..];
        match special {
            // The line breaks of Windows are one.
            '\r' if rest.starts_with('\n') => {}
            '\r' => out.write_char(BREAK)?,
            // Markdown has no NUL, and what would be taken for a hidden sign is none.
            '\0' => out.write_char(char::REPLACEMENT_CHARACTER)?,
            _ if sign_of(special).is_some() => out.write_char(char::REPLACEMENT_CHARACTER)?,
            _ if special.is_ascii() => out.write_char(char::from_u32(AREA + u32::from(special)).unwrap_or_default())?,
            _ => out.write_char(special)?,
        }
    }
    out.write_str(rest)
}

/// The text as it was.
pub fn show(text: CowStr<'_>) -> CowStr<'_> {
    if !text.chars().any(|c| sign_of(c).is_some()) {
        return text;
    }
    text.chars().map(|c| sign_of(c).unwrap_or(c)).collect::<String>().into()
}

fn sign_of(hidden: char) -> Option<char> {
    let code = u32::from(hidden).checked_sub(AREA).and_then(|code| u8::try_from(code).ok());
    code.filter(|code| code.is_ascii() && *code != 0).map(char::from)
}

/// The line breaks that were hidden.
pub const BREAK: char = '\u{F000A}';
