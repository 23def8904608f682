//! The collector of bundles, stopped between its two looks at a report while that report is published.

use crate::{ROOM, subject::Subject};
use imprint_tests::{api::Api, aws::Aws, faults::Faults};
use serde_json::json;

/// The bundle is stored when the collector lists the objects, and becomes live after the collector has read the records, or the state,
/// whichever it reads first. If it read the state first, it would take a live bundle for a replaced one.
#[tokio::test]
async fn a_bundle_that_becomes_live_between_two_looks_is_kept() {
    let _room = ROOM.read().await;
    let (admin, aws, faults) = (Api::admin(), Aws::connect().await, Faults::connect());
    let subject = Subject::new(&admin, "in between").await;
    let worker = json!({
        "functions": ["PublishWorker"], "text": subject.uid, "operations": ["TransactWriteItems"], "fault": "hold-before",
    });
    let worker = faults.set(&worker).await;
    let asked = subject.ask(&admin).await;
    assert!(faults.holds(&worker).await, "no worker is held");
    let second_look =
        json!({"functions": ["PublishCollectBundles"], "text": subject.uid, "first": 2, "fault": "hold-before"});
    let collector = faults.set(&second_look).await;
    let collecting = tokio::spawn(async { Aws::connect().await.invoke("PublishCollectBundles", &json!({})).await });
    assert!(faults.holds(&collector).await, "the collector looks but once");
    faults.remove(&worker).await;
    assert_eq!(subject.end(&aws, asked.sequence()).await.status, "Done");
    faults.remove(&collector).await;
    let collected = collecting.await.unwrap();
    assert_eq!(collected["complete"], true, "{collected}");
    subject.expect_live(&admin, &aws, "collected").await;
}
