//! The example of the document: request and answer as they are printed there, and the mail.

use super::{report, uid};
use imprint_tests::{
    api::{Answer, Api, read},
    mail::{SENT, deliveries, only_one_to, sent_to, somebody},
    now,
};
use regex::Regex;
use serde_json::{Value, json};

/// Sends the request of the document, with this id.
async fn as_printed(api: &Api, path: &str, id: &Value) -> Answer {
    let body = format!("{{\n\"id\":{id},\n\"useEmailsFromReport\": true\n}}");
    let request = api.request("POST", path).header("accept", "application/json");
    read(request.header("content-type", "application/json").body(body)).await
}

fn expect_sent(answer: &Answer) {
    assert_eq!((answer.status, answer.text().as_str()), (200, SENT));
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("content-length"), "29");
}

#[tokio::test]
async fn the_request_of_the_document_is_answered_as_the_document_says_and_the_mail_is_there() {
    let (admin, address) = (Api::admin(), somebody("printed"));
    let report =
        report(&admin, json!({"recipients": address, "replyTo": "desk@example.org", "message": "Here it is."})).await;
    expect_sent(&as_printed(&admin, "/api/reports/email", &json!(report["number"].to_string())).await);
    let mail = only_one_to(&address);
    assert_eq!((&mail.envelope, &mail.to), (&vec![address.clone()], &vec![address]));
    assert_eq!(mail.subject, "A small report");
    let (name, sender) = &mail.from;
    assert!(!name.is_empty() && sender.contains('@'), "{:?}", mail.from);
    assert_eq!(mail.header("reply-to"), ["desk@example.org"]);
    assert_eq!(mail.header("auto-submitted"), ["auto-generated"]);
    let delivery = deliveries(&admin, uid(&report)).await.remove(0);
    let (id, domain) = (delivery["id"].as_str().unwrap(), sender.rsplit('@').next().unwrap());
    let pattern = Regex::new(&format!(r"^<{id}\.\d+@{}>$", regex::escape(domain))).unwrap();
    assert!(pattern.is_match(mail.header("message-id")[0]), "{:?}", mail.header("message-id"));
    let date = jiff::fmt::rfc2822::parse(mail.header("date")[0]).unwrap().timestamp();
    assert!(now().duration_since(date).as_secs().abs() < 300, "{date}");
}

#[tokio::test]
async fn the_mail_has_a_text_and_html_with_a_picture_and_the_pdf() {
    let (admin, address) = (Api::admin(), somebody("whole"));
    let report = report(&admin, json!({"recipients": address, "message": "Revenue **grew**."})).await;
    as_printed(&admin, "/api/reports/email", &report["id"]).await.expect(200);
    let mail = only_one_to(&address);
    assert!(mail.text.contains("Revenue") && mail.text.contains("grew"), "{}", mail.text);
    assert!(mail.html.contains("Revenue <strong>grew</strong>."), "{}", mail.html);
    let pdf = mail.attached("application/pdf");
    assert_eq!(pdf.name, "A small report.pdf");
    assert!(pdf.bytes.starts_with(b"%PDF-") && pdf.bytes.trim_ascii_end().ends_with(b"%%EOF"));
    let pictures: Vec<_> = mail.files.iter().filter(|file| file.media_type == "image/png").collect();
    assert_eq!(pictures.len(), 1, "{:?}", mail.names());
    let picture = pictures[0];
    assert!(picture.bytes.starts_with(b"\x89PNG\r\n\x1a\n") && !picture.attached);
    let shown = Regex::new(r#"<img [^>]*src="cid:([^"]+)"[^>]*>"#).unwrap();
    let shown: Vec<_> = shown.captures_iter(&mail.html).collect();
    assert_eq!(shown.len(), 1, "{}", mail.html);
    assert_eq!(&shown[0][1], picture.content_id);
    let described = Regex::new(r#" alt="[^"]{5,}""#).unwrap();
    assert!(described.is_match(&shown[0][0]), "for who sees no pictures: {}", &shown[0][0]);
    let outer = mail.header("content-type")[0];
    assert!(outer.starts_with("multipart/mixed"), "{outer}");
    let torn = Regex::new(r#"="[^"]*"[^\s/>]"#).unwrap();
    assert!(!torn.is_match(&mail.html), "attributes are apart: {:?}", torn.find(&mail.html));
    let fetched = Regex::new(r#"(src|background)="?https?:|<link|url\("#).unwrap();
    assert!(!fetched.is_match(&mail.html), "it shows nothing that has to be fetched: {}", mail.html);
}

#[tokio::test]
async fn a_report_is_sent_under_each_of_its_names_at_both_addresses() {
    let (admin, address) = (Api::admin(), somebody("named"));
    let report = report(&admin, json!({"recipients": address})).await;
    let number = &report["number"];
    let names = [number.clone(), json!(number.to_string()), report["id"].clone(), report["naturalId"].clone()];
    let mut sent = 0;
    for path in ["/api/reports/email", "/grafana/api/reports/email"] {
        for name in &names {
            expect_sent(&as_printed(&admin, path, name).await);
            sent += 1;
            assert_eq!(sent_to(&address).len(), sent, "{path} {name}");
        }
    }
}

#[tokio::test]
async fn who_may_publish_may_send() {
    let (admin, address) = (Api::admin(), somebody("publisher"));
    let report = report(&admin, json!({"recipients": address})).await;
    for role in ["publisher", "designer"] {
        let sender = Api::with_role(role, &["default"]).await;
        expect_sent(&as_printed(&sender, "/api/reports/email", &report["id"]).await);
    }
    assert_eq!(sent_to(&address).len(), 2);
}
