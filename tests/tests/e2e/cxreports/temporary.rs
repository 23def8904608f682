//! Temporary data: of any size, in its workspace only, and not a second longer than it was left for.

use super::Place;
use aws_sdk_dynamodb::types::AttributeValue;
use imprint_tests::{
    api::{Answer, Api, read},
    aws::Aws,
    now,
};
use serde_json::{Value, json};

fn rows(region: &str) -> Value {
    json!({"rows": [{"region": region, "amount": 1}]})
}

/// Digits that no packer can shrink to nothing.
fn noise(bytes: u64) -> String {
    (0..bytes / 16).map(|n| format!("{:016x}", n.wrapping_mul(0x9e37_79b9_7f4a_7c15))).collect()
}

async fn push(place: &Place, content: &Value) -> u64 {
    let made = place.admin.post(&place.at("temporary-data"), &json!({"content": content})).await.expect(200);
    made.json()["tempDataId"].as_u64().unwrap()
}

async fn csv(place: &Place, report: &Value, id: u64) -> Answer {
    let path = place.at(&format!("reports/{}/pdf", report["number"]));
    place.admin.post(&path, &json!({"format": "csv", "tempDataId": id})).await
}

/// Where temporary data is kept: `inline`, in its item, or as an `object`.
async fn content(aws: &Aws, id: u64) -> String {
    let item = aws.item("CATALOG_TABLE", &format!("TEMPORARY#{id}"), "DATA").await;
    let kept = item["content"].as_m().unwrap()["kept"].as_m().unwrap();
    kept.keys().next().unwrap().clone()
}

#[tokio::test]
async fn data_of_any_size_is_read_back() {
    let place = Place::new().await;
    let (report, aws) = (place.report().await, Aws::connect().await);
    let small = push(&place, &rows("small")).await;
    assert!((1..1 << 31).contains(&small), "the .NET client keeps it in an int");
    assert_eq!(content(&aws, small).await, "inline", "it is in its item");
    assert_eq!(csv(&place, &report, small).await.expect(200).text(), "\u{feff}Region,Amount\r\nsmall,1\r\n");
    let words = noise(3_900_000);
    let large = push(&place, &rows(&words)).await;
    assert_eq!(content(&aws, large).await, "object", "no item can hold it");
    assert!(csv(&place, &report, large).await.expect(200).text().contains(&words));
    let told = place.admin.post(&place.at("temporary-data"), &json!({"content": noise(4_300_000)})).await.expect(413);
    assert!(told.json()["error"].as_str().unwrap().contains("4194304"), "{}", told.text());
}

#[tokio::test]
async fn data_that_no_request_can_carry_is_uploaded() {
    let place = Place::new().await;
    let report = place.report().await;
    let content = rows(&noise(7_000_000)).to_string();
    let made =
        place.admin.post(&place.at("temporary-data/uploads"), &json!({"size": content.len()})).await.expect(201).json();
    let id = made["tempDataId"].as_u64().unwrap();
    let told = csv(&place, &report, id).await.expect(400).json();
    assert!(told["error"].as_str().unwrap().contains("nothing was uploaded yet"), "{told}");
    let upload = |body: String| {
        let put = Api::anonymous().request("PUT", made["uploadUrl"].as_str().unwrap());
        let headers = made["headers"].as_object().unwrap().iter().filter(|(name, _)| *name != "content-length");
        let put = headers.fold(put, |put, (name, value)| put.header(name, value.as_str().unwrap()));
        read(put.body(body))
    };
    upload(format!("{content} ")).await.expect(403);
    upload(content.clone()).await.expect(200);
    // The address is spent: whoever else has it replaces nothing.
    upload(content.replace('a', "b")).await.expect(412);
    let answer = csv(&place, &report, id).await.expect(302);
    let file = Api::anonymous().get(answer.header("location")).await.expect(200);
    assert!(file.body.len() > 7_000_000, "{}", file.body.len());
    for size in [0, 40_000_000] {
        let told =
            place.admin.post(&place.at("temporary-data/uploads"), &json!({"size": size})).await.expect(400).json();
        assert!(told["error"].as_str().unwrap().starts_with("size: "), "{told}");
    }
}

#[tokio::test]
async fn data_is_read_in_its_workspace_only() {
    let (place, other) = (Place::new().await, Place::new().await);
    let (report, foreign) = (other.report().await, push(&place, &rows("foreign")).await);
    let told = csv(&other, &report, foreign).await.expect(400).json();
    let unknown = csv(&other, &report, foreign ^ 1).await.expect(400).json();
    let words = |told: &Value, id: u64| told["error"].as_str().unwrap().replace(&id.to_string(), "?");
    assert_eq!(words(&told, foreign), words(&unknown, foreign ^ 1), "nobody learns that it is there");
}

#[tokio::test]
async fn data_ends_when_it_was_said_though_it_is_still_in_the_table() {
    let place = Place::new().await;
    let (report, aws) = (place.report().await, Aws::connect().await);
    let id = push(&place, &rows("old")).await;
    csv(&place, &report, id).await.expect(200);
    aws.set("CATALOG_TABLE", &format!("TEMPORARY#{id}"), "DATA", "expiresAt", AttributeValue::S(now().to_string()))
        .await;
    csv(&place, &report, id).await.expect(400);
}

#[tokio::test]
async fn an_expiry_is_a_day_unless_told_otherwise_and_a_month_at_most() {
    let place = Place::new().await;
    let path = place.at("temporary-data");
    let until = async |body: Value| {
        let made = place.admin.post(&path, &body).await.expect(200).json();
        let end: jiff::Timestamp = made["expiryDate"].as_str().unwrap().parse().unwrap();
        end.duration_since(now()).as_secs_f64() / 3600.0
    };
    let day = until(json!({"content": 1})).await;
    assert!((23.9..=24.0).contains(&day), "{day}");
    let soon = now() + jiff::SignedDuration::from_hours(2);
    let two = until(json!({"content": [], "expiryDate": soon, "unknown": true})).await;
    assert!((1.9..=2.0).contains(&two), "{two}");
    let month = now() + jiff::SignedDuration::from_hours(24 * 31);
    let table = [
        (json!({"content": 1, "expiryDate": month}), "expiryDate: data is kept for at most 30 days."),
        (json!({"content": 1, "expiryDate": "2020-01-01T00:00:00Z"}), "expiryDate: the time is past"),
        (json!({"content": 1, "expiryDate": "soon"}), "expiryDate: "),
        (json!({"data": 1}), "content: "),
    ];
    for (body, expected) in table {
        let told = place.admin.post(&path, &body).await.expect(400).json();
        assert!(told["error"].as_str().unwrap().starts_with(expected), "{body}: {told}");
    }
    read(place.admin.request("POST", &path).body("content=1")).await.expect(415);
}
