//! What is told of the mails of a report.

use super::{report, uid};
use aws_sdk_dynamodb::types::AttributeValue;
use imprint_tests::{
    api::Api,
    aws::Aws,
    mail::{deliveries, only_one_to, send, somebody},
    now, unique,
};
use serde_json::{Value, json};

fn ids(list: &Value) -> Vec<&str> {
    list["_embedded"]["inf:delivery"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_delivery_tells_who_sent_what_to_whom_and_when() {
    let admin = Api::admin();
    let [a, b] = ["told-a", "told-b"].map(somebody);
    let record =
        report(&admin, json!({"subject": "Sales of {{ data.rows[0].region }}", "formats": ["pdf", "csv"]})).await;
    let token = json!({"name": "test", "role": "publisher", "user": "ada", "email": "ada@example.org"});
    let made = admin.post("/api/v1/personal-access-tokens", &token).await.expect(201).json();
    let ada = Api::with(made["token"].as_str().map(str::to_owned));
    let before = now();
    send(&ada, &json!({"id": record["id"], "emails": format!("{a},{b}")})).await.expect(200);
    let list = admin.get(&format!("/api/reports/{}/deliveries", uid(&record))).await.expect(200);
    assert!(list.header("content-type").contains("json"));
    let list = list.json();
    let path = format!("/api/reports/{}", uid(&record));
    assert_eq!(list["_links"]["self"]["href"], format!("{path}/deliveries"));
    assert_eq!(list["_links"]["inf:report"]["href"], path);
    assert!(list["_links"]["next"].is_null() && list["count"] == 1, "{list}");
    let told = &list["_embedded"]["inf:delivery"][0];
    let [id, at] = ["id", "at"].map(|field| told[field].as_str().unwrap());
    assert!(uuid::Uuid::parse_str(id).is_ok(), "{told}");
    let sent: jiff::Timestamp = at.parse().unwrap();
    assert!(at.ends_with('Z') && before.as_second() <= sent.as_second() && sent <= now(), "{at}");
    let mail = only_one_to(&a);
    let recipient = |address: &str| {
        told["recipients"].as_array().unwrap().iter().find(|one| one["address"] == address).unwrap().clone()
    };
    for address in [&a, &b] {
        let one = recipient(address);
        assert_eq!((&one["outcome"], &one["messageId"]), (&json!("Sent"), &json!(mail.id)), "{one}");
        assert!(
            one["at"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap() >= sent && one["detail"].is_null(),
            "{one}"
        );
    }
    let mut rest = told.clone();
    for field in ["id", "at", "recipients"] {
        rest.as_object_mut().unwrap().remove(field);
    }
    assert_eq!(
        rest,
        json!({
        "status": "Sent", "actor": {"name": "ada", "email": "ada@example.org"}, "version": 1, "subject": "Sales of North",
        "attached": ["A small report.pdf", "A small report.csv"], "picture": true, "linked": false})
    );
}

#[tokio::test]
async fn deliveries_come_newest_first_in_pages() {
    let (admin, address) = (Api::admin(), somebody("paged"));
    let record = report(&admin, json!({})).await;
    for number in 0..5 {
        admin
            .put(&format!("/api/reports/{}", uid(&record)), &json!({"subject": format!("Mail {number}")}))
            .await
            .expect(200);
        send(&admin, &json!({"id": record["number"], "emails": address})).await.expect(200);
    }
    let path = format!("/api/reports/{}/deliveries", record["naturalId"].as_str().unwrap());
    let whole = admin.get(&path).await.expect(200).json();
    let all = ids(&whole);
    let subjects: Vec<_> = deliveries(&admin, uid(&record)).await.iter().map(|one| one["subject"].clone()).collect();
    assert_eq!(subjects, ["Mail 4", "Mail 3", "Mail 2", "Mail 1", "Mail 0"]);
    let (mut seen, mut next) = (Vec::new(), format!("{path}?limit=2"));
    for left in [2, 2, 1] {
        let page = admin.get(&next).await.expect(200).json();
        assert_eq!(page["count"], left, "{page}");
        seen.extend(ids(&page).into_iter().map(str::to_owned));
        next = page["_links"]["next"]["href"].as_str().unwrap_or_default().to_owned();
        assert_eq!(next.is_empty(), left == 1, "{page}");
    }
    assert_eq!(seen, all);
    let exact = admin.get(&format!("{path}?limit=5")).await.expect(200).json();
    assert!(exact["_links"]["next"].is_null(), "{exact}");
    let behind = admin.get(&format!("{path}?before={}", all[4])).await.expect(200).json();
    assert_eq!((&behind["count"], ids(&behind).len()), (&json!(0), 0));
    for odd in ["limit=0", "limit=-1", "limit=x", "limit=1.5", "limit=99999999999999999999", "before=x", "before="] {
        let refused = admin.get(&format!("{path}?{odd}")).await.expect(400);
        let field = odd.split('=').next().unwrap();
        assert!(refused.json()["message"].as_str().unwrap().contains(field), "{odd}: {}", refused.text());
    }
}

#[tokio::test]
async fn deliveries_are_told_to_who_may_send() {
    let admin = Api::admin();
    let record = report(&admin, json!({})).await;
    let path = format!("/api/reports/{}/deliveries", uid(&record));
    let viewer = Api::with_role("viewer", &[]).await;
    let refused = viewer.get(&path).await.expect(403);
    assert!(refused.text().contains("reports:send"), "{}", refused.text());
    Api::with_role("publisher", &[]).await.get(&path).await.expect(200);
    let elsewhere = unique("elsewhere");
    admin.put(&format!("/api/v1/workspaces/{elsewhere}"), &json!({"name": "Elsewhere"})).await.expect(201);
    let confined = Api::with_role("admin", &[&elsewhere]).await;
    assert_eq!(confined.get(&path).await.expect(404).json()["statusCode"], 404);
    Api::anonymous().get(&path).await.expect(401);
    admin.delete(&format!("/api/reports/{}", uid(&record))).await.expect(204);
    admin.get(&path).await.expect(404);
}

#[tokio::test]
async fn after_its_time_a_delivery_is_not_told_any_more() {
    let (admin, aws, address) = (Api::admin(), Aws::connect().await, somebody("past"));
    let record = report(&admin, json!({})).await;
    for _ in 0..2 {
        send(&admin, &json!({"id": record["id"], "emails": address})).await.expect(200);
    }
    let told = deliveries(&admin, uid(&record)).await;
    let (pk, oldest) = (format!("DELIVERIES#{}", uid(&record)), told[1]["id"].as_str().unwrap());
    let item = aws.item("CATALOG_TABLE", &pk, oldest).await;
    let ends: jiff::Timestamp = item["expiresAt"].as_s().unwrap().parse().unwrap();
    assert_eq!(ends.duration_since(now()).as_hours().div_euclid(24), 89, "{ends}");
    assert_eq!(item["expires"].as_n().unwrap(), &ends.as_second().to_string(), "for the table's own clean-up");
    aws.set("CATALOG_TABLE", &pk, oldest, "expiresAt", AttributeValue::S(now().to_string())).await;
    let left = deliveries(&admin, uid(&record)).await;
    assert_eq!((left.len(), &left[0]), (1, &told[0]));
}
