//! Exports: made behind the queue, told as they go, and there for a day.

use super::Place;
use aws_sdk_dynamodb::types::AttributeValue;
use imprint_tests::{
    api::{Api, read},
    aws::Aws,
    now,
};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

pub async fn start(place: &Place, report: &Value, body: &Value) -> u64 {
    let path = place.at(&format!("reports/{}/export", report["number"]));
    let started = place.admin.post(&path, body).await.expect(202).json();
    let id = started["temporaryFileId"].as_u64().unwrap();
    assert!((1..1 << 31).contains(&id), "the .NET client keeps it in an int");
    id
}

/// The status of an export once it is at its end.
pub async fn ended(place: &Place, id: u64) -> Value {
    let begun = Instant::now();
    loop {
        let status = place.admin.get(&place.at(&format!("exports/{id}/status"))).await.expect(200).json();
        if status["isReady"] == true || status["status"] == "Failed" {
            return status;
        }
        assert!(begun.elapsed() < Duration::from_secs(180), "never ended: {status}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// What the queue hands to a worker.
fn message(id: u64, sent: jiff::Timestamp) -> Value {
    json!({"Records": [{"messageId": "m-1", "body": json!({"export": id}).to_string(),
        "attributes": {"SentTimestamp": sent.as_millisecond().to_string()}}]})
}

#[tokio::test]
async fn an_export_is_made_behind_the_queue_from_the_version_that_there_was() {
    let place = Place::new().await;
    let report = place.report().await;
    let id = start(&place, &report, &json!({"format": "csv", "lang": "de"})).await;
    let change = json!({"data": {"rows": [{"region": "Later", "amount": 1}]}});
    place.admin.put(&format!("/api/reports/{}", report["id"].as_str().unwrap()), &change).await.expect(200);
    let status = ended(&place, id).await;
    let told = json!([status["isReady"], status["status"], status["errorMessage"], status["percent"]]);
    assert_eq!(told, json!([true, "Done", null, 100]), "{status}");
    let path = place.at(&format!("exports/{id}/content"));
    let content = place.admin.get(&path).await.expect(200);
    assert_eq!(content.text(), "\u{feff}Region;Amount\r\nOwn;10\r\n", "as Excel in German reads it");
    assert!(content.header("content-disposition").contains("filename=\"Sales Q1.csv\""));
    let tag = content.header("etag").to_owned();
    read(place.admin.request("GET", &path).header("if-none-match", tag)).await.expect(304);
}

#[tokio::test]
async fn an_export_of_large_data_is_made_from_all_of_it() {
    let place = Place::new().await;
    let report = place.report().await;
    let rows: Vec<_> =
        (0..20_000u64).map(|n| json!({"region": format!("{:x}", n * n * 2_654_435_761), "amount": n})).collect();
    let id = start(&place, &report, &json!({"format": "csv", "data": {"rows": rows}})).await;
    assert_eq!(ended(&place, id).await["status"], "Done");
    let content = place.admin.get(&place.at(&format!("exports/{id}/content"))).await.expect(200).text();
    assert_eq!(content.lines().count(), 20_001);
}

#[tokio::test]
async fn an_export_that_cannot_be_made_says_why_and_has_no_content() {
    let place = Place::new().await;
    let report = place.report().await;
    let id = start(&place, &report, &json!({"data": {"rows": "none"}})).await;
    let status = ended(&place, id).await;
    assert_eq!((&status["isReady"], &status["status"]), (&json!(false), &json!("Failed")), "{status}");
    let reason = status["errorMessage"].as_str().unwrap().to_owned();
    assert!(reason.starts_with("blocks[2].data: "), "{status}");
    let told = place.admin.get(&place.at(&format!("exports/{id}/content"))).await.expect(422).json();
    assert_eq!(told["error"], reason, "{told}");
}

#[tokio::test]
async fn what_can_be_refused_at_once_is_not_queued() {
    let place = Place::new().await;
    let report = place.report().await;
    let path = place.at(&format!("reports/{}/export", report["number"]));
    for (body, field) in [
        (json!({"theme": "neon"}), "theme: "),
        (json!({"tempDataId": 7}), "tempDataId: "),
        (json!({"format": "doc"}), "format: "),
    ] {
        let told = place.admin.post(&path, &body).await.expect(400).json();
        assert!(told["error"].as_str().unwrap().starts_with(field), "{told}");
    }
}

#[tokio::test]
async fn an_export_is_seen_in_its_workspace_for_a_day() {
    let (place, other, aws) = (Place::new().await, Place::new().await, Aws::connect().await);
    let report = place.report().await;
    let id = start(&place, &report, &json!({})).await;
    ended(&place, id).await;
    let stranger = Api::with_role("admin", &[&other.code]).await;
    for part in ["status", "content"] {
        other.admin.get(&other.at(&format!("exports/{id}/{part}"))).await.expect(404);
        stranger.get(&place.at(&format!("exports/{id}/{part}"))).await.expect(404);
        place.admin.get(&place.at(&format!("exports/9007199254740993/{part}"))).await.expect(404);
    }
    aws.set("CATALOG_TABLE", &format!("EXPORT#{id}"), "EXPORT", "expiresAt", AttributeValue::S(now().to_string()))
        .await;
    for part in ["status", "content"] {
        place.admin.get(&place.at(&format!("exports/{id}/{part}"))).await.expect(404);
    }
}

#[tokio::test]
async fn an_export_goes_with_its_report() {
    let place = Place::new().await;
    let report = place.report().await;
    let id = start(&place, &report, &json!({"format": "csv"})).await;
    ended(&place, id).await;
    place.admin.delete(&format!("/api/reports/{}", report["id"].as_str().unwrap())).await.expect(204);
    for part in ["status", "content"] {
        place.admin.get(&place.at(&format!("exports/{id}/{part}"))).await.expect(404);
    }
}

#[tokio::test]
async fn a_second_message_and_one_that_was_given_up_change_nothing_that_is_finished() {
    let (place, aws) = (Place::new().await, Aws::connect().await);
    let report = place.report().await;
    let id = start(&place, &report, &json!({"format": "csv"})).await;
    ended(&place, id).await;
    let before = aws.item("CATALOG_TABLE", &format!("EXPORT#{id}"), "EXPORT").await;
    for function in ["ExportWorker", "ExportDrain"] {
        let answer = aws.invoke(function, &message(id, now())).await;
        assert_eq!(answer["batchItemFailures"], json!([]), "{function}: {answer}");
    }
    assert_eq!(aws.item("CATALOG_TABLE", &format!("EXPORT#{id}"), "EXPORT").await, before);
}

#[tokio::test]
async fn a_message_about_nothing_is_dropped_once_its_record_cannot_come_any_more() {
    let aws = Aws::connect().await;
    let answer = aws.invoke("ExportWorker", &message(12_345, now())).await;
    assert_eq!(answer["batchItemFailures"][0]["itemIdentifier"], "m-1", "it may come yet: {answer}");
    let answer = aws.invoke("ExportWorker", &message(12_345, now() - jiff::SignedDuration::from_mins(2))).await;
    assert_eq!(answer["batchItemFailures"], json!([]), "{answer}");
}

#[tokio::test]
async fn an_export_that_was_given_up_ends_failed_with_a_reason() {
    let (place, aws) = (Place::new().await, Aws::connect().await);
    let report = place.report().await;
    let id = start(&place, &report, &json!({"format": "csv"})).await;
    ended(&place, id).await;
    // As it is when each attempt died.
    let in_progress = AttributeValue::S("InProgress".into());
    aws.set("CATALOG_TABLE", &format!("EXPORT#{id}"), "EXPORT", "status", in_progress).await;
    place.admin.get(&place.at(&format!("exports/{id}/content"))).await.expect(409);
    // By the queue, as it comes there.
    aws.send("EXPORT_DEAD_LETTERS_URL", &json!({"export": id})).await;
    let status = ended(&place, id).await;
    assert_eq!(status["status"], "Failed");
    assert!(status["errorMessage"].as_str().unwrap().contains("tried several times"), "{status}");
}
