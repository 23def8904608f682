//! The same request twice, by accident or at once, is one mail: `Idempotency-Key`.

use super::{report, uid};
use aws_sdk_dynamodb::types::AttributeValue;
use imprint_tests::{
    api::Api,
    aws::Aws,
    mail::{SENT, deliveries, only_one_to, send, send_under, sent_to, somebody},
    unique,
};
use serde_json::json;
use tokio::task::JoinSet;

#[tokio::test]
async fn the_same_request_under_the_same_key_is_one_mail_and_the_same_answer() {
    let (admin, address, key) = (Api::admin(), somebody("twice"), unique("key"));
    let record = report(&admin, json!({})).await;
    let body = json!({"id": record["id"], "emails": address});
    let first = send_under(&admin, &key, &body).await.expect(200);
    let second = send_under(&admin, &key, &body).await.expect(200);
    assert_eq!((first.text().as_str(), first.body), (SENT, second.body));
    only_one_to(&address);
    assert_eq!(deliveries(&admin, uid(&record)).await.len(), 1);
    // Also when the report is another one by now.
    admin.put(&format!("/api/reports/{}", uid(&record)), &json!({"subject": "Another"})).await.expect(200);
    send_under(&admin, &key, &body).await.expect(200);
    only_one_to(&address);
}

#[tokio::test]
async fn requests_without_a_key_or_under_others_are_mails_of_their_own() {
    let (admin, address) = (Api::admin(), somebody("each"));
    let record = report(&admin, json!({})).await;
    let body = json!({"id": record["id"], "emails": address});
    for _ in 0..2 {
        send(&admin, &body).await.expect(200);
        send_under(&admin, &unique("key"), &body).await.expect(200);
    }
    assert_eq!(sent_to(&address).len(), 4);
    assert_eq!(deliveries(&admin, uid(&record)).await.len(), 4);
}

#[tokio::test]
async fn a_key_stands_for_one_request() {
    let (admin, address, other, key) = (Api::admin(), somebody("first"), somebody("second"), unique("key"));
    let record = report(&admin, json!({"recipients": other})).await;
    let another = report(&admin, json!({"recipients": other})).await;
    send_under(&admin, &key, &json!({"id": record["id"], "emails": address})).await.expect(200);
    for body in [
        json!({"id": record["id"], "emails": other}),
        json!({"id": record["id"], "emails": format!("{address},{other}")}),
        json!({"id": record["id"], "useEmailsFromReport": true}),
        json!({"id": another["id"], "emails": address}),
    ] {
        let refused = send_under(&admin, &key, &body).await.expect(409);
        assert!(refused.json()["message"].as_str().unwrap().contains("Idempotency-Key"), "{}", refused.text());
    }
    assert!(sent_to(&other).is_empty());
    only_one_to(&address);
}

#[tokio::test]
async fn requests_at_once_under_one_key_are_one_mail_and_the_same_answer() {
    let admin = Api::admin();
    let record = report(&admin, json!({})).await;
    for round in 0..6 {
        let (address, key) = (somebody("race"), unique("key"));
        let mut racing = JoinSet::new();
        for _ in 0..2 + round % 3 {
            let (admin, key, body) = (admin.clone(), key.clone(), json!({"id": record["id"], "emails": address}));
            racing.spawn(async move { send_under(&admin, &key, &body).await });
        }
        for answer in racing.join_all().await {
            assert_eq!((answer.status, answer.text().as_str()), (200, SENT), "round {round}");
        }
        only_one_to(&address);
    }
    assert_eq!(deliveries(&admin, uid(&record)).await.len(), 6);
}

#[tokio::test]
async fn requests_at_once_after_a_failure_are_one_mail() {
    let admin = Api::admin();
    for round in 0..4 {
        let (address, key) = (somebody("retry"), unique("key"));
        let record = report(&admin, json!({"subject": "{{ data.missing }}"})).await;
        let body = json!({"id": record["id"], "emails": address});
        send_under(&admin, &key, &body).await.expect(500);
        admin.put(&format!("/api/reports/{}", uid(&record)), &json!({"subject": "Repaired"})).await.expect(200);
        let mut racing = JoinSet::new();
        for _ in 0..3 {
            let (admin, key, body) = (admin.clone(), key.clone(), body.clone());
            racing.spawn(async move { send_under(&admin, &key, &body).await });
        }
        for answer in racing.join_all().await {
            assert_eq!((answer.status, answer.text().as_str()), (200, SENT), "round {round}");
        }
        only_one_to(&address);
    }
}

