//! SVG: recognised by its root element, whatever stands in front of it, and in any encoding that its declaration names.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};
use quick_xml::Reader;
use quick_xml::events::Event;
use roxmltree::{Document, ParsingOptions};

use crate::{Flaw, Kind};

/// A drawing of this many elements takes about 100 MB to read.
const MAX_NODES: u32 = 1_000_000;
/// An XML declaration is the first thing in a file, and short.
const DECLARATION: usize = 200;

/// Whether a file is SVG: XML whose first element is `svg`. The first reader also knows a broken one; the second is slower, and knows each
/// document type.
pub fn is_svg(bytes: &[u8]) -> bool {
    looks_like_xml(bytes) && (begins_with_svg(&text(bytes)) || check(bytes).is_ok())
}

/// Whether a file can be read as it is.
pub fn is_utf8(bytes: &[u8]) -> bool {
    encoding(bytes) == UTF_8 && !bytes.starts_with(b"\xef\xbb\xbf")
}

/// Reads the whole drawing.
///
/// # Errors
/// When it is not well formed.
pub fn check(bytes: &[u8]) -> Result<(), Flaw> {
    let options = ParsingOptions { allow_dtd: true, nodes_limit: MAX_NODES, ..ParsingOptions::default() };
    match Document::parse_with_options(&text(bytes), options) {
        Ok(document) if document.root_element().tag_name().name() == "svg" => Ok(()),
        Ok(_) => Err(Flaw::Unknown),
        Err(error) => Err(Flaw::broken(Kind::Svg, error)),
    }
}

/// The text of a file without a byte order mark.
pub fn text(bytes: &[u8]) -> Cow<'_, str> {
    // A byte order mark overrules what the declaration says.
    encoding(bytes).decode(bytes).0
}

fn looks_like_xml(bytes: &[u8]) -> bool {
    let first =
        bytes.iter().find(|byte| !matches!(byte, 0 | b' ' | b'\t' | b'\r' | b'\n' | 0xef | 0xbb | 0xbf | 0xfe | 0xff));
    first == Some(&b'<')
}

fn encoding(bytes: &[u8]) -> &'static Encoding {
    match bytes {
        [0xff, 0xfe, ..] | [b'<', 0, ..] => UTF_16LE,
        [0xfe, 0xff, ..] | [0, b'<', ..] => UTF_16BE,
        _ => declared(&bytes[..bytes.len().min(DECLARATION)]).unwrap_or(UTF_8),
    }
}

/// What `<?xml … encoding="…"?>` says. A file that can be read so far is not UTF-16, whatever it says.
fn declared(head: &[u8]) -> Option<&'static Encoding> {
    let head = String::from_utf8_lossy(head);
    let (declaration, _) = head.trim_start_matches('\u{feff}').strip_prefix("<?xml")?.split_once("?>")?;
    let (_, value) = declaration.split_once("encoding")?;
    let label = value.trim_start_matches(|c: char| c.is_whitespace() || c == '=').get(1..)?;
    let label = label.split(['"', '\'']).next()?;
    Encoding::for_label(label.as_bytes()).filter(|encoding| encoding.is_ascii_compatible())
}

fn begins_with_svg(text: &str) -> bool {
    let mut reader = Reader::from_str(text);
    loop {
        match reader.read_event() {
            Ok(Event::Start(tag) | Event::Empty(tag)) => return tag.local_name().as_ref() == b"svg",
            Ok(Event::Text(_) | Event::Comment(_) | Event::DocType(_) | Event::Decl(_) | Event::PI(_)) => {}
            Ok(_) => return false,
            // Cut inside its first element.
            Err(_) => {
                let at = usize::try_from(reader.error_position()).unwrap_or_default();
                return text.get(at..).is_some_and(|rest| rest.starts_with("<svg"));
            }
        }
    }
}
