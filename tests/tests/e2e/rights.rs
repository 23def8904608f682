//! What every operation looks up besides its own business, from one table, `openapi.yaml`: who calls, and which folders are hidden.

use crate::{
    cxreports::Place,
    refusals::{NOTHING, Operation, operations, preview_cookie, previews, session},
};
use aws_sdk_dynamodb::types::AttributeValue;
use imprint_tests::{
    api::{Answer, Api, read},
    aws::Aws,
    samples, unique,
};
use serde_json::json;

/// When the token was used last, before what a test does.
const LONG_AGO: &str = "2026-01-01T00:00:00Z";

async fn sent(api: &Api, operation: &Operation, query: &str) -> Answer {
    let request = api.request(&operation.method, &format!("{}{query}", operation.path));
    read(if operation.takes_json { request.json(&operation.body) } else { request }).await
}

/// The partition of a caller's token. Its secret is behind the dot.
fn partition(api: &Api) -> String {
    let id = api.token().strip_prefix("imp_").and_then(|token| token.split('.').next());
    format!("TOKEN#{}", id.unwrap())
}

async fn forget_last_use(aws: &Aws, partition: &str) {
    aws.set("ACCESS_TABLE", partition, "TOKEN", "lastUsedAt", AttributeValue::S(LONG_AGO.into())).await;
}

async fn expect_last_use(aws: &Aws, partition: &str, operation: &Operation) {
    let token = aws.item("ACCESS_TABLE", partition, "TOKEN").await;
    assert_ne!(token["lastUsedAt"].as_s().unwrap(), LONG_AGO, "{} recorded nothing", operation.id);
}

#[tokio::test]
async fn every_operation_records_when_a_token_was_used() {
    let (aws, admin) = (Aws::connect().await, Api::with_role("admin", &[]).await);
    let partition = partition(&admin);
    for operation in operations().iter().filter(|operation| operation.permission.is_some()) {
        let query = if operation.path.starts_with("/rest/") { session(&admin).await } else { String::new() };
        forget_last_use(&aws, &partition).await;
        sent(&admin, operation, &query).await;
        expect_last_use(&aws, &partition, operation).await;
    }
}

#[tokio::test]
async fn every_part_of_a_preview_records_when_its_token_was_used() {
    let (aws, admin) = (Aws::connect().await, Api::with_role("admin", &[]).await);
    let (partition, cookie) = (partition(&admin), preview_cookie(&admin, "default").await);
    for operation in previews() {
        forget_last_use(&aws, &partition).await;
        let request = Api::anonymous().request(&operation.method, &operation.path);
        read(request.header("cookie", format!("{}={}", cookie.0, cookie.1))).await;
        expect_last_use(&aws, &partition, &operation).await;
    }
}

/// Whether an operation is about the report that it names first.
fn is_about_a_report(operation: &Operation) -> bool {
    let places = ["/api/reports/", "/files/documents/", "/publishing/documents/", "/api/v1/ws/default/reports/"];
    operation.body["id"] == NOTHING
        || places.iter().any(|place| operation.path.starts_with(&format!("{place}{NOTHING}")))
}

#[tokio::test]
async fn a_report_in_a_hidden_folder_is_not_there_for_any_operation() {
    let place = Place::new().await;
    let begun = read(place.admin.request("POST", &format!("/rest/sessions?config={}", place.code))).await.expect(201);
    let sid = begun.json()["Id"].as_str().unwrap().to_owned();
    read(place.admin.request("POST", &format!("/rest/folders/secret?sid={sid}"))).await.expect(200);
    let report = place.report_with(json!({"folder": "secret"})).await;
    let rule = json!({"path": "secret", "role": "designer", "access": "none", "workspace": place.code});
    place.admin.put("/api/folders/access", &rule).await.expect(200);
    let designer = Api::with_role("designer", &[&place.code]).await;
    let about = operations().into_iter().filter(is_about_a_report);
    for mut operation in about.map(|operation| operation.about(report["id"].as_str().unwrap())) {
        operation.path = operation.path.replacen("/ws/default/", &format!("/ws/{}/", place.code), 1);
        let answer = sent(&designer, &operation, "").await;
        assert_eq!(answer.status, 404, "{} {}: {}", operation.id, operation.path, answer.text());
    }
    // Its path leads nowhere either.
    let begun = read(designer.request("POST", "/rest/sessions")).await.expect(201);
    let path = format!("/rest/reports/execute/csv?sid={}", begun.json()["Id"].as_str().unwrap());
    let asked = json!({"ReportPath": format!("secret/{}", report["name"].as_str().unwrap())}).to_string();
    read(designer.request("POST", &path).body(asked)).await.expect(404);
}

#[tokio::test]
async fn the_first_token_is_made_by_whom_aws_lets_invoke() {
    let made = Aws::connect().await;
    let made =
        made.invoke("OperatorCreateAccessToken", &json!({"name": "first", "role": "viewer", "user": "me"})).await;
    let viewer = Api::with(made["token"].as_str().map(str::to_owned));
    viewer.get("/api/reports").await.expect(200);
    viewer.post("/api/reports", &samples::body(&unique("report"), "text")).await.expect(403);
}
