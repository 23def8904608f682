//! What every refusal looks like: Huddle's error document, or a page for a browser. Source: Huddle's page “ErrorHandling”.

use crate::{
    form::{Form, ProgressForm},
    html::{self, Part},
    json, xml,
};
use domain::{
    Problem,
    problem::{Refusal, Wording},
};
use serde::Serialize;

/// Huddle's wording of refusals: an `ErrorResult`.
pub struct Huddle;

/// The request id is ours.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ErrorResult<'a> {
    status_code: u16,
    error_messages: ErrorMessages,
    error_code: &'static str,
    request_id: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ErrorMessages {
    message: Vec<String>,
}

impl Wording for Huddle {
    fn refusal(problem: &Problem, request_id: &str, accept: &str) -> Refusal {
        let error = ErrorResult {
            status_code: problem.status(),
            error_messages: ErrorMessages { message: vec![problem.told(request_id)] },
            error_code: code(problem),
            request_id,
        };
        // An error is told also to those who take none of its forms.
        let (media_type, body) = match form(accept) {
            ProgressForm::Html => return page(problem, request_id),
            ProgressForm::Data(Form::Json) => ("application/vnd.huddle.error+json", json::text(&error)),
            ProgressForm::Data(Form::Xml) => ("application/vnd.huddle.error+xml", xml::document("ErrorResult", &error)),
        };
        Refusal { media_type, body: body.unwrap_or_default(), headers: vec![("vary", "accept".to_owned())] }
    }
}

/// The form that the client prefers; a client that names the media types of errors means those of data alike.
fn form(accept: &str) -> ProgressForm {
    let accept = accept.to_ascii_lowercase().replace("vnd.huddle.error+", "vnd.huddle.data+");
    ProgressForm::of(&accept).unwrap_or(ProgressForm::Data(Form::Xml))
}

/// Huddle's codes where its pages name one, and ours in the same style.
fn code(problem: &Problem) -> &'static str {
    match problem {
        Problem::Invalid { .. } => "Validation",
        Problem::Unauthenticated(_) => "Authentication",
        Problem::Forbidden(_) => "Authorization",
        Problem::NotFound(_) => "ObjectNotFound",
        Problem::NotAcceptable(_) => "NotAcceptable",
        Problem::Conflict(_) => "Conflict",
        Problem::Gone(_) => "ObjectDeleted",
        Problem::TooLarge(_) => "RequestTooLarge",
        Problem::UnsupportedMediaType(_) => "UnsupportedMediaType",
        Problem::Unprocessable(_) => "Unprocessable",
        Problem::Failed { .. } | Problem::Internal(_) => "InternalError",
        Problem::Busy(_) => "ServiceUnavailable",
    }
}

const PAGE: &str = include_str!("refusal.html");

fn page(problem: &Problem, request_id: &str) -> Refusal {
    let mut headers = vec![("content-security-policy", html::content_security_policy()), ("vary", "accept".to_owned())];
    let signing_in = matches!(problem, Problem::Unauthenticated(_));
    if signing_in {
        // Then a browser asks for a name and a password. Programs are not told this, or scripts in pages would make it ask too.
        headers.push(("www-authenticate", "Basic realm=\"imprint\", charset=\"UTF-8\"".to_owned()));
    }
    let parts = [
        ("title", Part::Text(title(problem))),
        ("style", Part::Markup(html::STYLE)),
        ("text", Part::Text(&problem.told(request_id))),
        ("hint", Part::Markup(if signing_in { include_str!("sign_in.html") } else { "" })),
        ("request", Part::Text(request_id)),
    ];
    Refusal { media_type: "text/html; charset=utf-8", body: html::filled(PAGE, &parts), headers }
}

fn title(problem: &Problem) -> &'static str {
    match problem {
        Problem::Unauthenticated(_) => "Please sign in",
        Problem::Forbidden(_) => "You may not do this",
        Problem::NotFound(_) => "There is nothing here",
        Problem::Gone(_) => "This was deleted",
        Problem::Internal(_) | Problem::Busy(_) => "This cannot be shown right now",
        _ => "This request was refused",
    }
}

#[cfg(test)]
#[path = "refusal_tests.rs"]
mod tests;
