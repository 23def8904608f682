//! Exports while things go wrong: the worker killed at any step, or each time, and the call that asks for one killed.

use crate::ROOM;
use imprint_tests::{api::Api, faults::Faults, samples};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tokio::time::sleep;

/// What an export of the sample comes to.
const CONTENT: &str = "\u{feff}Region,Amount\r\nNorth,10\r\nSouth,20.5\r\n";

fn path(report: &str) -> String {
    format!("/api/v1/ws/default/reports/{report}/export")
}

async fn ask(admin: &Api, report: &str) -> u64 {
    let asked = admin.post(&path(report), &json!({"format": "csv"})).await.expect(202).json();
    asked["temporaryFileId"].as_u64().unwrap()
}

async fn ended(admin: &Api, id: u64) -> Value {
    let begun = Instant::now();
    loop {
        let status = admin.get(&format!("/api/v1/ws/default/exports/{id}/status")).await.expect(200).json();
        if status["isReady"] == true || status["status"] == "Failed" {
            return status;
        }
        assert!(begun.elapsed() < Duration::from_secs(180), "never ended: {status}");
        sleep(Duration::from_millis(300)).await;
    }
}

async fn expect_content(admin: &Api, id: u64, place: &str) {
    let status = ended(admin, id).await;
    assert_eq!(status["status"], "Done", "{place}: {status}");
    let content = admin.get(&format!("/api/v1/ws/default/exports/{id}/content")).await.expect(200);
    assert_eq!(content.text(), CONTENT, "{place}");
}

/// Nothing of an export's requests names its report: the rules are for the whole worker, hence the room alone.
#[tokio::test]
async fn an_export_survives_its_worker_killed_at_any_step() {
    let _alone = ROOM.write().await;
    let (admin, faults) = (Api::admin(), Faults::connect());
    let report = samples::report(&admin, "exported").await;
    // It begins, tells that it has rendered, stores the content, and records the end.
    for step in 1..=4 {
        for fault in ["kill-before", "kill-after"] {
            let place = format!("{fault} change {step}");
            let rule = faults.at_change("ExportWorker", "", step, fault).await;
            let id = ask(&admin, &report).await;
            expect_content(&admin, id, &place).await;
            assert_eq!(faults.remove(&rule).await.applied, 1, "{place}: the worker was not killed");
        }
    }
}

#[tokio::test]
async fn an_export_whose_worker_dies_each_time_fails_with_a_reason() {
    let _alone = ROOM.write().await;
    let (admin, faults) = (Api::admin(), Faults::connect());
    let report = samples::report(&admin, "doomed").await;
    let deadly =
        json!({"functions": ["ExportWorker"], "operations": ["PutObject"], "fault": "kill-after", "times": 1000});
    let rule = faults.set(&deadly).await;
    let id = ask(&admin, &report).await;
    let end = ended(&admin, id).await;
    let told = faults.remove(&rule).await;
    assert_eq!(end["status"], "Failed", "{end}");
    assert!(end["errorMessage"].as_str().unwrap().contains("tried several times"), "{end}");
    assert!(told.applied >= 3, "{told:?}");
    let again = ask(&admin, &report).await;
    expect_content(&admin, again, "started again, without the fault").await;
}

#[tokio::test]
async fn a_call_for_an_export_that_dies_leaves_nothing_that_never_ends() {
    let _alone = ROOM.write().await;
    let (admin, faults) = (Api::admin(), Faults::connect());
    let report = samples::report(&admin, "asked for twice").await;
    // It sends the message, and records the export.
    for step in 1..=2 {
        for fault in ["kill-before", "kill-after"] {
            let place = format!("{fault} change {step}");
            let rule = faults.at_change("CxreportsStartExport", "", step, fault).await;
            let answer = admin.post(&path(&report), &json!({"format": "csv"})).await;
            assert!(answer.status >= 500, "{place}: {}", answer.text());
            assert_eq!(faults.remove(&rule).await.applied, 1, "{place}");
            let id = ask(&admin, &report).await;
            expect_content(&admin, id, &place).await;
        }
    }
}
