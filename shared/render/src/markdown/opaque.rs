//! Data inside Markdown: its signs are hidden from the parser, so that they can make no markup, and are brought back in the tree.
//!
//! A backslash before each sign would do outside of code only, and not for line breaks. So each sign becomes a letter of a private
//! area that means nothing to the parser.

use std::fmt::{Result, Write};

const AREA: u32 = 0xF_0000;

/// Writes a text so that none of its signs means anything in Markdown.
///
/// # Errors
/// As `out`.
pub fn hide(text: &str, out: &mut impl Write) -> Result {
    let is_sign = |b: u8| b.is_ascii() && !b.is_ascii_alphanumeric();
    // Without branches, so that the processor reads many letters at a time.
    if !text.bytes().fold(false, |found, b| found | is_sign(b)) {
        return out.write_str(text);
    }
    let mut rest = text;
    while let Some(start) = rest.bytes().position(is_sign) {
        out.write_str(&rest[..start])?;
        let sign = rest.as_bytes()[start];
        rest = &rest[start + 1..];
        // The line breaks of Windows are one.
        if sign != b'\r' || !rest.starts_with('\n') {
            out.write_char(char::from_u32(AREA + u32::from(sign)).unwrap_or_default())?;
        }
    }
    out.write_str(rest)
}

/// The text as it was.
pub fn show(text: &str) -> String {
    let shown = |c: char| match u32::from(c).checked_sub(AREA).and_then(|code| u8::try_from(code).ok()) {
        Some(code) if code.is_ascii() => char::from(code),
        _ => c,
    };
    text.chars().map(shown).collect()
}

/// The line breaks that were hidden.
pub const BREAK: char = '\u{F000A}';
