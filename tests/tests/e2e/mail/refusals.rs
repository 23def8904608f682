//! What is refused: with the status of Grafana's document, in its words, and without a mail.

use super::{report, uid};
use imprint_tests::{
    api::{Answer, Api, read},
    mail::{SEND, deliveries, send, sent_to, somebody},
    samples, unique,
};
use serde_json::{Value, json};

/// The refusal has this status and says these words, as the document says it, and tells no secret.
fn refused(what: &str, answer: &Answer, status: u16, words: &str) {
    assert_eq!(answer.status, status, "{what}: {}", answer.text());
    assert_eq!(answer.header("content-type"), "application/json", "{what}");
    let body = answer.json();
    let message = body["message"].as_str().unwrap_or_default();
    assert!(message.len() > 10 && message.contains(words), "{what} does not say {words}: {}", answer.text());
    for word in ["dynamodb", "arn:", "panicked", "Exception", "imprint-", "serde"] {
        assert!(!message.contains(word), "{what} tells of {word}: {message}");
    }
}

/// Nothing was sent to anybody of whom the request said something, and nothing says that it was.
async fn expect_nothing(what: &str, admin: &Api, report: &Value, address: &str) {
    assert!(sent_to(address).is_empty(), "{what}: a mail was sent");
    assert!(deliveries(admin, uid(report)).await.is_empty(), "{what}: a delivery is told");
}

