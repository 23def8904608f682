//! How a body is decoded: unpacked within its bound, in UTF-8, and JSON whose meaning does not depend on who reads it.

use domain::{Outcome, Problem};
use flate2::read::MultiGzDecoder;
use serde::de::DeserializeOwned;
use std::{borrow::Cow, io::Read};
use unique::Unique;

mod unique;

/// A byte order mark, which some programs of Windows write in front of UTF-8.
const MARK: &[u8] = b"\xEF\xBB\xBF";
/// What the gateway puts in the place of bytes that are no UTF-8.
const REPLACEMENT: &[u8] = "\u{FFFD}".as_bytes();

/// The body is larger than this call takes.
pub fn too_large(size: usize, most: usize) -> Problem {
    Problem::TooLarge(format!("The body has {size} bytes; this call takes at most {most}."))
}

/// The body without its compression.
///
/// # Errors
/// `UnsupportedMediaType` for another compression than gzip, `TooLarge` above `most` bytes, `Invalid` for a body that is no gzip.
pub fn unpacked<'a>(bytes: &'a [u8], encoding: Option<&str>, most: usize) -> Outcome<Cow<'a, [u8]>> {
    let encoding = encoding.unwrap_or_default().trim().to_ascii_lowercase();
    match encoding.as_str() {
        "" | "identity" => Ok(Cow::Borrowed(bytes)),
        "gzip" | "x-gzip" if bytes.windows(REPLACEMENT.len()).take(8).any(|part| part == REPLACEMENT) => {
            Err(Problem::UnsupportedMediaType(
                "API Gateway passes bodies of application/json on as text, which destroys compressed ones: send the same with the header Content-Type: application/vnd.imprint+json, or uncompressed.".into(),
            ))
        }
        "gzip" | "x-gzip" => gunzipped(bytes, most).map(Cow::Owned),
        other => Err(Problem::UnsupportedMediaType(format!(
            "Bodies in Content-Encoding: {} are not read: send gzip, or no compression.",
            shortened(other)
        ))),
    }
}

fn gunzipped(bytes: &[u8], most: usize) -> Outcome<Vec<u8>> {
    let mut unpacked = Vec::new();
    MultiGzDecoder::new(bytes)
        .take(most as u64 + 1)
        .read_to_end(&mut unpacked)
        .map_err(|error| Problem::malformed(format!("The body is no gzip, as its Content-Encoding says: {error}.")))?;
    if unpacked.len() > most {
        return Err(Problem::TooLarge(format!("The body unpacks to more than the {most} bytes that this call takes.")));
    }
    Ok(unpacked)
}

/// Whether a content type is that of JSON in UTF-8.
///
/// # Errors
/// `UnsupportedMediaType`, naming the charset where it is at fault.
pub fn check_media_type(media_type: &str) -> Outcome<()> {
    let mut parts = media_type.split(';');
    let essence = parts.next().unwrap_or_default().trim().to_ascii_lowercase();
    if essence != "application/json" && !essence.ends_with("+json") {
        return Err(Problem::UnsupportedMediaType("Send JSON, with the header Content-Type: application/json.".into()));
    }
    let charset =
        parts.filter_map(|part| part.split_once('=')).find(|(name, _)| name.trim().eq_ignore_ascii_case("charset"));
    let charset = charset.map_or("utf-8", |(_, value)| value.trim().trim_matches('"'));
    // ASCII is part of UTF-8.
    if ["utf-8", "utf8", "us-ascii"].iter().any(|known| charset.eq_ignore_ascii_case(known)) {
        return Ok(());
    }
    Err(Problem::UnsupportedMediaType(format!(
        "JSON is read in UTF-8, not in {}: encode the body anew.",
        shortened(charset)
    )))
}

/// Refuses text in which the gateway has replaced bytes that are no UTF-8: it is longer than what was sent then.
///
/// # Errors
/// `Invalid` if so, or if it cannot be ruled out.
pub fn check_intact(bytes: &[u8], sent: Option<usize>) -> Outcome<()> {
    let replaced = bytes.windows(REPLACEMENT.len()).any(|part| part == REPLACEMENT);
    if replaced && sent != Some(bytes.len()) {
        return Err(Problem::malformed(
            "The body is no UTF-8 text. Encode it anew, and write U+FFFD itself as \\ufffd.",
        ));
    }
    Ok(())
}

/// A header's value as an error message may repeat it.
fn shortened(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_graphic()).take(40).collect()
}

/// Reads JSON. A byte order mark is passed over; a key that appears twice in an object is refused, since readers differ in which one
/// they take.
///
/// # Errors
/// `Invalid` naming the field at fault.
pub fn from_json<T: DeserializeOwned>(bytes: &[u8]) -> Outcome<T> {
    let bytes = bytes.strip_prefix(MARK).unwrap_or(bytes);
    parse::<Unique>(bytes)?;
    parse(bytes)
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Outcome<T> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let (path, error) = (error.path().to_string(), error.into_inner());
        // Text that is no JSON has no fields yet; a missing field is a fault of the whole body.
        match path.as_str() {
            path if error.is_data() && path != "." => Problem::invalid(path, format!("{}.", without_position(&error))),
            _ => Problem::malformed(format!("The body is not what this call takes: {}.", without_position(&error))),
        }
    })?;
    reader.end().map_err(|error| Problem::malformed(format!("Unexpected data after the JSON value: {error}.")))?;
    Ok(value)
}

