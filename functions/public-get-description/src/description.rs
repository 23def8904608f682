//! The three documents, with the address that calls go to.

use domain::Problem;
use lambda::{Reply, Request, reply};
use sha2::{Digest, Sha256};

const YAML: &str = include_str!("../../../openapi.yaml");
const JSON: &str = include_str!(concat!(env!("OUT_DIR"), "/openapi.json"));
const SCHEMA: &str = include_str!(concat!(env!("OUT_DIR"), "/report.json"));
/// The address that the description is written with, once, in quotes that YAML and JSON share.
const WRITTEN: &str = r#""http://127.0.0.1:8080""#;

/// # Errors
/// None that happens.
pub async fn describe(configured: &str, request: Request) -> Reply {
    let (written, media_type) = match request.path() {
        path if path.ends_with(".yaml") => (YAML, "application/yaml"),
        path if path.ends_with("/schema/report.json") => (SCHEMA, "application/schema+json"),
        _ => (JSON, "application/json"),
    };
    let address = serde_json::to_string(&address(configured, &request)).map_err(Problem::internal)?;
    let description = written.replacen(WRITTEN, &address, 1);
    // Weak: the same answer is sent compressed or not.
    let tag = format!("W/\"{}\"", hex::encode(&Sha256::digest(&description)[..16]));
    let headers = |status| {
        let answer = reply::status(status).header("etag", &tag).header("cache-control", "public, no-cache");
        let answer = answer.header("vary", "accept-encoding").header("x-content-type-options", "nosniff");
        answer.header("access-control-allow-origin", "*").header("access-control-expose-headers", "etag")
    };
    if request.holds_current(&tag) {
        return reply::body(headers(304), "");
    }
    let answer = headers(200).header("content-type", media_type);
    match request.takes_gzip() {
        true => reply::body(answer.header("content-encoding", "gzip"), reply::gzipped(&description)?),
        false => reply::body(answer, description),
    }
}

/// The address that calls go to: the configured one or, if there is none, the one that this request came to.
fn address(configured: &str, request: &Request) -> String {
    let scheme = request.header("x-forwarded-proto").unwrap_or("https");
    match (configured, request.header("host")) {
        ("", Some(host)) => format!("{scheme}://{host}"),
        _ => request.public_url().to_owned(),
    }
}
