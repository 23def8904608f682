//! Cursors: where the next page of a list begins. They are opaque to clients, and say behind which key of the list: so whatever is made
//! or removed meanwhile, the next page neither repeats nor skips what was there all the time.

use crate::{Outcome, Problem};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

/// The cursor of the page that begins behind `key` in `list`. The list is named with its order and with what is left out of it.
pub fn write(list: &str, key: &str) -> String {
    URL_SAFE_NO_PAD.encode(format!("{list}\n{key}"))
}

/// The key in a cursor of this list; an empty text is as good as none.
///
/// # Errors
/// `Invalid` for a text that is no cursor, or one of another list.
pub fn read(list: &str, text: Option<&str>) -> Outcome<Option<String>> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(None) };
    let read = URL_SAFE_NO_PAD.decode(text).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let key = read.as_deref().and_then(|read| read.strip_prefix(list)?.strip_prefix('\n'));
    let key = key.filter(|key| !key.is_empty() && key.len() <= 1_024);
    let none = || Problem::invalid("cursor", "take it from the page before, of the same list in the same order.");
    key.map(|key| Some(key.to_owned())).ok_or_else(none)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_for_its_own_list_only() {
        let cursor = write("-name", "Übersicht");
        assert!(cursor.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_'), "{cursor}");
        assert_eq!(read("-name", Some(&cursor)).unwrap().as_deref(), Some("Übersicht"));
        assert_eq!(read("name", None).unwrap(), None);
        assert_eq!(read("name", Some("")).unwrap(), None);
        for wrong in [cursor.as_str(), "x", "bmFtZQo", "%", &"QUFB".repeat(1_000)] {
            let problem = read("name", Some(wrong)).unwrap_err().to_string();
            assert!(problem.starts_with("cursor: take it from the page before"), "{problem}");
        }
    }
}