#[tokio::test]
async fn different_requests_at_once_under_one_key_are_one_mail() {
    let admin = Api::admin();
    let record = report(&admin, json!({})).await;
    let (a, b, key) = (somebody("either"), somebody("or"), unique("key"));
    let [to_a, to_b] = [&a, &b].map(|address| json!({"id": record["id"], "emails": address}));
    let (first, second) = tokio::join!(send_under(&admin, &key, &to_a), send_under(&admin, &key, &to_b));
    let mut statuses = [first.status, second.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409], "{} {}", first.text(), second.text());
    assert_eq!(sent_to(&a).len() + sent_to(&b).len(), 1);
}

#[tokio::test]
async fn the_keys_of_another_access_token_are_others() {
    let (admin, address, key) = (Api::admin(), somebody("tokens"), unique("key"));
    let record = report(&admin, json!({})).await;
    let body = json!({"id": record["id"], "emails": address});
    let other = Api::with_role("publisher", &[]).await;
    for api in [&admin, &other, &admin, &other] {
        send_under(api, &key, &body).await.expect(200);
    }
    assert_eq!(sent_to(&address).len(), 2);
}

#[tokio::test]
async fn after_a_day_a_key_is_a_new_one() {
    let (admin, aws, address, key) = (Api::admin(), Aws::connect().await, somebody("later"), unique("key"));
    let record = report(&admin, json!({})).await;
    let body = json!({"id": record["id"], "emails": address});
    send_under(&admin, &key, &body).await.expect(200);
    let delivery = deliveries(&admin, uid(&record)).await.remove(0);
    let item = aws.find("CATALOG_TABLE", "SENDKEY#", "delivery", delivery["id"].as_str().unwrap()).await;
    let (pk, sk) = (item["pk"].as_s().unwrap(), item["sk"].as_s().unwrap());
    assert!(!format!("{item:?}").contains(&key), "the key itself is not kept");
    let ends: i64 = item["expires"].as_n().unwrap().parse().unwrap();
    let left = ends - imprint_tests::now().as_second();
    assert!((86_000..=86_400).contains(&left), "{left} s");
    let over = AttributeValue::N((imprint_tests::now().as_second() - 1).to_string());
    aws.set("CATALOG_TABLE", pk, sk, "expires", over).await;
    send_under(&admin, &key, &body).await.expect(200);
    assert_eq!(sent_to(&address).len(), 2);
    send_under(&admin, &key, &body).await.expect(200);
    assert_eq!(sent_to(&address).len(), 2);
}

#[tokio::test]
async fn a_request_that_was_refused_leaves_its_key_free() {
    let (admin, address, key) = (Api::admin(), somebody("free"), unique("key"));
    let record = report(&admin, json!({})).await;
    send_under(&admin, &key, &json!({"id": record["id"], "emails": "nobody"})).await.expect(400);
    send_under(&admin, &key, &json!({"id": record["id"], "emails": address})).await.expect(200);
    only_one_to(&address);
}

#[tokio::test]
async fn a_report_that_was_repaired_is_sent_under_the_key_of_the_failure() {
    let (admin, address, key) = (Api::admin(), somebody("repaired"), unique("key"));
    let record = report(&admin, json!({"subject": "{{ data.missing }}"})).await;
    let body = json!({"id": record["id"], "emails": address});
    send_under(&admin, &key, &body).await.expect(500);
    send_under(&admin, &key, &body).await.expect(500);
    admin.put(&format!("/api/reports/{}", uid(&record)), &json!({"subject": "Repaired"})).await.expect(200);
    send_under(&admin, &key, &body).await.expect(200);
    assert_eq!(only_one_to(&address).subject, "Repaired");
    send_under(&admin, &key, &body).await.expect(200);
    only_one_to(&address);
    let told = deliveries(&admin, uid(&record)).await;
    assert_eq!((told.len(), &told[0]["status"]), (1, &json!("Sent")), "{told:?}");
    assert!(told[0]["reason"].is_null(), "{told:?}");
}
