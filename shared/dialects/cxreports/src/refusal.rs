//! What refusals look like: JSON under `/api/v1`; under `/ws`, where people look at previews, a page for browsers.

use base64::{Engine, engine::general_purpose::STANDARD};
use domain::{
    Problem,
    preview::NOT_OPEN,
    problem::{Refusal, Wording},
};
use quick_xml::escape::escape;
use serde::Serialize;
use sha2::{Digest, Sha256};

/// CxReports' wording of refusals: `{"error":"…"}`. Never HTML: the official client takes any HTML for a sign-in page.
pub struct CxReports;

/// The wording of refused previews: a page for browsers, `{"error":"…"}` for all others.
pub struct Preview;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    error: &'a str,
    request_id: &'a str,
}

impl Wording for CxReports {
    fn refusal(problem: &Problem, request_id: &str, _: &str) -> Refusal {
        Refusal::json(&Body { error: &problem.told(request_id), request_id })
    }
}

impl Wording for Preview {
    fn refusal(problem: &Problem, request_id: &str, accept: &str) -> Refusal {
        let mut refusal = match names_html(accept) {
            true => page(problem, request_id),
            false => Refusal::json(&Body { error: &told(problem, request_id), request_id }),
        };
        refusal.headers.push(("referrer-policy", "no-referrer".to_owned()));
        refusal.headers.push(("vary", "accept".to_owned()));
        refusal
    }
}

/// What is told of a problem. Whoever has no session, and whoever asks for what is not there, learns nothing of any
/// report.
fn told(problem: &Problem, request_id: &str) -> String {
    match problem {
        Problem::Unauthenticated(_) => NOT_OPEN.to_string(),
        Problem::NotFound(_) | Problem::Gone(_) => "There is no such report in this workspace.".to_owned(),
        other => other.told(request_id),
    }
}

/// Whether the client names HTML among what it takes, as browsers do.
fn names_html(accept: &str) -> bool {
    accept.split(',').any(|range| {
        let mut parts = range.split(';').map(str::trim);
        let is_html = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("text/html"));
        let quality = |part: &str| part.strip_prefix("q=").and_then(|q| q.trim().parse::<f64>().ok());
        is_html && !parts.any(|part| quality(&part.to_ascii_lowercase()) == Some(0.0))
    })
}

const STYLE: &str = include_str!("refusal.css");

fn page(problem: &Problem, request_id: &str) -> Refusal {
    let told = told(problem, request_id);
    let (title, text, message) = words(problem, &told);
    // The pieces go in all at once, so that a message cannot be taken for a placeholder.
    let body = format!(
        include_str!("refusal.html"),
        title = title,
        style = STYLE,
        text = escape(text),
        message = escape(message),
        request = escape(request_id),
    );
    let headers = vec![("content-security-policy", policy())];
    Refusal { media_type: "text/html; charset=utf-8", body, headers }
}

/// The title, what it means to whoever looks, and what is for those who can mend it.
fn words<'a>(problem: &Problem, told: &'a str) -> (&'static str, &'a str, &'a str) {
    match problem {
        Problem::Unauthenticated(_) => ("This preview is not open", told, ""),
        Problem::NotFound(_) | Problem::Gone(_) => ("There is nothing here", told, ""),
        Problem::Forbidden(_) => ("You may not see this preview", told, ""),
        Problem::Internal(_) | Problem::Busy(_) => {
            ("This preview cannot be shown right now", "Please load it again in a minute.", "")
        }
        _ => ("This preview cannot be shown", "For whoever wrote the report, or the page around it:", told),
    }
}

/// The page tells nothing that is secret, so it may stand in any frame: there its words are read.
fn policy() -> String {
    let style = STANDARD.encode(Sha256::digest(STYLE));
    format!("default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'; frame-ancestors *")
}

#[cfg(test)]
#[path = "refusal_tests.rs"]
mod tests;
