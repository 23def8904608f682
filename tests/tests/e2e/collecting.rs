//! The collector of past bundles against publishing: whatever it meets, nothing that is live or about to be is touched.

use imprint_tests::{api::Api, aws::Aws, samples};
use serde_json::{Value, json};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};
use tokio::task::JoinSet;

/// How many reports are published over and over, and how often.
const REPORTS: usize = 4;
const ROUNDS: usize = 9;
/// `KeepBundles` of the template, and the live one.
const KEPT: usize = 6;

/// Publishes new versions one after the other; each must be whole at once. The report's uid.
async fn publish_over_and_over(admin: Api) -> String {
    let report = samples::report(&admin, "round 0").await;
    for round in 0..ROUNDS {
        let token = admin.publish_and_wait(&report).await;
        let url = token["url"].as_str().unwrap();
        for part in ["", "/pages/1.svg", "/report.pdf"] {
            let answer = Api::anonymous().get(&format!("{url}{part}")).await;
            assert_eq!(answer.status, 200, "round {round}, {part:?} of {report}: {}", answer.text());
        }
        let definition = samples::body("x", &format!("round {}", round + 1))["definition"].clone();
        admin.put(&format!("/api/reports/{report}"), &json!({"definition": definition})).await.expect(200);
    }
    admin.get(&format!("/api/reports/{report}")).await.json()["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn collecting_while_reports_are_published_never_touches_a_live_bundle() {
    let (admin, stop) = (Api::admin(), Arc::new(AtomicBool::new(false)));
    let collector = {
        let stop = stop.clone();
        tokio::spawn(async move {
            let (aws, mut removed) = (Aws::connect().await, 0);
            while !stop.load(Ordering::Relaxed) {
                removed += collect(&aws).await;
            }
            removed
        })
    };
    let mut publishing = JoinSet::new();
    for _ in 0..REPORTS {
        publishing.spawn(publish_over_and_over(admin.clone()));
    }
    let reports = publishing.join_all().await;
    stop.store(true, Ordering::Relaxed);
    let removed = collector.await.unwrap();
    let aws = Aws::connect().await;
    let removed = removed + collect(&aws).await;
    assert!(removed >= (REPORTS * (ROUNDS - KEPT)) as u64, "only {removed} were collected");
    for uid in reports {
        let bundles = aws.objects(&format!("bundles/{uid}/")).await;
        assert_eq!(bundles.len(), KEPT, "{bundles:?}");
    }
}

/// One whole run; how many objects it removed.
async fn collect(aws: &Aws) -> u64 {
    let collected: Value = aws.invoke("PublishCollectBundles", &json!({})).await;
    assert_eq!(collected["complete"], true, "{collected}");
    collected["removed"].as_u64().unwrap()
}
