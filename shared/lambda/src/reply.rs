//! What a handler answers.

use domain::{Outcome, Problem};
use flate2::{Compression, write::GzEncoder};
use lambda_http::{
    Body, Response,
    http::{HeaderMap, HeaderValue, StatusCode, header::CONTENT_LENGTH, response::Builder},
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use std::io::Write;

/// What a handler comes to.
pub type Reply = Outcome<Response<Body>>;

/// The start of an answer with this status.
pub fn status(status: u16) -> Builder {
    Response::builder().status(status)
}

/// Ends an answer.
///
/// # Errors
/// `Internal` if a header cannot be written.
pub fn body(response: Builder, body: impl Into<Body>) -> Reply {
    let body = if is_sent_as_text(&response) { with_its_mark(body.into()) } else { body.into() };
    response.body(body).map_err(Problem::internal)
}

/// The byte order mark of UTF-8, by which Excel knows it.
const MARK: &[u8] = "\u{feff}".as_bytes();

/// Whether `lambda_http` decodes the body and hands it on as a string.
fn is_sent_as_text(response: &Builder) -> bool {
    response.headers_ref().is_some_and(are_of_text)
}

fn are_of_text(headers: &HeaderMap) -> bool {
    let media_type = headers.get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
    media_type.starts_with("text/") && !headers.contains_key("content-encoding")
}

/// Decoding takes one byte order mark away, so a body that begins with one gets another.
fn with_its_mark(body: Body) -> Body {
    if body.starts_with(MARK) { Body::from([MARK, &body].concat()) } else { body }
}

/// The answer to HEAD, from the one to GET: the same headers, with the length of the body that is left out (RFC 9110, section 9.3.2).
pub fn without_body(response: Response<Body>) -> Response<Body> {
    let (mut head, body) = response.into_parts();
    let has_content = !matches!(head.status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
    if has_content && !head.headers.contains_key(CONTENT_LENGTH) {
        // One mark is taken away on the way, see [`with_its_mark`].
        let mark = if are_of_text(&head.headers) && body.starts_with(MARK) { MARK.len() } else { 0 };
        head.headers.insert(CONTENT_LENGTH, HeaderValue::from(body.len() - mark));
    }
    Response::from_parts(head, Body::Empty)
}

/// A JSON answer.
///
/// # Errors
/// `Internal` if it cannot be written.
pub fn json(code: u16, value: &impl Serialize) -> Reply {
    json_with(status(code), value)
}

/// A JSON answer with headers of its own.
///
/// # Errors
/// `Internal` if it cannot be written.
pub fn json_with(response: Builder, value: &impl Serialize) -> Reply {
    let text = serde_json::to_string(value).map_err(Problem::internal)?;
    body(response.header("content-type", "application/json").header("cache-control", "no-store"), text)
}

/// A JSON answer that is a page of a list, with the address of the next page, if there is one.
///
/// # Errors
/// `Internal` if it cannot be written.
pub fn json_page(next: Option<&str>, value: &impl Serialize) -> Reply {
    let answer = status(200);
    let answer = match next {
        Some(address) => answer.header("link", format!("<{address}>; rel=\"next\"")),
        None => answer,
    };
    json_with(answer, value)
}

/// An answer in a form that `Accept` chose.
///
/// # Errors
/// `Internal` if a header cannot be written.
pub fn chosen(response: Builder, media_type: &str, text: String) -> Reply {
    body(response.header("content-type", media_type).header("vary", "accept"), text)
}

/// The start of a redirect that nobody keeps: the address it leads to works for a while, or once.
pub fn redirect(status: u16, location: impl AsRef<str>) -> Builder {
    self::status(status).header("location", location.as_ref()).header("cache-control", "no-store")
}

/// The start of an answer that is for this caller alone: nobody keeps it, takes it for something else, or learns from it where its reader was.
pub fn private(status: u16) -> Builder {
    let answer = self::status(status).header("cache-control", "no-store");
    answer.header("referrer-policy", "no-referrer").header("x-content-type-options", "nosniff")
}

/// The same request, at another path of this service.
///
/// # Errors
/// None that happens.
pub fn moved(path: &str, query: &str) -> Reply {
    let location = if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") };
    body(status(308).header("location", location), Body::Empty)
}

/// 204 No Content.
///
/// # Errors
/// None that happens.
pub fn nothing() -> Reply {
    body(status(204), Body::Empty)
}

/// `text` as a gzip member, for an answer with `Content-Encoding: gzip`.
///
/// # Errors
/// `Internal` if it cannot be packed.
pub fn gzipped(text: &str) -> Outcome<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes()).and_then(|()| encoder.finish()).map_err(Problem::internal)
}

/// The characters that RFC 8187 lets stand for themselves.
const ATTR_CHAR: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// `Content-Disposition` of a file to be saved under `name`, for clients that know UTF-8 names and for those that do not.
pub fn attachment(name: &str) -> String {
    let plain: String =
        name.chars().map(|c| if c.is_ascii_graphic() && c != '"' && c != '\\' || c == ' ' { c } else { '_' }).collect();
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{}", utf8_percent_encode(name, ATTR_CHAR))
}

#[cfg(test)]
mod tests {
    use lambda_http::IntoResponse;

    use super::*;

    #[test]
    fn a_file_name_reaches_old_and_new_clients_and_cannot_break_the_header() {
        assert_eq!(
            attachment("Sample report.pdf"),
            "attachment; filename=\"Sample report.pdf\"; filename*=UTF-8''Sample%20report.pdf"
        );
        assert_eq!(attachment("a\"b\r\n.pdf"), "attachment; filename=\"a_b__.pdf\"; filename*=UTF-8''a%22b%0D%0A.pdf");
        assert_eq!(
            attachment("Übersicht.pdf"),
            "attachment; filename=\"_bersicht.pdf\"; filename*=UTF-8''%C3%9Cbersicht.pdf"
        );
    }

    #[tokio::test]
    async fn the_answer_to_head_has_the_headers_of_the_one_to_get_and_no_body() {
        let text = |text: &str| body(status(200).header("content-type", "text/csv").header("etag", "\"a\""), text);
        for (answer, length) in [
            (json(200, &"ä"), Some("4")),
            (text("\u{feff}A\r\n"), Some("6")),
            (text(""), Some("0")),
            (body(status(200).header("content-length", "9000000"), Body::Empty), Some("9000000")),
            (moved("/a", ""), Some("0")),
            (nothing(), None),
            (body(status(304).header("etag", "\"a\""), ""), None),
        ] {
            let answer = answer.unwrap();
            let (status, mut headers) = (answer.status(), answer.headers().clone());
            let head = without_body(answer);
            assert_eq!(
                head.headers().get("content-length").map(|value| value.to_str().unwrap()),
                length,
                "{headers:?}"
            );
            if let Some(length) = head.headers().get("content-length") {
                headers.insert(CONTENT_LENGTH, length.clone());
            }
            assert_eq!((head.status(), head.headers()), (status, &headers));
            assert!(head.body().is_empty());
        }
    }

    #[tokio::test]
    async fn a_byte_order_mark_reaches_the_client() {
        for (text, sent) in [("\u{feff}A\r\n", "\u{feff}A\r\n"), ("A\r\n", "A\r\n")] {
            let response =
                body(status(200).header("content-type", HeaderValue::from_static("text/csv; charset=utf-8")), text);
            let Body::Text(body) = response.unwrap().into_response().await.into_body() else {
                panic!("text is sent as text")
            };
            assert_eq!(body, sent);
        }
    }
}
