//! Refusals of every operation, from one table: `openapi.yaml`. A new operation is tested here as soon as it is described there.

use imprint_tests::{
    api::{Answer, Api, read},
    huddle::Element,
    samples, unique,
};
use prefixes::{Dialect, dialect_of};
use serde_json::{Value, json};
use std::{fs, path::Path};

/// An operation of the document.
#[derive(Clone)]
pub struct Operation {
    pub id: String,
    pub method: String,
    /// With every parameter filled in.
    pub path: String,
    /// What it takes in form, though not in substance.
    pub body: Value,
    /// What a caller must hold; `None`: no access token is asked for.
    pub permission: Option<String>,
    /// Whether the cookie of a preview is asked for.
    by_cookie: bool,
    /// Whether the body must be JSON, and be there.
    pub takes_json: bool,
    /// Whether there may be a body.
    may_have_body: bool,
}

/// A name that nothing has.
pub const NOTHING: &str = "00000000-0000-4000-8000-000000000000";

/// Names that nothing can have.
const ODD: [&str; 9] = ["..%2f..%2fetc", "%00", "%ff", "a%0ab", "%5C", "%3F", "a%252fb", "-1", "99999999999999999999"];

pub fn operations() -> Vec<Operation> {
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
    let mut schemes = operation["security"].as_array().into_iter().flatten();
    Operation {
        id: operation["operationId"].as_str().unwrap().to_owned(),
        method: method.to_uppercase(),
        path: filled(path),
        // Grafana's clients name the report in the body.
        body: if is_grafanas(path) { json!({"id": NOTHING, "useEmailsFromReport": true}) } else { json!({}) },
        permission: operation["x-permission"].as_str().map(str::to_owned),
        by_cookie: schemes.any(|scheme| scheme["previewCookie"].is_array()),
        // Exago's bodies come as anything.
        takes_json: body["required"] == true && members(&body["content"]) == ["application/json"],
        may_have_body: body.is_object() && body["required"] != true,
    }
}

fn members(value: &Value) -> Vec<&str> {
    value.as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect()
}

/// Whether a path is one of Grafana's, of which one is not under its base.
fn is_grafanas(path: &str) -> bool {
    path == "/api/reports/email" || dialect_of(path) == Dialect::Grafana
}

impl Operation {
    /// Whether it names something that is not there.
    fn names_nothing(&self) -> bool {
        self.path.contains(NOTHING) || self.body["id"] == NOTHING
    }

    /// The same about what has this name.
    pub fn about(mut self, name: &str) -> Self {
        self.path = self.path.replacen(NOTHING, name, 1);
        if self.body["id"] == NOTHING {
            self.body["id"] = name.into();
        }
        self
    }
}

/// The path with names that nothing has, in a workspace that is there.
fn filled(path: &str) -> String {
    let parameters = regex::Regex::new(r"\{\w+\}").unwrap();
    parameters.replace_all(&path.replace("{ws}", "default"), NOTHING).into_owned()
}

