//! `$default` — everything that no route takes: a doubled slash is sent to the path that was meant, the rest is refused in the
//! words of the dialect that the path belongs to.

use cxreports::CxReports;
use domain::Problem;
use informer::Informer;
use lambda::{Error, Function, Request, function::refuse, reply};
use lambda_http::{Body, Response};
use public::Public;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    function.answer(async |request| answer(&request)).await
}

fn answer(request: &Request) -> Response<Body> {
    let path = request.path();
    if let Some(meant) = single_slashes(path) {
        let redirect = reply::status(308).header("location", meant);
        return redirect.body(Body::Empty).unwrap_or_default();
    }
    let problem = Problem::NotFound(format!("There is nothing for {} under this address.", request.method()));
    match path.split('/').nth(1).unwrap_or_default() {
        "view" => refuse::<Public>(&problem, request.id()),
        "ws" => refuse::<CxReports>(&problem, request.id()),
        "api" if path.starts_with("/api/v1/") => refuse::<CxReports>(&problem, request.id()),
        _ => refuse::<Informer>(&problem, request.id()),
    }
}

/// The path with single slashes, if it has others. Nothing that could be taken for another host is ever sent back.
fn single_slashes(path: &str) -> Option<String> {
    let sound = path.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    (sound && path.contains("//")).then(|| {
        let parts: Vec<_> = path.split('/').filter(|part| !part.is_empty()).collect();
        format!("/{}", parts.join("/"))
    })
}

#[cfg(test)]
mod tests {
    use super::single_slashes;

    #[test]
    fn a_doubled_slash_is_one_and_never_another_host() {
        assert_eq!(single_slashes("//rest//reports/list").as_deref(), Some("/rest/reports/list"));
        assert_eq!(single_slashes("//evil.example/x").as_deref(), Some("/evil.example/x"));
        assert_eq!(single_slashes("/api/reports"), None);
        assert_eq!(single_slashes("//a\\b"), None);
    }
}
