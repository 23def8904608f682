//! The words of a mail.

use pulldown_cmark::{Event, Tag};
use serde_json::json;

use super::{job, sales};
use crate::{Job, LetterTemplates, LetterTexts, Outputs, RenderError, markdown, render};

/// A definition with a title and a parameter.
fn letter(subject: Option<&str>, message: &str) -> Result<LetterTexts, RenderError> {
    let definition =
        json!({"title": "Sales {{ params.quarter }}", "params": [{"name": "quarter", "default": "Q1"}], "blocks": []});
    let templates = LetterTemplates { subject: subject.map(str::to_owned), message: message.to_owned() };
    let job = Job {
        letter: Some(templates),
        outputs: Outputs::tables(),
        time_zone: "Pacific/Auckland".into(),
        date: "2026-11-21T20:00:00Z".parse().unwrap(),
        ..job(&definition, sales())
    };
    render(&job).map(|rendered| rendered.letter.unwrap())
}

fn subject(template: &str) -> String {
    letter(Some(template), "").unwrap().subject
}

#[test]
fn a_letter_sees_what_the_report_sees() {
    let message =
        "{{ report }}: {{ data.revenue|fmt('currency:EUR') }}, {{ params.quarter }}, **{{ today|fmt('date') }}**";
    let letter = letter(Some("{{ report }} of {{ today }}"), message).unwrap();
    assert_eq!(letter.subject, "Monthly report of 2026-11-22", "the day where the report is read");
    let words = markdown::events(&letter.message).filter_map(|event| match event {
        Event::Text(words) => Some(words.into_string()),
        Event::Start(Tag::Strong) => Some("<".to_owned()),
        _ => None,
    });
    assert_eq!(words.collect::<String>(), "Monthly report: €1,200.50, Q1, <Nov 22, 2026");
}

#[test]
fn a_report_without_a_letter_has_no_words_for_one() {
    let job = Job { outputs: Outputs::tables(), ..job(&json!({"blocks": []}), sales()) };
    assert_eq!(render(&job).unwrap().letter, None);
}

#[test]
fn a_subject_is_one_line_that_says_something() {
    let cases = [
        ("none", letter(None, "").unwrap().subject, "Sales Q1"),
        ("an empty one", subject(""), "Sales Q1"),
        ("one that comes to nothing", subject("{% if params.quarter == 'Q2' %}Half-year{% endif %} \n"), "Sales Q1"),
        ("a header behind it", subject("Sales\r\nBcc: b@example.com"), "Sales Bcc: b@example.com"),
        ("white space", subject("  A\t \u{a0} B\u{2028}C "), "A B C"),
        ("other controls", subject("A\u{0}B\u{85}C\u{7f}"), "A B C"),
    ];
    for (what, subject, expected) in cases {
        assert_eq!(subject, expected, "{what}");
    }
    let untitled = json!({"title": " ", "blocks": []});
    let letter = Some(LetterTemplates { subject: Some("\n".into()), message: String::new() });
    let untitled = render(&Job { letter, outputs: Outputs::tables(), ..job(&untitled, sales()) }).unwrap();
    assert_eq!(untitled.letter.unwrap().subject, "Monthly report");
}

#[test]
fn a_subject_has_an_end() {
    assert_eq!(subject(&"ü".repeat(200)), "ü".repeat(200));
    assert_eq!(subject(&"ü".repeat(201)), format!("{}…", "ü".repeat(199)));
    assert_eq!(subject("{{ 'long '*1000 }}"), format!("{}…", "long ".repeat(40).trim_end()));
}

#[test]
fn a_mistake_in_a_letter_is_named() {
    let endless = "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}";
    let cases = [
        (letter(Some("{{ data.revenu }}"), ""), "subject: undefined value in `{{ data.revenu }}`"),
        (letter(None, "{{ params.q }}"), "message: undefined value in `{{ params.q }}`"),
        (letter(None, endless), "message: `{% for i in range(99999) %}"),
        (letter(None, "{{ 'ü'*10001 }}"), "message: is longer than 10,000 characters"),
    ];
    for (result, message) in cases {
        let error = result.unwrap_err().to_string();
        assert!(error.starts_with(message), "{error}");
    }
    assert_eq!(letter(None, "{{ 'ü'*10000 }}").unwrap().message.chars().count(), 10_000);
}
