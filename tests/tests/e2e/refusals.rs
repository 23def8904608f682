//! Refusals of every operation, from one table: `openapi.yaml`. A new operation is tested here as soon as it is described there.

use imprint_tests::{
    api::{Answer, Api, read},
    huddle::Element,
};
use serde_json::{Value, json};
use std::{fs, path::Path};

/// An operation of the document.
struct Operation {
    id: String,
    method: String,
    /// With every parameter filled in.
    path: String,
    /// What a caller must hold; `None`: no credentials are asked for.
    permission: Option<String>,
    /// Whether the body must be JSON, and be there.
    takes_json: bool,
}

fn operations() -> Vec<Operation> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../openapi.yaml");
    let document: Value = serde_yaml_ng::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    let mut operations = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        let described = methods
            .as_object()
            .unwrap()
            .iter()
            .filter(|(method, _)| ["get", "head", "post", "put", "patch", "delete"].contains(&method.as_str()));
        operations.extend(described.map(|(method, operation)| read_operation(path, method, operation)));
    }
    assert!(operations.len() >= 20, "the document was not understood");
    operations
}

fn read_operation(path: &str, method: &str, operation: &Value) -> Operation {
    let body = &operation["requestBody"];
    Operation {
        id: operation["operationId"].as_str().unwrap().to_owned(),
        method: method.to_uppercase(),
        path: filled(path),
        permission: operation["x-permission"].as_str().map(str::to_owned),
        // Exago's bodies come as anything.
        takes_json: body["required"] == true && members(&body["content"]) == ["application/json"],
    }
}

fn members(value: &Value) -> Vec<&str> {
    value.as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect()
}

/// The path with names that nothing has.
fn filled(path: &str) -> String {
    let parameters = regex::Regex::new(r"\{\w+\}").unwrap();
    parameters.replace_all(path, "00000000-0000-4000-8000-000000000000").into_owned()
}

/// The refusal is in the words of the dialect that the path belongs to, tells something, and tells no secret.
fn in_its_dialect(operation: &Operation, answer: &Answer) {
    let (id, text) = (&operation.id, answer.text());
    assert!(answer.status < 500, "{id}: {} {text}", answer.status);
    if operation.method == "HEAD" {
        return;
    }
    let message = match operation.path.as_str() {
        path if path.starts_with("/view/") => {
            assert!(answer.header("content-type").starts_with("text/html"), "{id}");
            return;
        }
        path if path.starts_with("/files/") || path.starts_with("/publishing/") => {
            let refusal = Element::read(&text);
            assert_eq!(refusal.text_at("StatusCode"), answer.status.to_string(), "{id}: {text}");
            tells(id, refusal.text_at("ErrorMessages/Message"), refusal.text_at("RequestId"), &text);
            return;
        }
        path if path.starts_with("/api/v1/") => answer.json()["error"].clone(),
        path if path.starts_with("/rest/") => answer.json()["reason"].clone(),
        _ => {
            assert_eq!(answer.json()["statusCode"], answer.status, "{id}: {text}");
            assert!(answer.json()["error"].is_string(), "{id}: {text}");
            answer.json()["message"].clone()
        }
    };
    let [message, request] =
        [&message, &answer.json()["requestId"]].map(|value| value.as_str().unwrap_or_default().to_owned());
    tells(id, &message, &request, &text);
}

fn tells(id: &str, message: &str, request: &str, text: &str) {
    assert!(message.len() > 10 && !request.is_empty(), "{id}: {text}");
    for word in ["dynamodb", "arn:", "panicked", "Exception", "imprint-"] {
        assert!(!text.contains(word), "{id} tells of {word}: {text}");
    }
}

/// Sends what the operation takes in form, though not in substance.
async fn call(api: &Api, operation: &Operation) -> Answer {
    let session = match operation.path.starts_with("/rest/") {
        true => session(api).await,
        false => String::new(),
    };
    let request = api.request(&operation.method, &format!("{}{session}", operation.path));
    read(if operation.takes_json { request.json(&json!({})) } else { request }).await
}

/// The query that names a session of the caller; none if the caller can have none.
async fn session(api: &Api) -> String {
    let begun = read(api.request("POST", "/rest/sessions")).await;
    begun.json()["Id"].as_str().map(|id| format!("?sid={id}")).unwrap_or_default()
}

fn refused(operation: &Operation, answer: &Answer, status: u16) {
    assert_eq!(answer.status, status, "{}: {}", operation.id, answer.text());
    in_its_dialect(operation, answer);
}

#[tokio::test]
async fn without_a_valid_token_every_operation_that_asks_for_one_answers_401() {
    let unknown = Api::with(Some(format!("imp_{}.{}", "a".repeat(16), "b".repeat(43))));
    for operation in operations().iter().filter(|operation| operation.permission.is_some()) {
        for api in [Api::anonymous(), unknown.clone(), Api::with(Some("nonsense".into()))] {
            let answer = call(&api, operation).await;
            refused(operation, &answer, 401);
            assert!(answer.header("www-authenticate").starts_with("Bearer"), "{}", operation.id);
        }
    }
}