/// What is wrong; for JSON that can be read, without the line and column: the field says where.
fn without_position(error: &serde_json::Error) -> String {
    let text = error.to_string();
    if !error.is_data() {
        return text;
    }
    text.rsplit_once(" at line ").map_or(text.clone(), |(what, _)| what.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::GzEncoder};
    use serde::Deserialize;
    use serde_json::{Value, json};
    use std::io::Write;

    fn gzipped(text: &str) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn a_compressed_body_is_unpacked_within_its_bound() {
        let packed = gzipped("{\"a\":1}");
        assert_eq!(unpacked(&packed, Some("gzip"), 7).unwrap().as_ref(), b"{\"a\":1}");
        assert!(matches!(unpacked(&packed, Some("GZIP"), 6), Err(Problem::TooLarge(_))));
        let bomb = gzipped(&"0".repeat(10_000_000));
        assert!(matches!(unpacked(&bomb, Some("gzip"), 1_000_000), Err(Problem::TooLarge(_))));
        assert!(matches!(unpacked(b"{}", Some("gzip"), 9), Err(Problem::Invalid { .. })), "no gzip");
        let destroyed = String::from_utf8_lossy(&packed).into_owned();
        assert!(matches!(unpacked(destroyed.as_bytes(), Some("gzip"), 99), Err(Problem::UnsupportedMediaType(_))));
    }

    #[test]
    fn other_compressions_are_refused_by_name() {
        for encoding in ["br", "deflate", "gzip, br", "zstd"] {
            let problem = unpacked(b"{}", Some(encoding), 9).unwrap_err();
            assert_eq!(problem.status(), 415, "{encoding}");
        }
        assert!(unpacked(b"{}", Some("br"), 9).unwrap_err().to_string().contains("Content-Encoding: br"));
        assert_eq!(unpacked(b"{}", Some("identity"), 9).unwrap().as_ref(), b"{}");
    }

    #[test]
    fn json_is_read_in_utf_8_alone() {
        for known in
            ["application/json", "application/json; charset=UTF-8", "application/vnd.api+json;charset=\"utf-8\""]
        {
            assert!(check_media_type(known).is_ok(), "{known}");
        }
        for other in ["text/plain", "", "application/xml; charset=utf-8"] {
            assert_eq!(check_media_type(other).unwrap_err().status(), 415, "{other}");
        }
        for charset in ["iso-8859-1", "utf-16", "windows-1252"] {
            let problem = check_media_type(&format!("application/json; charset={charset}")).unwrap_err();
            assert_eq!(problem.to_string(), format!("JSON is read in UTF-8, not in {charset}: encode the body anew."));
        }
    }

    #[test]
    fn text_in_which_bytes_were_replaced_is_refused() {
        let sent = b"{\"city\":\"K\xf6ln\"}";
        let passed_on = String::from_utf8_lossy(sent).into_owned();
        assert!(check_intact(passed_on.as_bytes(), Some(sent.len())).is_err());
        assert!(check_intact(passed_on.as_bytes(), Some(passed_on.len())).is_ok(), "sent as U+FFFD itself");
        assert!(check_intact(passed_on.as_bytes(), None).is_err(), "cannot be ruled out");
        assert!(check_intact("Köln".as_bytes(), None).is_ok());
    }

    #[test]
    fn a_byte_order_mark_is_passed_over() {
        assert_eq!(from_json::<Value>("\u{FEFF}{\"a\": 1}".as_bytes()).unwrap(), json!({"a": 1}));
    }

    #[test]
    fn the_same_key_in_different_objects_is_no_repetition() {
        let body = r#"{"a":{"a":[{"a":1},{"a":1.5e3}]},"b":[null,true,-1,"a"]}"#;
        assert_eq!(from_json::<Value>(body.as_bytes()).unwrap(), serde_json::from_str::<Value>(body).unwrap());
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code)]
    struct Body {
        name: String,
        inner: Option<Inner>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code)]
    struct Inner {
        size: u8,
    }

    #[test]
    fn a_bad_body_names_the_field_at_fault() {
        let table = [
            ("a wrong type", r#"{"name":1}"#, "name: "),
            ("a nested field", r#"{"name":"x","inner":{"size":"big"}}"#, "inner.size: "),
            ("an unknown field", r#"{"name":"x","nmae":"y"}"#, "nmae: "),
            ("a missing field", "{}", "The body is not what this call takes: missing field `name`"),
            ("a key twice", r#"{"name":"x","data":{"a":[{"b":1,"c":2,"b":3}]}}"#, "data.a[0].b: appears twice"),
            ("a key twice, written differently", r#"{"name":"x","\u006eame":"y"}"#, "name: appears twice"),
            ("no JSON", "{", "The body is not what this call takes: EOF"),
            ("something after the end", r#"{"name":"x"} {"#, "Unexpected data after the JSON value"),
        ];
        for (what, body, expected) in table {
            let problem = from_json::<Body>(body.as_bytes()).unwrap_err().to_string();
            assert!(problem.starts_with(expected), "{what}: {problem}");
        }
    }
}
