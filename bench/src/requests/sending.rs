//! How the calls are sent, with the names in them that earlier calls kept.

use super::calls::{Body, Call};
use crate::{Outcome, mail::READER, project, stack::Stack};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const PICTURE: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><circle cx="4" cy="4" r="4" fill="#0f766e"/></svg>"##;

/// What earlier calls kept.
pub type Names = BTreeMap<&'static str, String>;

/// Makes a call. Its answer as JSON, `Null` if it is none; of what has an ETag, that.
pub async fn send(stack: &Stack, call: &Call, names: &Names) -> Outcome<Value> {
    let path = filled(call.path, names);
    let request = || stack.request(call.method, &path);
    let known = || names.get("etag").map(String::as_str).unwrap_or_default();
    let request = match &call.body {
        Body::Nothing => request()?,
        Body::Json(text) => request()?.json(&serde_json::from_str::<Value>(text)?),
        Body::Demo(name) => request()?.json(&demo(name, names)?),
        Body::Picture => request()?.header("content-type", "image/svg+xml").body(PICTURE),
        Body::Known => request()?.header("if-none-match", known()),
        Body::Packed => request()?.header("accept-encoding", "gzip"),
        Body::Mail => request()?.json(&mail(names)),
        Body::MailOnce => request()?.header("idempotency-key", filled("{slug}", names)).json(&mail(names)),
    };
    let answer = request.send().await?;
    let (status, etag) = (answer.status(), answer.headers().get("etag").cloned());
    let body = answer.bytes().await?;
    if status.is_server_error() || status.is_client_error() && call.function != "gateway-answer-unknown" {
        return Err(format!("{} answers {status}: {}", call.function, String::from_utf8_lossy(&body)).into());
    }
    match etag {
        Some(etag) => Ok(json!({ "etag": etag.to_str()? })),
        None => Ok(serde_json::from_slice(&body).unwrap_or_default()),
    }
}

fn mail(names: &Names) -> Value {
    json!({ "id": filled("{natural}", names), "emails": READER })
}

/// A text with the names in it.
pub fn filled(text: &str, names: &Names) -> String {
    names.iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
}

/// A report of the demo, with a slug of its own.
fn demo(name: &str, names: &Names) -> Outcome<Value> {
    let mut report = project::json(&format!("local/demo/{name}.json"))?;
    report["slug"] = format!("{name}-{}", names.get("slug").map(String::as_str).unwrap_or_default()).into();
    report["name"] = report["slug"].clone();
    Ok(report)
}
