//! Refusals in both wordings.

use super::*;
use serde_json::{Value, json};

const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

fn header<'a>(refusal: &'a Refusal, name: &str) -> Option<&'a str> {
    refusal.headers.iter().find(|(header, _)| *header == name).map(|(_, value)| value.as_str())
}

fn body(refusal: &Refusal) -> Value {
    serde_json::from_str(&refusal.body).unwrap()
}

fn all() -> Vec<Problem> {
    let text = || "Say <what> & {title}.".to_owned();
    vec![
        Problem::malformed(text()),
        Problem::Unauthenticated("Say what."),
        Problem::Forbidden(text()),
        Problem::NotFound(text()),
        Problem::NotAcceptable(text()),
        Problem::Conflict(text()),
        Problem::Gone(text()),
        Problem::TooLarge(text()),
        Problem::UnsupportedMediaType(text()),
        Problem::Unprocessable(text()),
        Problem::internal("table imprint-Catalog"),
        Problem::Busy(text()),
    ]
}

#[test]
fn the_api_answers_in_json_whatever_is_asked_for() {
    for problem in all() {
        let refusal = CxReports::refusal(&problem, "r-1", BROWSER);
        assert_eq!(refusal.media_type, "application/json");
        assert_eq!(body(&refusal), json!({"error": problem.told("r-1"), "requestId": "r-1"}));
    }
}

#[test]
fn a_preview_is_refused_by_a_page_to_those_who_name_html() {
    let table = [
        ("a browser", BROWSER, true),
        ("in capitals, with a parameter", "Text/HTML;level=1", true),
        ("a little", "application/json, text/html;q=0.1", true),
        ("not at all", "text/html;q=0", false),
        ("not at all, at length", "text/html; Q=0.000, */*", false),
        ("anything", "*/*", false),
        ("JSON", "application/json", false),
        ("something alike", "text/html5", false),
        ("nothing", "", false),
    ];
    for (what, accept, html) in table {
        let refusal = Preview::refusal(&Problem::internal("x"), "r-1", accept);
        assert_eq!(refusal.media_type.starts_with("text/html"), html, "{what}");
        assert_eq!(header(&refusal, "referrer-policy"), Some("no-referrer"), "{what}");
        assert_eq!(header(&refusal, "vary"), Some("accept"), "{what}");
    }
}

#[test]
fn whoever_has_no_session_learns_nothing_of_the_report() {
    let table = [
        ("no session", Problem::Unauthenticated("The token of ada@example.com was revoked."), NOT_OPEN.to_string()),
        ("not there", Problem::no_report(&"secret-plan"), "There is no such report in this workspace.".to_owned()),
        ("deleted", Problem::Gone("secret-plan was".into()), "There is no such report in this workspace.".to_owned()),
    ];
    for (what, problem, expected) in table {
        let (page, json) = (Preview::refusal(&problem, "r-1", BROWSER), Preview::refusal(&problem, "r-1", ""));
        assert_eq!(body(&json), json!({"error": expected, "requestId": "r-1"}), "{what}");
        assert!(page.body.contains(&format!("<p>{expected}</p>")), "{what}");
        assert!(!page.body.contains("secret-plan") && !page.body.contains("ada"), "{what}");
    }
}

#[test]
fn whoever_wrote_the_report_is_told_what_is_wrong_with_it() {
    let problem = Problem::Unprocessable("blocks[2]: there is no field <b>amount</b> in {text} & more.".into());
    let page = Preview::refusal(&problem, "r-1", BROWSER).body;
    let message = "blocks[2]: there is no field &lt;b&gt;amount&lt;/b&gt; in {text} &amp; more.";
    assert!(page.contains(&format!("<p class=\"message\">{message}</p>")), "{page}");
    assert!(page.contains("For whoever wrote the report"));
    assert_eq!(body(&Preview::refusal(&problem, "r-1", ""))["error"], problem.to_string());
}

#[test]
fn a_fault_of_ours_tells_its_reference_and_no_cause() {
    for problem in [Problem::internal("table imprint-Catalog"), Problem::Busy("table imprint-Catalog".into())] {
        let page = Preview::refusal(&problem, "r-<1>", BROWSER).body;
        assert!(page.contains("Please load it again in a minute.") && page.contains("Reference r-&lt;1&gt;"));
        assert!(!page.contains("imprint-Catalog"));
    }
}

#[test]
fn a_page_holds_its_style_and_its_policy_lets_nothing_else_in() {
    for problem in all() {
        let page = Preview::refusal(&problem, "r-1", BROWSER);
        let (_, rest) = page.body.split_once("<style>").unwrap();
        let (style, rest) = rest.split_once("</style>").unwrap();
        let hash = STANDARD.encode(Sha256::digest(style));
        let expected = format!(
            "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'; frame-ancestors *"
        );
        assert_eq!(header(&page, "content-security-policy"), Some(expected.as_str()));
        for outside in ["<script", "<img", "<link", "style=", "http"] {
            assert!(!rest.contains(outside), "{outside}");
        }
    }
}
