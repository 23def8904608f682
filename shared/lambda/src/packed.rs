//! Parts of bundles, which lie packed in the bucket: to clients that take gzip they are sent as they lie there.

use crate::{Reply, Request, reply};
use domain::{
    Outcome, Problem,
    bundle::{Entry, gzip_member},
};
use flate2::read::DeflateDecoder;
use lambda_http::{Body, http::response::Builder};
use std::io::Read;

/// Ends an answer with the contents of a bundle's entry; `bytes` are those of the ZIP.
///
/// # Errors
/// `Internal` if they are not what the index says.
pub fn entry(request: &Request, answer: Builder, entry: &Entry, bytes: Vec<u8>) -> Reply {
    if entry.deflated && request.takes_gzip() {
        return reply::body(answer.header("content-encoding", "gzip"), gzip_member(entry, &bytes));
    }
    match (inflated(entry, bytes)?, entry.deflated) {
        // What is worth packing is text, which the gateway takes as it is.
        (contents, true) => reply::body(answer, Body::Text(String::from_utf8(contents).map_err(Problem::internal)?)),
        (contents, false) => reply::body(answer, contents),
    }
}

/// The contents of a bundle's entry.
///
/// # Errors
/// `Internal` if they are not what the index says.
pub fn inflated(entry: &Entry, bytes: Vec<u8>) -> Outcome<Vec<u8>> {
    if !entry.deflated {
        return Ok(bytes);
    }
    let mut contents = Vec::new();
    DeflateDecoder::new(bytes.as_slice()).take(entry.size).read_to_end(&mut contents).map_err(Problem::internal)?;
    Ok(contents)
}
