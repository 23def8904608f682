//! The links of a report: more than one, with names and ends, and what becomes of them.

use imprint_tests::{api::Api, now, samples};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::time::Duration;

fn url(token: &Value) -> &str {
    token["url"].as_str().unwrap()
}

fn address(token: &Value) -> &str {
    token["_links"]["self"]["href"].as_str().unwrap()
}

async fn list(api: &Api, report: &str) -> Vec<Value> {
    let list = api.get(&format!("/api/reports/{report}/tokens")).await.expect(200).json();
    list["tokens"].as_array().unwrap().clone()
}

async fn create(api: &Api, report: &str, more: Value) -> Value {
    let mut body = json!({"type": "report", "reportId": report});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let made = api.post("/api/tokens", &body).await.expect(201);
    assert_eq!(made.header("location"), address(&made.json()));
    made.json()
}

#[tokio::test]
async fn a_report_may_have_several_links_and_publishing_moves_them_all() {
    let admin = Api::admin();
    let report = samples::report(&admin, "first words").await;
    let main = admin.publish_and_wait(&report).await;
    let named = create(&admin, &report, json!({"name": "For the board", "expiresAt": null})).await;
    assert_eq!((&named["name"], &named["expiresAt"]), (&json!("For the board"), &Value::Null));
    assert_ne!(named["token"], main["token"]);
    let definition = samples::body("x", "second words")["definition"].clone();
    admin.put(&format!("/api/reports/{report}"), &json!({"definition": definition})).await.expect(200);
    let again = admin.publish_and_wait(&report).await;
    assert_eq!(again["token"], main["token"], "the oldest link is the one that is told");
    for token in [&main, &named] {
        assert!(Api::anonymous().get(url(token)).await.expect(200).text().contains("second words"));
    }
    let listed = list(&admin, &report).await;
    let of = |field: &str| listed.iter().map(|token| token[field].clone()).collect::<Vec<_>>();
    assert_eq!(of("id"), [main["id"].clone(), named["id"].clone()]);
    assert_eq!(of("views"), [1, 1], "views are counted by link");
    admin.unpublish(&report).await.expect(204);
    for token in [&main, &named] {
        Api::anonymous().get(url(token)).await.expect(404);
        admin.get(address(token)).await.expect(404);
    }
    assert!(list(&admin, &report).await.is_empty());
}

#[tokio::test]
async fn an_expired_link_is_dead_to_the_second() {
    let admin = Api::admin();
    let report = samples::report(&admin, "for a moment").await;
    let main = admin.publish_and_wait(&report).await;
    let end = Timestamp::from_second(now().as_second() + 6).unwrap();
    let token = create(&admin, &report, json!({"expiresAt": end.to_string()})).await;
    let left = async |before: SignedDuration| {
        let wait = end.duration_since(now()) - before;
        tokio::time::sleep(Duration::try_from(wait).unwrap_or_default()).await;
    };
    left(SignedDuration::from_secs(3)).await;
    Api::anonymous().get(url(&token)).await.expect(200);
    left(SignedDuration::ZERO).await;
    for part in ["", "/pages/1.svg", "/report.pdf"] {
        Api::anonymous().get(&format!("{}{part}", url(&token))).await.expect(404);
    }
    assert_eq!(admin.get(address(&token)).await.expect(200).json()["expiresAt"], end.to_string());
    let answer = admin.get(&format!("/api/reports/{report}/tokens")).await.expect(200).json();
    assert!(answer["warning"].as_str().unwrap().contains("expired"), "{answer}");
    Api::anonymous().get(url(&main)).await.expect(200);
}

#[tokio::test]
async fn what_is_published_again_after_its_only_link_expired_has_a_fresh_one() {
    let admin = Api::admin();
    let report = samples::report(&admin, "twice").await;
    let main = admin.publish_and_wait(&report).await;
    let end = Timestamp::from_second(now().as_second() + 5).unwrap();
    let short = create(&admin, &report, json!({"expiresAt": end.to_string()})).await;
    admin.delete(address(&main)).await.expect(204);
    tokio::time::sleep(Duration::try_from(end.duration_since(now())).unwrap_or_default()).await;
    let record = admin.get(&format!("/api/reports/{report}")).await.expect(200).json();
    assert_eq!(record["published"], false, "a report whose links have expired is not published");
    let fresh = admin.publish_and_wait(&report).await;
    assert!(fresh["token"] != main["token"] && fresh["token"] != short["token"]);
    Api::anonymous().get(url(&fresh)).await.expect(200);
    admin.get(address(&short)).await.expect(404);
}

#[tokio::test]
async fn a_deleted_link_is_dead_and_without_the_last_one_nothing_is_published() {
    let admin = Api::admin();
    let report = samples::report(&admin, "one by one").await;
    let main = admin.publish_and_wait(&report).await;
    let other = create(&admin, &report, json!({"name": "other"})).await;
    admin.delete(address(&main)).await.expect(204);
    Api::anonymous().get(url(&main)).await.expect(404);
    Api::anonymous().get(url(&other)).await.expect(200);
    admin.delete(address(&main)).await.expect(404);
    admin.delete(address(&other)).await.expect(204);
    Api::anonymous().get(url(&other)).await.expect(404);
    let record = admin.get(&format!("/api/reports/{report}")).await.expect(200).json();
    assert_eq!(record["published"], false);
    let fresh = admin.publish_and_wait(&report).await;
    assert!(fresh["token"] != main["token"] && fresh["token"] != other["token"], "a dead link never comes back");
}

#[tokio::test]
async fn what_cannot_be_is_refused() {
    let admin = Api::admin();
    let report = samples::report(&admin, "not public").await;
    let ask = async |body: Value| admin.post("/api/tokens", &body).await;
    let good = json!({"type": "report", "reportId": report});
    let refused = ask(good.clone()).await.expect(409).json();
    assert!(refused["message"].as_str().unwrap().contains("publish it first"), "{refused}");
    ask(json!({"type": "report", "reportId": "team:nothing-here"})).await.expect(404);
    let past = json!({"type": "report", "reportId": report, "expiresAt": "2020-01-01T00:00:00Z"});
    assert!(ask(past).await.expect(400).json()["message"].as_str().unwrap().starts_with("expiresAt: "));
    admin.publish_and_wait(&report).await;
    for _ in 1..20 {
        ask(good.clone()).await.expect(201);
    }
    assert!(ask(good).await.expect(409).json()["message"].as_str().unwrap().contains("at most 20"));
}

#[tokio::test]
async fn links_are_for_those_who_may_publish() {
    let admin = Api::admin();
    let report = samples::report(&admin, "mine").await;
    let token = admin.publish_and_wait(&report).await;
    let viewer = Api::with_role("viewer", &[]).await;
    viewer.get(&format!("/api/reports/{report}/tokens")).await.expect(403);
    viewer.get(address(&token)).await.expect(403);
    viewer.delete(address(&token)).await.expect(403);
    viewer.post("/api/tokens", &json!({"type": "report", "reportId": report})).await.expect(403);
    let elsewhere = Api::with_role("publisher", &["somewhere-else"]).await;
    elsewhere.get(address(&token)).await.expect(404);
    elsewhere.delete(address(&token)).await.expect(404);
    elsewhere.post("/api/tokens", &json!({"type": "report", "reportId": report})).await.expect(404);
}
