//! Publications that were given up, and what an operator does about them. How all of this goes under faults, the tests of `faults` see.

use aws_sdk_dynamodb::types::AttributeValue;
use imprint_tests::{api::Api, aws::Aws, logs::lines, samples, variable};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tokio::time::sleep;

/// How long the drain, or the worker, may take.
const LIMIT: Duration = Duration::from_secs(30);

/// Sends the message of the first publication of a report once more.
async fn send(aws: &Aws, queue: &str, uid: &str) {
    aws.send(queue, &json!({"publication": {"report": uid, "sequence": 1}})).await;
}

/// Leaves half a bundle behind, of an attempt that died.
async fn lose_bundle(aws: &Aws, uid: &str) {
    let (pk, sk) = (format!("REPORT#{uid}"), "PUB#0000000001");
    let mut attempts = aws.item("CATALOG_TABLE", &pk, sk).await["attempts"].as_l().unwrap().clone();
    attempts.push(AttributeValue::S("lost".into()));
    aws.set("CATALOG_TABLE", &pk, sk, "attempts", AttributeValue::L(attempts)).await;
    let lost = aws.s3.put_object().bucket(variable("BUCKET_NAME")).key(format!("bundles/{uid}/1-lost.zip"));
    lost.body(b"half a bundle".to_vec().into()).send().await.unwrap();
}

async fn expect_no_lost_bundle(aws: &Aws, uid: &str) {
    let begun = Instant::now();
    while aws.objects(&format!("bundles/{uid}/1-lost")).await != Vec::<String>::new() {
        assert!(begun.elapsed() < LIMIT, "it stays in the bucket");
        sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn a_publication_that_was_given_up_is_tried_again_when_an_operator_says_so() {
    let (admin, aws) = (Api::admin(), Aws::connect().await);
    let report = samples::report(&admin, "tried again").await;
    let link = admin.publish_and_wait(&report).await["url"].as_str().unwrap().to_owned();
    let uid = admin.get(&format!("/api/reports/{report}")).await.json()["id"].as_str().unwrap().to_owned();
    // As it is when each attempt died.
    lose_bundle(&aws, &uid).await;
    let in_progress = AttributeValue::S("InProgress".into());
    aws.set("CATALOG_TABLE", &format!("REPORT#{uid}"), "PUB#0000000001", "status", in_progress).await;
    send(&aws, "PUBLISH_DEAD_LETTERS_URL", &uid).await;
    let (path, begun) = (format!("/api/progress/{uid}-1"), Instant::now());
    let status = async || admin.get(&path).await.expect(200).json()["status"].as_str().unwrap().to_owned();
    while status().await != "Failed" {
        assert!(begun.elapsed() < LIMIT, "it is not given up");
        sleep(Duration::from_millis(100)).await;
    }
    let reason = admin.get(&path).await.json()["reason"].as_str().unwrap_or_default().to_owned();
    assert!(reason.contains("tried several times"), "{reason}");
    while status().await != "Done" {
        assert!(begun.elapsed() < LIMIT, "it is not tried again");
        // Its message is parked a moment after it failed.
        aws.invoke("OperatorRedrivePublications", &json!({})).await;
        sleep(Duration::from_millis(200)).await;
    }
    expect_no_lost_bundle(&aws, &uid).await;
    Api::anonymous().get(&link).await.expect(200);
}

#[tokio::test]
async fn what_an_attempt_that_died_left_is_removed_by_the_next_message() {
    let (admin, aws) = (Api::admin(), Aws::connect().await);
    let report = samples::report(&admin, "left behind").await;
    admin.publish_and_wait(&report).await;
    let uid = admin.get(&format!("/api/reports/{report}")).await.json()["id"].as_str().unwrap().to_owned();
    lose_bundle(&aws, &uid).await;
    send(&aws, "PUBLISH_QUEUE_URL", &uid).await;
    expect_no_lost_bundle(&aws, &uid).await;
}

/// An event of SES about a mail of ours to an address that no record can have.
fn unrecordable() -> Value {
    let (tag, at) = ("00000000-0000-0000-0000-000000000007", "2026-11-22T10:00:00Z");
    json!({
        "mail": {"tags": {"report": [tag], "delivery": [tag]}},
        "bounce": {"bounceType": "Permanent", "bounceSubType": "General", "timestamp": at, "bouncedRecipients": [{"emailAddress": ""}]},
    })
}

#[tokio::test]
async fn what_a_function_behind_a_queue_could_not_do_is_tried_again_within_seconds() {
    let aws = Aws::connect().await;
    let cases = [
        ("PUBLISH_QUEUE_URL", "PublishWorker", json!({"unreadable": true})),
        ("EXPORT_QUEUE_URL", "ExportWorker", json!({"unreadable": true})),
        ("MAIL_FEEDBACK_QUEUE_URL", "MailFeedback", unrecordable()),
    ];
    for (queue, function, message) in cases {
        let sent = aws.sqs.send_message().queue_url(variable(queue)).message_body(message.to_string()).send().await;
        let (id, begun) = (sent.unwrap().message_id.unwrap(), Instant::now());
        let again = || lines(function, &id).iter().filter(|line| line["message"] == "comes again").count();
        while again() < 2 {
            assert!(begun.elapsed() < LIMIT, "{function} did not get {id} again");
            sleep(Duration::from_millis(200)).await;
        }
    }
}