#[tokio::test]
async fn a_body_that_is_none_or_lacks_something_is_refused_with_its_field() {
    let (admin, address) = (Api::admin(), somebody("refused"));
    let report = report(&admin, json!({})).await;
    let (id, to) = (report["id"].clone(), address.clone());
    let many: Vec<_> = (0..501).map(|n| format!("{n}-{to}")).collect();
    let table = [
        ("half an object", r#"{"id": "3", "emails""#.to_owned(), ""),
        ("nothing", String::new(), ""),
        ("a list", format!("[{}]", json!({"id": id, "emails": to})), ""),
        ("two objects", format!("{0} {0}", json!({"id": id, "emails": to})), ""),
        ("no id", json!({"emails": to}).to_string(), "id"),
        ("no id and nothing else", "{}".into(), "id"),
        ("an id that is null", json!({"id": null, "emails": to}).to_string(), "id"),
        ("an id that is an object", json!({"id": {"n": 1}, "emails": to}).to_string(), "id"),
        ("an id that is a list", json!({"id": [id], "emails": to}).to_string(), "id"),
        ("an id that is true", json!({"id": true, "emails": to}).to_string(), "id"),
        ("an id below zero", json!({"id": -3, "emails": to}).to_string(), "id"),
        ("an id with a fraction", json!({"id": 3.5, "emails": to}).to_string(), "id"),
        ("an id that says nothing", json!({"id": "", "emails": to}).to_string(), "id"),
        ("an unknown field", json!({"id": id, "emails": to, "orgId": 1}).to_string(), "orgId"),
        ("a field in another case", json!({"id": id, "Emails": to}).to_string(), "Emails"),
        ("a list of addresses as a list", json!({"id": id, "emails": [to]}).to_string(), "emails"),
        (
            "a flag that is a text",
            json!({"id": id, "emails": to, "useEmailsFromReport": "yes"}).to_string(),
            "useEmailsFromReport",
        ),
        ("neither addresses nor the flag", json!({"id": id}).to_string(), "emails"),
        ("the flag, and it is false", json!({"id": id, "useEmailsFromReport": false}).to_string(), "emails"),
        ("empty addresses", json!({"id": id, "emails": ""}).to_string(), "emails"),
        ("nothing but separators", json!({"id": id, "emails": " ,;\n"}).to_string(), "emails"),
        (
            "the flag for a report without recipients",
            json!({"id": id, "useEmailsFromReport": true}).to_string(),
            "recipients",
        ),
        ("more than 500 addresses", json!({"id": id, "emails": many.join(",")}).to_string(), "501"),
        (
            "a body that is too large",
            json!({"id": id, "emails": format!("{to}{}", ",".repeat(300_000))}).to_string(),
            "",
        ),
    ];
    for (what, body, words) in table {
        let answer = read(admin.request("POST", SEND).header("content-type", "application/json").body(body)).await;
        refused(what, &answer, 400, words);
        expect_nothing(what, &admin, &report, &address).await;
    }
    assert!(sent_to(&many[0]).is_empty());
}

#[tokio::test]
async fn a_body_without_its_content_type_is_refused() {
    let (admin, address) = (Api::admin(), somebody("untyped"));
    let report = report(&admin, json!({})).await;
    let body = json!({"id": report["id"], "emails": address}).to_string();
    let request = || admin.request("POST", SEND).body(body.clone());
    refused("none", &read(request()).await, 400, "application/json");
    for media_type in ["text/plain", "application/x-www-form-urlencoded", "application/xml", ""] {
        let answer = read(request().header("content-type", media_type)).await;
        refused(media_type, &answer, 400, "application/json");
    }
    expect_nothing("without a type", &admin, &report, &address).await;
    read(request().header("content-type", "application/json; charset=utf-8")).await.expect(200);
}

#[tokio::test]
async fn an_address_that_is_none_is_named_and_nobody_gets_the_mail() {
    let (admin, address) = (Api::admin(), somebody("good"));
    let report = report(&admin, json!({})).await;
    let bad = [
        "nobody",
        "nobody@",
        "@example.com",
        "no body@example.com",
        "nobody@example",
        "nobody@exa mple.com",
        "Ada <ada@example.com>",
        "<ada@example.com>",
        "ada@example..com",
        ".ada@example.com",
        "ada@b@example.com",
        "\"a b\"@example.com",
        "ada@[127.0.0.1]",
        "ünicode@example.com",
        "ada@-example.com",
        "Bcc: ada@example.com",
    ];
    for one in bad {
        for list in [format!("{address}, {one}"), format!("{one};{address}"), one.to_owned()] {
            let answer = send(&admin, &json!({"id": report["id"], "emails": list})).await;
            refused(one, &answer, 400, one);
            refused(one, &answer, 400, "emails");
        }
    }
    let long = format!("{}@example.com", "a".repeat(65));
    refused("a long one", &send(&admin, &json!({"id": report["id"], "emails": long})).await, 400, "aaaaaaaaaa");
    expect_nothing("bad addresses", &admin, &report, &address).await;
}

#[tokio::test]
async fn who_may_not_send_is_refused() {
    let (admin, address) = (Api::admin(), somebody("unsent"));
    let report = report(&admin, json!({})).await;
    let body = json!({"id": report["id"], "emails": address});
    let unknown = Api::with(Some(format!("imp_{}.{}", "a".repeat(16), "b".repeat(43))));
    for api in [Api::anonymous(), unknown, Api::with(Some("nonsense".into()))] {
        let answer = send(&api, &body).await;
        refused("no token", &answer, 401, "");
        assert!(answer.header("www-authenticate").starts_with("Bearer"), "{:?}", answer.headers);
    }
    let viewer = Api::with_role("viewer", &[]).await;
    refused("a viewer", &send(&viewer, &body).await, 403, "reports:send");
    let elsewhere = unique("elsewhere");
    admin.put(&format!("/api/v1/workspaces/{elsewhere}"), &json!({"name": "Elsewhere"})).await.expect(201);
    let confined = Api::with_role("admin", &[&elsewhere]).await;
    for name in [report["id"].clone(), report["number"].clone(), report["naturalId"].clone()] {
        let answer = send(&confined, &json!({"id": name, "emails": address})).await;
        refused("out of reach", &answer, 404, "");
    }
    expect_nothing("not allowed", &admin, &report, &address).await;
}

#[tokio::test]
async fn a_report_that_is_not_there_is_not_sent() {
    let (admin, address) = (Api::admin(), somebody("absent"));
    let unknown = [
        json!("00000000-0000-4000-8000-000000000000"),
        json!(4_000_000_000u64),
        json!("4000000000"),
        json!("tests:no-such-report"),
    ];
    for id in unknown {
        refused(&id.to_string(), &send(&admin, &json!({"id": id, "emails": address})).await, 404, "");
    }
    for odd in ["..%2f..%2fetc", "a\u{0}b", "\\", "?", "-1", "99999999999999999999", "REPORT#1", "a/b"] {
        let answer = send(&admin, &json!({"id": odd, "emails": address})).await;
        assert!([400, 404].contains(&answer.status), "{odd}: {} {}", answer.status, answer.text());
        refused(odd, &answer, answer.status, "");
    }
    let deleted = report(&admin, json!({"recipients": address})).await;
    admin.delete(&format!("/api/reports/{}", uid(&deleted))).await.expect(204);
    for body in
        [json!({"id": deleted["id"], "emails": address}), json!({"id": deleted["id"], "useEmailsFromReport": true})]
    {
        refused("deleted", &send(&admin, &body).await, 404, "");
    }
    assert!(sent_to(&address).is_empty());
}

#[tokio::test]
async fn a_key_that_is_none_is_refused() {
    let (admin, address) = (Api::admin(), somebody("badkey"));
    let report = report(&admin, json!({})).await;
    let keys: [(&str, Vec<u8>); 4] = [
        ("empty", Vec::new()),
        ("too long", vec![b'k'; 256]),
        ("not ASCII", "schlüssel".as_bytes().to_vec()),
        ("a tab", b"a\tb".to_vec()),
    ];
    for (what, key) in keys {
        let request = admin.request("POST", SEND).json(&json!({"id": report["id"], "emails": address}));
        refused(what, &read(request.header("idempotency-key", key)).await, 400, "Idempotency-Key");
    }
    expect_nothing("a bad key", &admin, &report, &address).await;
}

#[tokio::test]
async fn another_method_is_refused_in_the_words_of_the_dialect() {
    let admin = Api::admin();
    // `GET /api/reports/email` would be the report of this name.
    let answer = admin.get("/grafana/api/reports/email").await;
    assert!([404, 405].contains(&answer.status), "{}", answer.text());
    assert!(answer.json()["message"].is_string(), "{}", answer.text());
    let answer = admin.post("/grafana/api/reports/nothing", &json!({})).await.expect(404);
    assert!(answer.json()["message"].is_string(), "{}", answer.text());
}

#[tokio::test]
async fn a_report_that_cannot_be_rendered_is_not_sent_and_the_answer_and_the_record_say_why() {
    let (admin, address) = (Api::admin(), somebody("broken"));
    let mut body = samples::body(&unique("broken"), "Hello {{ data.missing.deeper }}");
    body["recipients"] = json!(address);
    let report = admin.post("/api/reports", &body).await.expect(201).json();
    let answer = send(&admin, &json!({"id": report["id"], "useEmailsFromReport": true})).await;
    refused("a broken report", &answer, 500, "blocks[1].markdown");
    assert!(sent_to(&address).is_empty());
    let delivery = deliveries(&admin, uid(&report)).await.remove(0);
    assert_eq!(delivery["status"], "Failed", "{delivery}");
    assert!(delivery["reason"].as_str().unwrap().contains("blocks[1].markdown"), "{delivery}");
}
