//! What comes back while things go wrong: each bounce is recorded, and its address left out.

use crate::ROOM;
use imprint_tests::{
    api::Api,
    faults::Faults,
    mail::{outcome, send},
    samples, unique,
};
use serde_json::json;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// The function that records bounces and complaints.
const RECORDER: &str = "MailFeedback";

async fn recorded(place: &str, rule: serde_json::Value) {
    let (admin, faults) = (Api::admin(), Faults::connect());
    let record = admin.post("/api/reports", &samples::body(&unique("bounced"), "text")).await.expect(201).json();
    let uid = record["id"].as_str().unwrap();
    let mut words = json!({"functions": [RECORDER], "text": uid, "changes": true});
    words.as_object_mut().unwrap().extend(rule.as_object().unwrap().clone());
    let rule = faults.set(&words).await;
    let address = format!("bounce+{}@simulator.amazonses.com", unique("x"));
    send(&admin, &json!({"id": uid, "emails": address})).await.expect(200);
    outcome(&admin, uid, &address, "Bounced").await;
    let begun = Instant::now();
    while send(&admin, &json!({"id": uid, "emails": address})).await.status != 400 {
        assert!(begun.elapsed() < Duration::from_secs(60), "{place}: the address is not left out");
    }
    assert!(faults.remove(&rule).await.applied >= 1, "{place}: nothing went wrong");
}

#[tokio::test]
async fn a_bounce_is_recorded_though_the_function_dies_at_any_step_or_the_table_refuses() {
    let _room = ROOM.read().await;
    let mut all = JoinSet::new();
    // It records what came back, and suppresses the address.
    for step in 1..=2 {
        for fault in ["kill-before", "kill-after", "lose"] {
            all.spawn(
                async move { recorded(&format!("{fault} {step}"), json!({"first": step, "fault": fault})).await },
            );
        }
    }
    all.spawn(async { recorded("refused for a while", json!({"times": 6, "fault": "refuse"})).await });
    all.join_all().await;
}
