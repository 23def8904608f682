//! Reports by mail from outside: the call of Grafana's document, the mails that come of it, and what becomes of them.

mod acceptance;
mod contents;
mod deliveries;
mod ends;
mod feedback;
mod fields;
mod headers;
mod idempotency;
mod recipients;
mod refusals;
mod sizes;

use imprint_tests::{
    api::Api,
    mail::{Mail, only_one_to, send, somebody},
    samples, unique,
};
use serde_json::{Value, json};

/// What the CSV of a small report comes to.
const ROWS: &str = "\u{feff}Region,Amount\r\nNorth,10\r\nSouth,20.5\r\n";

/// A small report of a test's own, with these fields besides; its record.
async fn report(api: &Api, more: Value) -> Value {
    let mut body = samples::body(&unique("mailed"), "Revenue grew.");
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    api.post("/api/reports", &body).await.expect(201).json()
}

/// The id of a report.
fn uid(report: &Value) -> &str {
    report["id"].as_str().unwrap()
}

/// The mail that somebody gets when this report is sent.
async fn mailed(api: &Api, report: &Value) -> Mail {
    let address = somebody("reader");
    send(api, &json!({"id": uid(report), "emails": address})).await.expect(200);
    only_one_to(&address)
}
