//! Nobody writes a header by what is theirs to write: parameters, data, titles, names, addresses.

use super::{mailed, report, uid};
use imprint_tests::{
    api::Api,
    mail::{Mail, send, sent_to, somebody},
    samples, unique,
};
use serde_json::json;

/// What tries to be more than the value of a header.
const INJECTIONS: [&str; 8] = [
    "Q1\r\nBcc: evil@example.com",
    "Q1\nBcc: evil@example.com\nX-Injected: yes",
    "Q1\rBcc: evil@example.com",
    "Q1\r\n\r\n<html>evil",
    "Q1\u{0}\u{b}\u{85}\u{2028}Bcc: evil@example.com",
    "Q1\r\n Content-Type: text/html",
    "=?utf-8?q?Q1=0D=0ABcc:_evil=40example.com?=",
    "Q1\";\r\n filename=\"evil.exe",
];

/// The headers are those that every mail has, each once, and nobody else gets the mail.
fn expect_sound(what: &str, mail: &Mail, usual: &Mail) {
    for name in ["bcc", "cc", "x-injected", "sender", "resent-to", "content-disposition"] {
        assert!(mail.header(name).is_empty(), "{what} wrote {name}: {:?}", mail.header(name));
    }
    for name in ["subject", "from", "to", "date", "message-id", "mime-version", "content-type", "auto-submitted"] {
        assert_eq!(mail.header(name).len(), 1, "{what}: {name}");
    }
    assert_eq!((mail.envelope.len(), mail.to.len()), (1, 1), "{what}");
    assert!(!mail.subject.contains(char::is_control), "{what}: {:?}", mail.subject);
    assert_eq!(mail.header_names(), usual.header_names(), "{what}");
    assert_eq!(mail.files.len(), usual.files.len(), "{what}: {:?}", mail.names());
    assert!(mail.attached("application/pdf").name.ends_with(".pdf"), "{what}: {:?}", mail.names());
    assert!(mail.text.len() > 10 && !mail.text.starts_with("<html>evil"), "{what}: {}", mail.text);
}

#[tokio::test]
async fn no_value_becomes_a_header() {
    let admin = Api::admin();
    let usual = mailed(&admin, &report(&admin, json!({})).await).await;
    for injection in INJECTIONS {
        let mut definition = samples::body("x", "text")["definition"].clone();
        definition["title"] = json!("{{ params.quarter }} {{ data.title }}");
        definition["params"] = json!([{"name": "quarter", "default": injection}]);
        let data = json!({"title": injection, "rows": []});
        for subject in ["Sales {{ params.quarter }}", "{{ data.title }}", ""] {
            let fields = json!({"definition": definition, "data": data, "subject": subject, "message": injection});
            let mail = mailed(&admin, &report(&admin, fields).await).await;
            expect_sound(&format!("{injection:?} in {subject:?}"), &mail, &usual);
        }
    }
}

#[tokio::test]
async fn no_subject_or_name_of_a_report_becomes_a_header() {
    let (admin, address) = (Api::admin(), somebody("subject"));
    let usual = mailed(&admin, &report(&admin, json!({})).await).await;
    for injection in INJECTIONS {
        for field in ["subject", "name"] {
            let mut body = samples::body(&unique("injected"), "text");
            body[field] = json!(injection);
            body["definition"]["title"] = json!("{{ report }}");
            let made = admin.post("/api/reports", &body).await;
            if made.status == 400 {
                assert!(made.text().contains(field), "{injection:?}: {}", made.text());
                continue;
            }
            send(&admin, &json!({"id": uid(&made.expect(201).json()), "emails": address})).await.expect(200);
            expect_sound(&format!("{injection:?} as {field}"), &sent_to(&address).pop().unwrap(), &usual);
        }
    }
    assert!(!sent_to(&address).is_empty());
}

#[tokio::test]
async fn a_long_subject_is_cut_and_folded() {
    let admin = Api::admin();
    for subject in ["Sales ".repeat(160), "x".repeat(1000), "売上📈".repeat(300)] {
        let mail = mailed(&admin, &report(&admin, json!({"subject": subject})).await).await;
        assert!((100..=200).contains(&mail.subject.chars().count()), "{}", mail.subject);
        let whole: String = mail.subject.chars().take(90).collect();
        assert!(subject.starts_with(&whole), "{}", mail.subject);
    }
}

#[tokio::test]
async fn an_address_for_answers_that_is_more_than_an_address_is_refused() {
    let admin = Api::admin();
    let record = report(&admin, json!({"replyTo": "desk@example.org"})).await;
    let path = format!("/api/reports/{}", uid(&record));
    for bad in [
        "desk@example.org\r\nBcc: evil@example.com",
        "desk@example.org, evil@example.com",
        "Desk <desk@example.org>",
        "desk",
        "desk@example.org\nX: y",
        "desk@exa\rmple.org",
    ] {
        let refused = admin.put(&path, &json!({"replyTo": bad})).await.expect(400);
        assert!(refused.json()["message"].as_str().unwrap().contains("replyTo"), "{bad:?}: {}", refused.text());
        let mut body = samples::body(&unique("reply"), "text");
        body["replyTo"] = json!(bad);
        admin.post("/api/reports", &body).await.expect(400);
    }
    assert_eq!(mailed(&admin, &record).await.header("reply-to"), ["desk@example.org"]);
}
