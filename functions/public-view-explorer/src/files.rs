//! The files of the explorer, as they are packed into the program, and how each is answered.

use domain::{Outcome, Problem};
use flate2::read::GzDecoder;
use lambda::{Reply, Request, reply};
use std::io::Read;

/// A file as `build.rs` packs it.
pub struct File {
    pub name: &'static str,
    media_type: &'static str,
    pub version: &'static str,
    packed: &'static [u8],
}

include!(concat!(env!("OUT_DIR"), "/files.rs"));

/// Scripts of this service alone, which call this service alone. `blob:` is what the explorer makes of a picture that a call answers.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// # Errors
/// None that happens.
pub fn answer(request: &Request, file: &File, cache: &str) -> Reply {
    // Weak: the same answer is sent compressed or not.
    let tag = format!("W/\"{}\"", file.version);
    let headers = |status| {
        let answer = reply::status(status).header("etag", &tag).header("cache-control", cache);
        let answer = answer.header("vary", "accept-encoding").header("x-content-type-options", "nosniff");
        answer.header("content-security-policy", POLICY).header("referrer-policy", "no-referrer")
    };
    if request.holds_current(&tag) {
        return reply::body(headers(304), "");
    }
    let answer = headers(200).header("content-type", file.media_type);
    match request.takes_gzip() {
        true => reply::body(answer.header("content-encoding", "gzip"), file.packed),
        false => reply::body(answer, unpacked(file)?),
    }
}

fn unpacked(file: &File) -> Outcome<Vec<u8>> {
    let mut bytes = Vec::new();
    GzDecoder::new(file.packed).read_to_end(&mut bytes).map_err(Problem::internal)?;
    Ok(bytes)
}
