//! Answers that may be large: compressed for clients that take that, known by a tag, and above what a function can answer left
//! in the bucket, to which the client is sent.

use crate::{Reply, Request, reply};
use domain::{Problem, warnings};
use lambda_http::{Body, http::response::Builder};
use serde::Serialize;
use sha2::{Digest, Sha256};
use store::{
    Files, Spill,
    files::{FileKey, StoredFile},
};

/// Lambda answers 6 MB: binary in base64, text with every quote and backslash escaped.
pub const LARGEST: usize = 4_500_000;
const LARGEST_TEXT: usize = 6_000_000;
/// Below this, compressing saves nothing.
const SMALL: usize = 1_000;

/// A JSON answer of any size.
///
/// # Errors
/// `Internal` if it cannot be written or stored.
pub async fn json(request: &Request, spill: &Spill, value: &impl Serialize) -> Reply {
    let text = serde_json::to_string(value).map_err(Problem::internal)?;
    let hash = hex::encode(&Sha256::digest(&text)[..16]);
    // Weak: the same answer is sent compressed or not.
    let tag = format!("W/\"{hash}\"");
    if request.holds_current(&tag) {
        return reply::body(headers(304, &tag), Body::Empty);
    }
    let answer = headers(200, &tag).header("content-type", "application/json");
    if request.takes_gzip() && text.len() > SMALL {
        let packed = reply::gzipped(&text)?;
        if packed.len() <= LARGEST {
            return reply::body(answer.header("content-encoding", "gzip"), packed);
        }
    } else if text.len() <= LARGEST && escaped(&text) <= LARGEST_TEXT {
        return reply::body(answer, text);
    }
    let address = spill.address(&format!("{hash}.json"), text.into_bytes(), "application/json").await?;
    reply::body(reply::status(302).header("location", address).header("cache-control", "no-store"), Body::Empty)
}

/// The size of a JSON text as a string of JSON, as a function answers it. It holds no control characters.
fn escaped(text: &str) -> usize {
    text.len() + text.bytes().filter(|byte| matches!(byte, b'"' | b'\\')).count()
}

/// “Not modified”, if the client holds the file that was made from this content.
pub fn unchanged(request: &Request, content: &str) -> Option<Reply> {
    let tag = format!("\"{content}\"");
    request.holds_current(&tag).then(|| reply::body(headers(304, &tag), Body::Empty))
}

/// A file, known by the name of its content. One that is too large for a function comes from the bucket, by a redirect to an address
/// that works for a minute.
///
/// # Errors
/// `Internal` if the address cannot be signed.
pub async fn file(files: &Files, key: &FileKey, file: StoredFile, content: &str) -> Reply {
    let disposition = reply::attachment(&file.name);
    let warned = |answer: Builder| match &file.warnings {
        Some(warnings) => answer.header(warnings::HEADER, warnings),
        None => answer,
    };
    let Some(bytes) = file.bytes else {
        let address = files.address(key, &disposition, &file.media_type).await?;
        let answer = reply::status(302).header("location", address).header("cache-control", "no-store");
        return reply::body(warned(answer), Body::Empty);
    };
    let answer = headers(200, &format!("\"{content}\"")).header("content-type", file.media_type);
    let answer = answer.header("content-disposition", disposition).header("x-content-type-options", "nosniff");
    reply::body(warned(answer), bytes)
}

fn headers(status: u16, tag: &str) -> Builder {
    let answer = reply::status(status).header("etag", tag).header("vary", "accept-encoding");
    answer.header("cache-control", "private, no-cache")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_full_of_quotes_is_as_large_as_it_is_escaped() {
        let text = serde_json::json!({"x": "\"".repeat(1_000)}).to_string();
        assert_eq!(escaped(&text), serde_json::to_string(&text).unwrap().len() - 2);
    }
}