/// The refusal is in the words of the dialect that the path belongs to, tells something, and tells no secret.
fn in_its_dialect(operation: &Operation, answer: &Answer) {
    let (id, text) = (&operation.id, answer.text());
    assert!(answer.status < 500, "{id}: {} {text}", answer.status);
    if operation.method == "HEAD" {
        return;
    }
    let dialect = if is_grafanas(&operation.path) { Dialect::Grafana } else { dialect_of(&operation.path) };
    let message = match dialect {
        Dialect::Public => {
            assert!(answer.header("content-type").starts_with("text/html"), "{id}");
            return;
        }
        Dialect::Huddle => {
            let refusal = Element::read(&text);
            assert_eq!(refusal.text_at("StatusCode"), answer.status.to_string(), "{id}: {text}");
            tells(id, refusal.text_at("ErrorMessages/Message"), refusal.text_at("RequestId"), &text);
            return;
        }
        Dialect::Grafana => {
            assert_eq!(members(&answer.json()), ["message"], "{id}: {text}");
            return says(id, answer.json()["message"].as_str().unwrap_or_default(), &text);
        }
        Dialect::CxReports | Dialect::Preview => answer.json()["error"].clone(),
        Dialect::Exago => answer.json()["reason"].clone(),
        Dialect::Informer => {
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
    assert!(!request.is_empty(), "{id}: {text}");
    says(id, message, text);
}

fn says(id: &str, message: &str, text: &str) {
    assert!(message.len() > 10, "{id}: {text}");
    for word in ["dynamodb", "arn:", "panicked", "Exception", "imprint-"] {
        assert!(!text.contains(word), "{id} tells of {word}: {text}");
    }
}

/// Sends what the operation takes in form.
async fn call(api: &Api, operation: &Operation) -> Answer {
    let session = match operation.path.starts_with("/rest/") {
        true => session(api).await,
        false => String::new(),
    };
    let request = api.request(&operation.method, &format!("{}{session}", operation.path));
    read(if operation.takes_json { request.json(&operation.body) } else { request }).await
}

/// The query that names a session of the caller; none if the caller can have none.
pub async fn session(api: &Api) -> String {
    let begun = read(api.request("POST", "/rest/sessions")).await;
    begun.json()["Id"].as_str().map(|id| format!("?sid={id}")).unwrap_or_default()
}

fn refused(operation: &Operation, answer: &Answer, status: u16) {
    assert_eq!(answer.status, status, "{} {}: {}", operation.id, operation.path, answer.text());
    in_its_dialect(operation, answer);
}

/// Refused as the caller's fault, whichever.
fn refused_somehow(operation: &Operation, answer: &Answer) {
    assert!((400..500).contains(&answer.status), "{} {}: {}", operation.id, operation.path, answer.status);
    in_its_dialect(operation, answer);
}

/// The operations that the cookie of a preview opens.
pub fn previews() -> Vec<Operation> {
    let previews: Vec<_> = operations().into_iter().filter(|operation| operation.by_cookie).collect();
    assert!(!previews.is_empty(), "the document was not understood");
    previews
}

/// The name and the value of a cookie that opens the previews of a workspace.
pub async fn preview_cookie(api: &Api, workspace: &str) -> (String, String) {
    let made = read(api.request("POST", "/api/v1/nonce-tokens")).await.expect(200).json();
    let nonce = made["nonce"].as_str().unwrap();
    let path = format!("/ws/{workspace}/reports/{NOTHING}/preview?nonce={nonce}");
    let entered = Api::anonymous().get(&path).await.expect(303);
    let cookie = entered.header("set-cookie").split(';').next().unwrap_or_default();
    let (name, value) = cookie.split_once('=').unwrap();
    (name.to_owned(), value.to_owned())
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
        let starts = ["/api/reports/", "/grafana/api/reports/", "/files/documents/"];
        let names_a_report = operation.names_nothing() && starts.iter().any(|start| operation.path.starts_with(start));
        let status = if names_a_report { 404 } else { 403 };
        refused(operation, &answer, status);
    }
}

#[tokio::test]
async fn a_report_that_the_caller_sees_and_may_not_change_answers_403() {
    let report = samples::report(&Api::admin(), "read only").await;
    let viewer = Api::with_role("viewer", &[]).await;
    let on_reports = |operation: &Operation| {
        let is_path = operation.path.starts_with("/api/reports/") || is_grafanas(&operation.path);
        is_path && operation.permission.as_deref() != Some("report:read")
    };
    for operation in operations().into_iter().filter(on_reports) {
        let operation = operation.about(&report);
        let answer = call(&viewer, &operation).await;
        refused(&operation, &answer, 403);
        assert!(answer.text().contains(operation.permission.as_deref().unwrap()), "{}", answer.text());
    }
}

#[tokio::test]
async fn a_name_that_nothing_has_answers_404() {
    let admin = Api::admin();
    // What makes the thing that it names, a form, and an owner, of whom nothing is known but the reports.
    let others = [
        "native-put-workspace",
        "native-put-report-type",
        "native-put-theme",
        "native-put-template",
        "native-put-font",
        "exago-create-folder",
        "exago-execute-report",
        "huddle-list-company-documents",
    ];
    let named = |operation: &&Operation| {
        operation.names_nothing()
            && !others.contains(&operation.id.as_str())
            && !operation.path.starts_with("/rest/sessions/")
            && !operation.by_cookie
    };
    for operation in operations().into_iter().filter(|operation| named(&operation)) {
        refused(&operation, &call(&admin, &operation).await, 404);
        for odd in ODD {
            let operation = operation.clone().about(odd);
            refused_somehow(&operation, &call(&admin, &operation).await);
        }
    }
}

#[tokio::test]
async fn a_workspace_that_is_not_there_or_out_of_reach_or_without_the_report_answers_404() {
    let (admin, elsewhere) = (Api::admin(), unique("elsewhere"));
    let report = samples::report(&admin, "in the default workspace").await;
    admin.put(&format!("/api/v1/workspaces/{elsewhere}"), &json!({"name": "Elsewhere"})).await.expect(201);
    let confined = Api::with_role("admin", &[&elsewhere]).await;
    for mut operation in operations().into_iter().filter(|operation| operation.path.starts_with("/api/v1/ws/")) {
        // What is refused is the workspace, and not the report in it.
        operation.path = operation.path.replacen(&format!("/reports/{NOTHING}"), &format!("/reports/{report}"), 1);
        refused(&operation, &call(&confined, &operation).await, 404);
        let path = operation.path.clone();
        let within = |workspace: &str| path.replacen("/ws/default/", &format!("/ws/{workspace}/"), 1);
        operation.path = within(NOTHING);
        refused(&operation, &call(&admin, &operation).await, 404);
        if path.contains(&report) {
            operation.path = within(&elsewhere);
            refused(&operation, &call(&admin, &operation).await, 404);
        }
        for odd in ODD {
            operation.path = within(odd);
            refused_somehow(&operation, &call(&admin, &operation).await);
        }
    }
}

#[tokio::test]
async fn without_a_cookie_of_its_workspace_every_preview_answers_401() {
    let (admin, elsewhere) = (Api::admin(), unique("elsewhere"));
    admin.put(&format!("/api/v1/workspaces/{elsewhere}"), &json!({"name": "Elsewhere"})).await.expect(201);
    let (name, _) = preview_cookie(&admin, "default").await;
    let (_, foreign) = preview_cookie(&admin, &elsewhere).await;
    let made_up = |prefix: &str| format!("{prefix}{}.{}", "a".repeat(16), "b".repeat(43));
    let values = [String::new(), "nonsense".into(), made_up("imv_"), foreign];
    let queries = [String::new(), "?nonce=".into(), "?nonce=nonsense".into(), format!("?nonce={}", made_up("imn_"))];
    // An access token opens no preview, whoever holds it: a browser never has one.
    for (operation, api) in
        previews().iter().flat_map(|operation| [(operation, Api::anonymous()), (operation, admin.clone())])
    {
        for (value, query) in values.iter().flat_map(|value| queries.iter().map(move |query| (value, query))) {
            let asked = || {
                let request = api.request(&operation.method, &format!("{}{query}", operation.path));
                request.header("cookie", format!("{name}={value}"))
            };
            let answer = read(asked()).await;
            refused(operation, &answer, 401);
            assert!(answer.header("www-authenticate").starts_with("Bearer"), "{}", operation.id);
            let page = read(asked().header("accept", "text/html")).await.expect(401);
            assert!(page.header("content-type").starts_with("text/html"), "{}", operation.id);
            assert!(page.text().contains("This preview is not open"), "{}: {}", operation.id, page.text());
        }
    }
}

#[tokio::test]
async fn with_a_cookie_a_preview_of_what_is_not_there_answers_404() {
    let (admin, anonymous) = (Api::admin(), Api::anonymous());
    let (name, value) = preview_cookie(&admin, "default").await;
    let report = samples::report(&admin, "previewed").await;
    let look = |operation: &Operation| {
        read(anonymous.request(&operation.method, &operation.path).header("cookie", format!("{name}={value}")))
    };
    for mut operation in previews() {
        refused(&operation, &look(&operation).await, 404);
        let path = operation.path.clone();
        for odd in ODD {
            operation.path = path.replacen(NOTHING, odd, 1);
            refused_somehow(&operation, &look(&operation).await);
        }
        // The report is there, the part of its preview is not.
        operation.path = path.replacen(NOTHING, &report, 1);
        if operation.path.contains(NOTHING) {
            refused(&operation, &look(&operation).await, 404);
        }
    }
}

#[tokio::test]
async fn a_body_that_is_none_is_refused_with_400_or_415() {
    let admin = Api::admin();
    let report = samples::report(&admin, "well formed").await;
    // What else clients of other versions send is passed over.
    let tolerant = ["cxreports-create-temporary-data"];
    for operation in operations().into_iter().filter(|operation| operation.takes_json) {
        let operation = operation.about(&report);
        // Grafana's document has no other word for it.
        let undeclared = if is_grafanas(&operation.path) { 400 } else { 415 };
        let send = |media_type: &'static str, body: &'static str| {
            read(admin.request(&operation.method, &operation.path).header("content-type", media_type).body(body))
        };
        let table = [
            ("text/plain", "{}", undeclared),
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
        let told = send("application/json", "{\"noSuchField\": 1}").await.text();
        assert!(told.contains("noSuchField") || tolerant.contains(&operation.id.as_str()), "{}: {told}", operation.id);
    }
}

#[tokio::test]
async fn what_is_to_be_rendered_is_refused_with_400_in_a_body_that_is_no_object_or_holds_wrong_values() {
    let admin = Api::admin();
    let report = samples::report(&admin, "rendered on request").await;
    let on_request =
        |operation: &&Operation| operation.may_have_body && operation.path.starts_with("/api/v1/ws/default/reports/");
    let asked: Vec<_> = operations().into_iter().filter(|operation| on_request(&operation)).collect();
    assert!(!asked.is_empty(), "the document was not understood");
    for mut operation in asked {
        operation.path = operation.path.replacen(NOTHING, &report, 1);
        let table = [
            ("half an object", "{"),
            ("a list", "[]"),
            ("a text", "\"text\""),
            ("more than one", "{} {}"),
            ("a form that there is not", r#"{"format": "doc"}"#),
            ("params that are none", r#"{"params": [1]}"#),
            ("a place without a time", r#"{"timezone": "Mars/Olympus"}"#),
            ("a theme that the workspace does not have", r#"{"theme": "no-such-theme"}"#),
            ("a template that the workspace does not have", r#"{"template": 9999999}"#),
            ("data that was never left", r#"{"tempDataId": 1}"#),
        ];
        // Whatever the content type says.
        for ((what, body), media_type) in table.iter().zip(["application/json", "text/plain"].iter().cycle()) {
            let request = admin.request(&operation.method, &operation.path).header("content-type", *media_type);
            let answer = read(request.body(*body)).await;
            assert_eq!(answer.status, 400, "{} {what}: {}", operation.id, answer.text());
            in_its_dialect(&operation, &answer);
        }
    }
}

#[tokio::test]
async fn an_address_that_nothing_takes_is_refused_in_the_words_of_its_dialect() {
    let anonymous = Api::anonymous();
    assert_eq!(anonymous.get("/api/nothing").await.expect(404).json()["statusCode"], 404);
    assert!(anonymous.get("/api/v1/nothing").await.expect(404).json()["error"].is_string());
    assert!(anonymous.get("/ws/nothing").await.expect(404).json()["error"].is_string());
    let huddle = Element::read(&anonymous.get("/files/nothing").await.expect(404).text());
    assert_eq!(huddle.text_at("ErrorCode"), "ObjectNotFound");
    assert_eq!(members(&anonymous.get("/grafana/api/nothing").await.expect(404).json()), ["message"]);
    for page in ["/view", "/mailed"] {
        assert!(anonymous.get(page).await.expect(404).header("content-type").starts_with("text/html"), "{page}");
    }
    let meant = anonymous.get("//api//reports").await.expect(308);
    assert_eq!(meant.header("location"), "/api/reports");
}
