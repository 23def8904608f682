//! `GET /docs`, `GET /docs/{file}` — the explorer: a page in which people read the description of this API and try it out. It is
//! Swagger UI, and all of it comes from here.

use domain::{Outcome, Problem};
use flate2::read::GzDecoder;
use lambda::{Error, Function, Reply, Request, reply};
use public::Public;
use std::io::Read;

/// A file as `build.rs` packs it.
struct File {
    name: &'static str,
    media_type: &'static str,
    version: &'static str,
    packed: &'static [u8],
}

include!(concat!(env!("OUT_DIR"), "/files.rs"));

/// Scripts of this service alone, which call this service alone. `blob:` is what the explorer makes of a picture that a call answers.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    function.serve::<Public, _, _>(view).await
}

async fn view(request: Request) -> Reply {
    if request.path() == "/docs" {
        return answer(&request, &PAGE, "public, no-cache");
    }
    let name = request.parameter("file")?;
    let file = FILES.iter().find(|file| file.name == name);
    let file = file.ok_or_else(|| Problem::NotFound("The explorer has no such file.".into()))?;
    // What the page asks for is named with its version, and so it never changes.
    match request.query("v").as_deref() == Some(file.version) {
        true => answer(&request, file, "public, max-age=31536000, immutable"),
        false => answer(&request, file, "public, no-cache"),
    }
}

fn answer(request: &Request, file: &File, cache: &str) -> Reply {
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
