//! `$default` — everything that no route takes: a doubled slash, or a fixed part of Exago's addresses in another case, is sent to
//! the path that was meant; the rest is refused in the words of the dialect that the path belongs to.

use cxreports::{CxReports, Preview};
use domain::Problem;
use exago::{Exago, address::canonical};
use grafana::Grafana;
use huddle::Huddle;
use informer::Informer;
use lambda::{Error, Function, Request, function::refuse, reply};
use lambda_http::{Body, Response};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use public::Public;

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    function.answer(async |request| answer(&request)).await
}

fn answer(request: &Request) -> Response<Body> {
    let path = request.path();
    if let Some(meant) = meant(path)
        && let Ok(redirect) = reply::moved(&meant, request.raw_query())
    {
        return redirect;
    }
    let problem = Problem::NotFound(format!("There is nothing for {} under this address.", request.method()));
    let accept = request.accept();
    match path.split('/').nth(1).unwrap_or_default() {
        "view" | "mailed" | "docs" => refuse::<Public>(&problem, request.id(), accept),
        "files" | "publishing" => refuse::<Huddle>(&problem, request.id(), accept),
        "grafana" => refuse::<Grafana>(&problem, request.id(), accept),
        "ws" => refuse::<Preview>(&problem, request.id(), accept),
        "api" if path.starts_with("/api/v1/") => refuse::<CxReports>(&problem, request.id(), accept),
        rest if rest.eq_ignore_ascii_case("rest") => refuse::<Exago>(&problem, request.id(), accept),
        _ => refuse::<Informer>(&problem, request.id(), accept),
    }
}

/// What stands for itself in a path; the percent sign is an escape that the gateway has left.
const PATH: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'%').remove(b':');

/// The address that was meant, if another one was sent. It always starts with one slash, so it never leads to another host.
fn meant(path: &str) -> Option<String> {
    // Of a path with a decoded `?` nobody can tell any more where the query began.
    let sound = !path.contains(['?', '#', '\\', char::REPLACEMENT_CHARACTER]) && !path.chars().any(char::is_control);
    let meant = canonical(path).filter(|_| sound)?;
    Some(utf8_percent_encode(&meant, PATH).to_string())
}

#[cfg(test)]
mod tests {
    use super::meant;

    #[test]
    fn a_doubled_slash_is_one_and_never_another_host() {
        assert_eq!(meant("//rest//reports/list").as_deref(), Some("/rest/reports/list"));
        assert_eq!(meant("//evil.example/x").as_deref(), Some("/evil.example/x"));
        assert_eq!(meant("/api/reports"), None);
        assert_eq!(meant("//a\\b"), None);
        assert_eq!(meant("//a?b"), None);
    }

    #[test]
    fn names_in_the_address_are_escaped_again() {
        assert_eq!(meant("/REST/folders/Café 50%25").as_deref(), Some("/rest/folders/Caf%C3%A9%2050%25"));
    }
}
