//! The fields of a report that are about its mails: set, read back, kept, taken away, refused.

use super::{mailed, report, uid};
use imprint_tests::{api::Api, samples, unique};
use serde_json::{Value, json};

/// Every field, with a value.
fn filled() -> Value {
    json!({
        "recipients": "a@example.com, b@example.com; c@example.com", "replyTo": "desk@example.org",
        "subject": "Sales {{ today }}", "message": "Revenue **grew**.", "formats": ["pdf", "csv"],
        "timeZone": "Europe/Berlin"})
}

async fn read_back(admin: &Api, report: &Value) -> Value {
    admin.get(&format!("/api/reports/{}", uid(report))).await.expect(200).json()
}

#[tokio::test]
async fn what_is_set_is_read_back_and_kept_by_other_changes() {
    let admin = Api::admin();
    let by_post = report(&admin, filled()).await;
    let by_put = report(&admin, json!({})).await;
    admin.put(&format!("/api/reports/{}", uid(&by_put)), &filled()).await.expect(200);
    for record in [by_post, by_put] {
        admin.put(&format!("/api/reports/{}", uid(&record)), &json!({"note": "another"})).await.expect(200);
        let found = read_back(&admin, &record).await;
        for (field, value) in filled().as_object().unwrap() {
            assert_eq!(found[field], *value, "{field}");
        }
    }
}

#[tokio::test]
async fn without_them_the_pdf_goes_to_nobody_in_utc() {
    let admin = Api::admin();
    let found = read_back(&admin, &report(&admin, json!({})).await).await;
    assert_eq!((&found["formats"], &found["recipients"], &found["message"]), (&json!(["pdf"]), &json!(""), &json!("")));
    for field in ["replyTo", "subject", "timeZone"] {
        assert!(found[field].is_null(), "{field}: {found}");
    }
}

#[tokio::test]
async fn an_empty_text_takes_a_field_away() {
    let admin = Api::admin();
    let record = report(&admin, filled()).await;
    let path = format!("/api/reports/{}", uid(&record));
    let empty = json!({"replyTo": "", "subject": "", "timeZone": "", "message": "", "recipients": ""});
    admin.put(&path, &empty).await.expect(200);
    let found = read_back(&admin, &record).await;
    for field in ["replyTo", "subject", "timeZone"] {
        assert!(found[field].is_null(), "{field}: {found}");
    }
    assert_eq!((&found["message"], &found["recipients"]), (&json!(""), &json!("")));
    let mail = mailed(&admin, &record).await;
    assert!(mail.header("reply-to").is_empty() && mail.subject == "A small report", "{}", mail.subject);
}

#[tokio::test]
async fn what_cannot_be_is_refused_with_its_field_when_it_is_made_and_when_it_is_changed() {
    let admin = Api::admin();
    let path = format!("/api/reports/{}", uid(&report(&admin, filled()).await));
    let table = [
        ("recipients", json!("a@example.com, nobody")),
        ("recipients", json!("Ada <ada@example.com>")),
        ("recipients", json!(["a@example.com"])),
        ("recipients", json!((0..501).map(|n| format!("{n}@x.io")).collect::<Vec<_>>().join(","))),
        ("formats", json!([])),
        ("formats", json!(["csv"])),
        ("formats", json!(["pdf", "xlsx"])),
        ("formats", json!(["pdf", "html"])),
        ("formats", json!(["pdf", "docx"])),
        ("formats", json!("pdf")),
        ("timeZone", json!("Mars/Olympus")),
        ("timeZone", json!("../../etc/passwd")),
        ("timeZone", json!(2)),
        ("subject", json!("x".repeat(1001))),
        ("message", json!("x".repeat(10_001))),
        ("replyTo", json!("nobody")),
    ];
    for (field, value) in table {
        let mut body = samples::body(&unique("refused"), "text");
        body[field] = value.clone();
        for refused in [admin.post("/api/reports", &body).await, admin.put(&path, &json!({field: value})).await] {
            assert_eq!(refused.status, 400, "{field} {value}: {}", refused.text());
            assert!(refused.json()["message"].as_str().unwrap().contains(field), "{value}: {}", refused.text());
        }
    }
    let found = admin.get(&path).await.expect(200).json();
    assert_eq!((&found["version"], &found["recipients"]), (&json!(1), &filled()["recipients"]), "nothing was changed");
}
