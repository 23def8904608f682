//! Every problem, in every form.

use super::*;

fn all() -> [(Problem, u16, &'static str); 12] {
    let text = || "Say <what> & why.".to_owned();
    [
        (Problem::malformed(text()), 400, "Validation"),
        (Problem::Unauthenticated("Say <what> & why."), 401, "Authentication"),
        (Problem::Forbidden(text()), 403, "Authorization"),
        (Problem::NotFound(text()), 404, "ObjectNotFound"),
        (Problem::NotAcceptable(text()), 406, "NotAcceptable"),
        (Problem::Conflict(text()), 409, "Conflict"),
        (Problem::Gone(text()), 410, "ObjectDeleted"),
        (Problem::TooLarge(text()), 413, "RequestTooLarge"),
        (Problem::UnsupportedMediaType(text()), 415, "UnsupportedMediaType"),
        (Problem::Unprocessable(text()), 422, "Unprocessable"),
        (Problem::internal("table imprint-Catalog"), 500, "InternalError"),
        (Problem::Busy(text()), 503, "ServiceUnavailable"),
    ]
}

fn header<'a>(refusal: &'a Refusal, name: &str) -> Option<&'a str> {
    refusal.headers.iter().find(|(header, _)| *header == name).map(|(_, value)| value.as_str())
}

#[test]
fn a_refusal_is_the_error_document_of_huddle_with_our_request_id() {
    let refusal = Huddle::refusal(&Problem::NotFound("There is no report <x>.".into()), "r-1", "");
    assert_eq!(refusal.media_type, "application/vnd.huddle.error+xml");
    assert_eq!(refusal.body, include_str!("../examples/written/error.xml"));
}

#[test]
fn every_problem_has_its_status_and_its_code() {
    for (problem, status, code) in all() {
        let json = Huddle::refusal(&problem, "r-1", "application/json");
        assert_eq!(json.media_type, "application/vnd.huddle.error+json");
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&json.body).unwrap(),
            serde_json::json!({
                "statusCode": status, "errorMessages": [problem.told("r-1")], "errorCode": code, "requestId": "r-1",
            })
        );
        assert_eq!(header(&json, "vary"), Some("accept"));
        assert!(!json.body.contains("imprint-Catalog"));
    }
}

#[test]
fn an_error_is_told_whatever_the_client_takes() {
    let table = [
        ("", "application/vnd.huddle.error+xml"),
        ("*/*", "application/vnd.huddle.error+xml"),
        ("image/png", "application/vnd.huddle.error+xml"),
        ("application/vnd.huddle.data+json", "application/vnd.huddle.error+json"),
        ("application/vnd.huddle.ERROR+json", "application/vnd.huddle.error+json"),
        ("application/vnd.huddle.data+xml, application/vnd.huddle.error+xml", "application/vnd.huddle.error+xml"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html; charset=utf-8"),
    ];
    for (accept, media_type) in table {
        assert_eq!(Huddle::refusal(&Problem::Busy("Wait.".into()), "r-1", accept).media_type, media_type, "{accept:?}");
    }
}

#[test]
fn a_browser_is_shown_a_page_and_asked_for_the_token() {
    for (problem, status, _) in all() {
        let page = Huddle::refusal(&problem, "r-1", "text/html");
        assert!(!page.body.contains("{{") && !page.body.contains("<what>") && page.body.contains("r-1"), "{status}");
        assert_eq!(header(&page, "www-authenticate").is_some(), status == 401);
        assert_eq!(page.body.contains("access token, and any name"), status == 401);
        assert!(header(&page, "content-security-policy").unwrap().contains("default-src 'none'"));
        assert_eq!(header(&page, "vary"), Some("accept"));
    }
    assert!(header(&Huddle::refusal(&all()[1].0, "r-1", "*/*"), "www-authenticate").is_none());
}
