//! Data inside Markdown: its signs are hidden from the parser, so that they can make no markup, and are brought back in the tree.
//!
//! A backslash before each sign would do outside of code only, and not for line breaks. So each sign becomes a letter of a private
//! area that means nothing to the parser.

const AREA: u32 = 0xF_0000;

/// A text none of whose signs means anything in Markdown.
pub fn hide(text: &str) -> String {
    let hidden = |c: char| match c {
        c if c.is_ascii() && !c.is_ascii_alphanumeric() => char::from_u32(AREA + u32::from(c)).unwrap_or(c),
        c => c,
    };
    text.replace("\r\n", "\n").chars().map(hidden).collect()
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