#[tokio::test]
async fn without_the_permission_every_operation_answers_403_or_404() {
    let viewer = Api::with_role("viewer", &[]).await;
    let missing =
        |operation: &&Operation| operation.permission.as_deref().is_some_and(|needed| needed != "report:read");
    for operation in operations().iter().filter(missing) {
        let answer = call(&viewer, operation).await;
        // What the caller may not see is not there, whatever the caller may do.
        let names_a_report =
            ["/api/reports/", "/files/documents/"].iter().any(|start| operation.path.starts_with(start));
        let status = if names_a_report { 404 } else { 403 };
        refused(operation, &answer, status);
    }
}

#[tokio::test]
async fn a_report_that_the_caller_sees_and_may_not_change_answers_403() {
    let report = imprint_tests::samples::report(&Api::admin(), "read only").await;
    let viewer = Api::with_role("viewer", &[]).await;
    let on_reports = |operation: &&Operation| {
        operation.path.starts_with("/api/reports/") && operation.permission.as_deref() != Some("report:read")
    };
    for mut operation in operations().into_iter().filter(|operation| on_reports(&operation)) {
        operation.path = operation.path.replacen("00000000-0000-4000-8000-000000000000", &report, 1);
        let answer = call(&viewer, &operation).await;
        refused(&operation, &answer, 403);
        assert!(answer.text().contains(operation.permission.as_deref().unwrap()), "{}", answer.text());
    }
}

#[tokio::test]
async fn a_name_that_nothing_has_answers_404() {
    let admin = Api::admin();
    // What makes the thing that it names, a form, and an owner, of whom nothing is known but the reports.
    let others =
        ["native-put-workspace", "exago-create-folder", "exago-execute-report", "huddle-list-company-documents"];
    let named = |operation: &&Operation| {
        operation.path.contains("00000000-0000-4000-8000")
            && !others.contains(&operation.id.as_str())
            && !operation.path.starts_with("/rest/sessions/")
    };
    for operation in operations().iter().filter(named) {
        refused(operation, &call(&admin, operation).await, 404);
        for odd in ["..%2f..%2fetc", "%00", "%ff", "a%0ab", "%5C", "%3F", "a%252fb", "-1", "99999999999999999999"] {
            let path = operation.path.replacen("00000000-0000-4000-8000-000000000000", odd, 1);
            let odd = Operation {
                path,
                id: operation.id.clone(),
                method: operation.method.clone(),
                permission: None,
                ..*operation
            };
            let answer = call(&admin, &odd).await;
            assert!((400..500).contains(&answer.status), "{} {}: {}", odd.id, odd.path, answer.status);
            in_its_dialect(&odd, &answer);
        }
    }
}

#[tokio::test]
async fn a_body_that_is_none_is_refused_with_400_or_415() {
    let admin = Api::admin();
    let report = imprint_tests::samples::report(&admin, "well formed").await;
    for mut operation in operations().into_iter().filter(|operation| operation.takes_json) {
        operation.path = operation.path.replacen("00000000-0000-4000-8000-000000000000", &report, 1);
        let send = |media_type: &'static str, body: &'static str| {
            read(admin.request(&operation.method, &operation.path).header("content-type", media_type).body(body))
        };
        let table = [
            ("text/plain", "{}", 415),
            ("application/json", "{", 400),
            ("application/json", "", 400),
            ("application/json", "[]", 400),
            ("application/json", "\"text\"", 400),
            ("application/json", "{\"noSuchField\": 1}", 400),
            ("application/json", "{} {}", 400),
        ];
        for (media_type, body, status) in table {
            let answer = send(media_type, body).await;
            assert_eq!(answer.status, status, "{} {media_type} {body}: {}", operation.id, answer.text());
            in_its_dialect(&operation, &answer);
        }
        assert!(
            send("application/json", "{\"noSuchField\": 1}").await.text().contains("noSuchField"),
            "{}",
            operation.id
        );
    }
}

#[tokio::test]
async fn an_address_that_nothing_takes_is_refused_in_the_words_of_its_dialect() {
    let anonymous = Api::anonymous();
    assert_eq!(anonymous.get("/api/nothing").await.expect(404).json()["statusCode"], 404);
    assert!(anonymous.get("/api/v1/nothing").await.expect(404).json()["error"].is_string());
    let huddle = Element::read(&anonymous.get("/files/nothing").await.expect(404).text());
    assert_eq!(huddle.text_at("ErrorCode"), "ObjectNotFound");
    assert!(anonymous.get("/view").await.expect(404).header("content-type").starts_with("text/html"));
    let meant = anonymous.get("//api//reports").await.expect(308);
    assert_eq!(meant.header("location"), "/api/reports");
}
