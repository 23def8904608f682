//! The folder and report tree, as Exago's clients use it.

use imprint_tests::{
    api::{Answer, Api, read},
    samples, unique, variable,
};
use serde_json::{Value, json};

/// A workspace of its own, with a session in it.
struct Place {
    api: Api,
    workspace: String,
    sid: String,
}

impl Place {
    async fn new() -> Self {
        let (api, workspace) = (Api::admin(), unique("tree"));
        api.put(&format!("/api/v1/workspaces/{workspace}"), &json!({"name": "Tree"})).await.expect(201);
        Self::of(api, workspace).await
    }

    async fn of(api: Api, workspace: String) -> Self {
        let begun = read(api.request("POST", &format!("/rest/sessions?config={workspace}"))).await.expect(201);
        let sid = begun.json()["Id"].as_str().unwrap().to_owned();
        Self { api, workspace, sid }
    }

    /// The same workspace, as a new caller with this role.
    async fn as_role(&self, role: &str) -> Self {
        Self::of(Api::with_role(role, &[&self.workspace]).await, self.workspace.clone()).await
    }

    async fn send(&self, method: &str, path: &str) -> Answer {
        let query = if path.contains('?') { '&' } else { '?' };
        read(self.api.request(method, &format!("{path}{query}sid={}", self.sid))).await
    }

    async fn create(&self, path: &str) -> Answer {
        self.send("POST", &format!("/rest/folders/{path}")).await
    }

    async fn delete(&self, path: &str) -> Answer {
        self.send("DELETE", &format!("/rest/folders/{path}")).await
    }

    async fn rename(&self, body: &str) -> Answer {
        let request = self.api.request("POST", &format!("/rest/folders/rename?sid={}", self.sid));
        read(request.header("content-type", "application/x-www-form-urlencoded").body(body.to_owned())).await
    }

    async fn list(&self, query: &str) -> Value {
        self.send("GET", &format!("/rest/reports/list?{query}")).await.expect(200).json()
    }

    /// A report of this workspace; its natural id.
    async fn report(&self, folder: &str, name: &str) -> String {
        let mut body = samples::body(&unique("leaf"), "text");
        body["workspace"] = json!(self.workspace);
        body["folder"] = json!(folder);
        body["name"] = json!(name);
        samples::create(&self.api, &body).await
    }

    async fn rule(&self, path: &str, role: &str, access: &str) {
        let rule = json!({"path": path, "role": role, "access": access, "workspace": self.workspace});
        self.api.put("/api/folders/access", &rule).await.expect(200);
    }
}

/// The names in a list as `folder(child child)`.
fn names(list: &Value) -> String {
    let children = list["entity"].as_array().map(|children| children.iter().map(one).collect::<Vec<_>>());
    children.unwrap_or_default().join(" ")
}

fn one(node: &Value) -> String {
    let name = node["name"].as_str().unwrap();
    match (&node["entity"], node["leaf_flag"].as_bool()) {
        (Value::Array(_), Some(false)) => format!("{name}({})", names(node)),
        (Value::Null, Some(true)) => name.to_owned(),
        (Value::Null, Some(false)) => format!("{name}(…)"),
        other => panic!("{name}: {other:?}"),
    }
}

#[tokio::test]
async fn a_folder_is_made_renamed_with_all_that_is_in_it_and_removed_when_empty() {
    let place = Place::new().await;
    let made = place.create("Asset%20Reports").await.expect(200);
    assert_eq!(made.json(), json!({"Id": null, "Name": "Asset Reports", "Status": "Created"}));
    place.create("Asset%20Reports/Overseas").await.expect(200);
    let report = place.report("Asset Reports/Overseas", "Sales").await;
    assert_eq!(names(&place.list("").await), "Asset Reports(Overseas(Sales))");
    let renamed = place.rename(r"{'OldName':'Asset Reports','NewName':'Archive'}").await.expect(200);
    assert_eq!(renamed.json(), json!({"Id": null, "Name": "Archive", "Status": "Renamed"}));
    assert_eq!(names(&place.list("").await), "Archive(Overseas(Sales))");
    let found = place.api.get(&format!("/api/reports/{report}")).await.expect(200).json();
    assert_eq!(found["folder"], "Archive/Overseas");
    let refused = place.delete("Archive/Overseas").await.expect(409);
    assert!(refused.json()["reason"].as_str().unwrap().contains("one folder or report"), "{}", refused.text());
    place.api.delete(&format!("/api/reports/{report}")).await.expect(204);
    let gone = place.delete("Archive/Overseas").await.expect(200);
    assert_eq!(gone.json(), json!({"Id": null, "Name": "Archive/Overseas", "Status": "Deleted"}));
    assert_eq!(names(&place.list("").await), "Archive()");
}

#[tokio::test]
async fn the_samples_of_the_document_work_as_typed_into_a_shell() {
    let place = Place::new().await;
    place.create("Asset%20Reports").await.expect(200);
    place.report("Asset Reports", "Sales Report").await;
    let samples = [
        ("curl http://{webservice}/rest/reports/list?sid={sid} -X GET", r#""name":"Sales Report","leaf_flag":true"#),
        (
            "curl http://{webservice}/rest/folders/Asset%20Reports/Overseas%Holdings?sid={sid} -X POST",
            r#"{"Id":null,"Name":"Asset Reports/Overseas%Holdings","Status":"Created"}"#,
        ),
        (
            "curl http://{webservice}/rest/folders/Asset%20Reports/Overseas%20Holdings?sid={sid} -X POST",
            r#"{"Id":null,"Name":"Asset Reports/Overseas Holdings","Status":"Created"}"#,
        ),
        (
            "curl http://{webservice}/rest/folders/rename?sid={sid} -X POST ^ -d \"{'OldName':'Asset Reports\\\\Overseas Holdings', ^ 'NewName':'Asset Reports\\\\Regional Holdings'}\"",
            r#"{"Id":null,"Name":"Asset Reports/Regional Holdings","Status":"Renamed"}"#,
        ),
        (
            "curl http://{webservice}/rest/folders/rename?sid={sid} -X POST \\\n -d \"{'OldName':'Asset Reports\\\\Regional Holdings',\n 'NewName':'Asset Reports\\\\regional'}\"",
            r#"{"Id":null,"Name":"Asset Reports/regional","Status":"Renamed"}"#,
        ),
        (
            "curl http://{webservice}/rest/folders/Asset%20Reports/Overseas%Holdings?sid={sid} -X DELETE",
            r#"{"Id":null,"Name":"Asset Reports/Overseas%Holdings","Status":"Deleted"}"#,
        ),
    ];
    for (typed, expected) in samples {
        let said = shell(&place, typed);
        assert!(said.contains(expected), "{typed}\n{said}");
    }
}

/// What a shell says to a line in which only the placeholders of the document were filled in. The headers, which the document omits
/// “for clarity”, are added by a function; the caret, at which POSIX shells take offence in no way, is another address to curl.
fn shell(place: &Place, typed: &str) -> String {
    let host = variable("API_URL").replacen("http://", "", 1);
    let line = typed.replace("{webservice}", &host).replace("{sid}", &place.sid);
    let headers = r#"curl() { command curl -sS --noproxy '*' --resolve '*:80:127.0.0.1' -H "Authorization: Bearer $TOKEN" "$@"; }"#;
    let mut shell = std::process::Command::new("sh");
    shell.arg("-c").arg(format!("{headers}\n{line}")).env("TOKEN", place.api.token());
    let output = shell.output().expect("sh and curl are there");
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[tokio::test]
async fn names_are_what_the_address_says_once_decoded() {
    let place = Place::new().await;
    let table = [
        ("50%25%20Growth", "50% Growth"),
        ("Overseas%Holdings", "Overseas%Holdings"),
        ("a%252Fb", "a%2Fb"),
        ("Caf%C3%A9", "Café"),
        ("%E2%98%83%20%F0%9F%93%88", "☃ 📈"),
        ("what%3F%20%23%26", "what? #&"),
        ("a+b", "a+b"),
        ("RENAMED", "RENAMED"),
    ];
    for (address, name) in table {
        let made = place.create(address).await;
        assert_eq!((made.status, made.json()["Name"].as_str()), (200, Some(name)), "{address}: {}", made.text());
        assert_eq!(place.delete(address).await.expect(200).json()["Name"], name);
    }
    place.create("Cafe%CC%81").await.expect(200);
    place.create("Caf%C3%A9").await.expect(409);
    place.create("CAF%C3%89").await.expect(200);
    place.create("a").await.expect(200);
    assert_eq!(place.create("a%2Fb").await.expect(200).json()["Name"], "a/b", "an escaped slash separates too");
}

#[tokio::test]
async fn bad_names_and_places_are_refused_and_nothing_changes() {
    let place = Place::new().await;
    place.create("a").await.expect(200);
    place.create("a/b").await.expect(200);
    place.report("a", "leaf").await;
    let before = place.list("").await;
    let (long, deep) = ("x".repeat(256), "d/".repeat(64) + "e");
    let creations = [
        ("taken", "a", 409),
        ("a taken name of a report", "a/leaf", 409),
        ("no parent", "x/y", 404),
        ("below a report", "a/leaf/y", 404),
        ("an empty name", "a//b", 400),
        ("a backslash", "a%5Cc", 400),
        ("a control character", "a/c%0Ad", 400),
        ("no UTF-8", "a/%FF", 400),
        ("too long", &long, 400),
        ("too deep", &deep, 400),
    ];
    for (what, path, status) in creations {
        let answer = place.create(path).await;
        assert_eq!(answer.status, status, "{what}: {}", answer.text());
        assert!(answer.json()["reason"].as_str().is_some_and(|reason| reason.len() > 10), "{what}: {}", answer.text());
    }
    let renames = [
        ("into itself", "{'OldName':'a','NewName':'a/b/c'}", 409),
        ("to itself", "{'OldName':'a/b','NewName':'a/b'}", 409),
        ("taken by a report", "{'OldName':'a/b','NewName':'a/leaf'}", 409),
        ("not there", "{'OldName':'x','NewName':'y'}", 404),
        ("a report", "{'OldName':'a/leaf','NewName':'y'}", 404),
        ("a parent that is not there", "{'OldName':'a','NewName':'x/y'}", 404),
        ("the root", "{'OldName':'','NewName':'x'}", 400),
        ("a name that hides the call", "{'OldName':'a','NewName':'Rename'}", 400),
        ("a dot", "{'OldName':'a','NewName':'c/.'}", 400),
        ("two dots", r"{'OldName':'a','NewName':'c\\..\\d'}", 400),
        ("no JSON", "{'OldName':", 400),
        ("nothing", "", 400),
        ("a field too many", "{'OldName':'a','NewName':'c','Force':true}", 400),
    ];
    for (what, body, status) in renames {
        let answer = place.rename(body).await;
        assert_eq!(answer.status, status, "{what}: {}", answer.text());
    }
    for (what, path, status) in [("not there", "x", 404), ("a report", "a/leaf", 404), ("not empty", "a", 409)] {
        assert_eq!(place.delete(path).await.status, status, "{what}");
    }
    assert_eq!(place.list("").await, before);
}

#[tokio::test]
async fn fixed_parts_match_in_any_case_and_names_do_not() {
    let place = Place::new().await;
    for path in ["/rest/Reports/List", "/Rest/Reports/List", "//rest/reports/list"] {
        place.send("GET", path).await.expect(200);
    }
    place.send("POST", "/Rest/Folders/Mixed").await.expect(200);
    assert_eq!(names(&place.list("").await), "Mixed()");
    place.delete("mixed").await.expect(404);
    for (sent, meant) in [
        ("/REST/reports/LIST", "/rest/reports/list"),
        ("/rest//reports//list", "/rest/reports/list"),
        ("/rEST/FOLDERS/Caf%C3%A9%2050%25", "/rest/folders/Caf%C3%A9%2050%25"),
        ("/rest/folders/RENAME", "/rest/folders/rename"),
    ] {
        let method = if sent.contains("eports") { "GET" } else { "POST" };
        let moved = place.send(method, sent).await.expect(308);
        assert_eq!(moved.header("location"), format!("{meant}?sid={}", place.sid), "{sent}");
    }
    for path in ["/rest/Folders/rename", "/Rest/Folders/Rename", "/Rest/Folders/rename"] {
        let (from, to) = if path == "/Rest/Folders/Rename" { ("Other", "Mixed") } else { ("Mixed", "Other") };
        let request = place.api.request("POST", &format!("{path}?sid={}", place.sid));
        read(request.body(json!({"OldName": from, "NewName": to}).to_string())).await.expect(200);
    }
    assert!(place.send("GET", "/rest/nothing").await.expect(404).json()["reason"].is_string());
}

#[tokio::test]
async fn a_session_serves_the_token_that_made_it_until_it_is_ended() {
    let (place, other) = (Place::new().await, Api::with_role("admin", &[]).await);
    let session = format!("/rest/sessions/{}", place.sid);
    let read_back = place.api.get(&session).await.expect(200).json();
    assert_eq!(read_back["Id"], place.sid);
    assert!(read_back["AppUrl"].as_str().unwrap().ends_with(&session));
    for (what, api, sid) in [
        ("another token", &other, place.sid.as_str()),
        ("an unknown session", &place.api, "00000000-0000-4000-8000-000000000000"),
        ("no session", &place.api, ""),
        ("nonsense", &place.api, "nonsense"),
    ] {
        let refused = api.get(&format!("/rest/reports/list?sid={sid}")).await;
        assert_eq!(refused.status, 401, "{what}");
        assert!(refused.json()["reason"].as_str().unwrap().contains("session"), "{what}: {}", refused.text());
    }
    let elsewhere = unique("tree");
    place.api.put(&format!("/api/v1/workspaces/{elsewhere}"), &json!({"name": "Other"})).await.expect(201);
    place.create("here").await.expect(200);
    let patch = |body: Value| read(place.api.request("PATCH", &session).json(&body));
    patch(json!({"Config": elsewhere})).await.expect(204);
    assert_eq!(names(&place.list("").await), "");
    patch(json!({"Config": "no-such-workspace"})).await.expect(404);
    patch(json!({"Page": "Home"})).await.expect(204);
    place.api.delete(&session).await.expect(204);
    place.api.get(&session).await.expect(401);
    place.send("GET", "/rest/reports/list").await.expect(401);
}

#[tokio::test]
async fn a_report_moves_with_its_ids_and_its_link() {
    let place = Place::new().await;
    for path in ["a", "a/b", "c"] {
        place.create(path).await.expect(200);
    }
    let report = place.report("a", "Sales").await;
    let before = place.api.get(&format!("/api/reports/{report}")).await.expect(200).json();
    let link = place.api.publish_and_wait(&report).await["url"].as_str().unwrap().to_owned();
    let change = |body: Value| {
        let (api, path) = (place.api.clone(), format!("/api/reports/{report}"));
        async move { api.put(&path, &body).await }
    };
    for (what, body, listed) in [
        ("deeper", json!({"folder": "a/b"}), "a(b(Sales)) c()"),
        ("higher, under another name", json!({"folder": "/", "name": "Turnover"}), "a(b()) c() Turnover"),
        ("where it is", json!({"folder": ""}), "a(b()) c() Turnover"),
        ("elsewhere", json!({"folder": "c"}), "a(b()) c(Turnover)"),
        ("up from a folder to another", json!({"folder": "a"}), "a(b() Turnover) c()"),
        ("another name in the same folder", json!({"folder": "a", "name": "b2"}), "a(b() b2) c()"),
    ] {
        change(body).await.expect(200);
        assert_eq!(names(&place.list("").await), listed, "{what}");
    }
    change(json!({"name": "b"})).await.expect(409);
    change(json!({"folder": "x"})).await.expect(404);
    change(json!({"folder": "a//b"})).await.expect(400);
    let after = place.api.get(&format!("/api/reports/{report}")).await.expect(200).json();
    assert_eq!(
        (&after["id"], &after["number"], &after["naturalId"]),
        (&before["id"], &before["number"], &before["naturalId"])
    );
    Api::anonymous().get(&link).await.expect(200);
    place.delete("a").await.expect(409);
    place.delete("c").await.expect(200);
    place.api.delete(&format!("/api/reports/{report}")).await.expect(204);
    place.delete("a/b").await.expect(200);
    place.delete("a").await.expect(200);
}

#[tokio::test]
async fn a_hidden_folder_is_not_there_and_a_read_only_one_cannot_be_changed() {
    let place = Place::new().await;
    for path in ["open", "fixed", "fixed/draft", "secret", "secret/inner"] {
        place.create(path).await.expect(200);
    }
    let (fixed, secret) = (place.report("fixed", "f").await, place.report("secret/inner", "s").await);
    let designer = place.as_role("designer").await;
    place.rule("fixed", "designer", "read").await;
    place.rule("fixed/draft", "designer", "write").await;
    place.rule("secret", "designer", "none").await;
    let list = designer.list("").await;
    assert_eq!(names(&list), "fixed(draft() f) open()");
    assert_eq!((&list["entity"][0]["readonly_flag"], &list["entity"][0]["user"]), (&json!(true), &json!("Designer")));
    assert_eq!(list["entity"][0]["entity"][0]["readonly_flag"], false, "open again further down");
    designer.create("fixed/new").await.expect(403);
    designer.create("fixed/draft/new").await.expect(200);
    designer.delete("fixed/draft").await.expect(403);
    designer.rename("{'OldName':'open','NewName':'fixed/open'}").await.expect(403);
    designer.rename("{'OldName':'open','NewName':'secret/open'}").await.expect(404);
    designer.create("secret/new").await.expect(404);
    designer.send("GET", "/rest/reports/list?folder=secret").await.expect(404);
    designer.send("GET", "/rest/reports/list?folder=secret&depth=1").await.expect(404);
    let path = |report: &str| format!("/api/reports/{report}");
    designer.api.get(&path(&fixed)).await.expect(200);
    designer.api.put(&path(&fixed), &json!({"note": "n"})).await.expect(403);
    designer.api.delete(&path(&fixed)).await.expect(403);
    designer.api.get(&path(&secret)).await.expect(404);
    designer.api.publish(&secret).await.expect(404);
    designer.api.put(&path(&secret), &json!({"note": "n"})).await.expect(404);
    let found = designer.api.get("/api/reports?limit=1000").await.expect(200).json();
    assert_eq!(found["total"], 1, "{found}");
    let mut body = samples::body(&unique("leaf"), "text");
    body["workspace"] = json!(place.workspace);
    body["folder"] = json!("fixed");
    designer.api.post("/api/reports", &body).await.expect(403);
    let viewer = place.as_role("viewer").await;
    assert_eq!(names(&viewer.list("").await), "fixed(draft(new()) f) open() secret(inner(s))");
    assert_eq!(names(&place.list("").await), "fixed(draft(new()) f) open() secret(inner(s))", "an admin sees all");
    place.rule("/", "viewer", "none").await;
    assert_eq!(names(&viewer.list("").await), "");
    viewer.api.get(&path(&fixed)).await.expect(404);
    for (what, rule, status) in [
        ("admins", json!({"path": "open", "role": "admin", "access": "none"}), 400),
        ("no folder", json!({"path": "x", "role": "viewer", "access": "none"}), 404),
        ("no such access", json!({"path": "open", "role": "viewer", "access": "some"}), 400),
    ] {
        let mut rule = rule;
        rule["workspace"] = json!(place.workspace);
        assert_eq!(place.api.put("/api/folders/access", &rule).await.status, status, "{what}");
    }
}

#[tokio::test]
async fn a_list_is_cut_compressed_and_known_again() {
    let place = Place::new().await;
    for path in ["a", "a/b", "a/b/c", "d"] {
        place.create(path).await.expect(200);
    }
    for number in 0..30 {
        place.create(&format!("d/n{number:02}")).await.expect(200);
    }
    assert_eq!(names(&place.list("folder=a").await), "b(c())");
    assert_eq!(names(&place.list("depth=1").await), "a(…) d(…)");
    assert_eq!(names(&place.list("folder=a&depth=1").await), "b(…)");
    assert_eq!(names(&place.list("folder=a&depth=2").await), "b(c(…))");
    assert_eq!(names(&place.list("folder=a%2Fb&depth=5").await), "c()");
    for query in ["depth=0", "depth=65", "depth=x", "folder=a%2F%2Fb"] {
        place.send("GET", &format!("/rest/reports/list?{query}")).await.expect(400);
    }
    place.send("GET", "/rest/reports/list?folder=x").await.expect(404);
    let path = format!("/rest/reports/list?sid={}", place.sid);
    let packed = place.api.request("GET", &path).header("accept-encoding", "gzip");
    let packed = packed.send().await.unwrap();
    let tag = packed.headers()["etag"].to_str().unwrap().to_owned();
    let again = |tag: String| read(place.api.request("GET", &path).header("if-none-match", tag));
    again(tag.clone()).await.expect(304);
    place.delete("d/n00").await.expect(200);
    assert_ne!(again(tag.clone()).await.expect(200).header("etag"), tag);
}

#[tokio::test]
async fn a_report_is_executed_in_every_form() {
    let place = Place::new().await;
    place.create("Asset%20Reports").await.expect(200);
    place.report("Asset Reports", "Sales").await;
    let execute = |form: &'static str, body: &'static str| {
        let request = place.api.request("POST", &format!("/rest/Reports/Execute/{form}?sid={}", place.sid));
        read(request.body(body))
    };
    let sample = r"{'ReportPath':'Asset Reports\\Sales'}";
    let pdf = execute("pdf", sample).await.expect(200).json();
    assert!(pdf["ExecuteData"].as_str().unwrap().starts_with("JVBERi0"), "a PDF in base64");
    assert_eq!((&pdf["ReportPath"], &pdf["ExportType"]), (&json!("Asset Reports/Sales"), &json!("pdf")));
    assert_eq!((&pdf["DataType"], &pdf["IsError"], &pdf["ErrorList"]), (&json!("Data"), &json!(false), &json!(null)));
    let csv = execute("csv", sample).await.expect(200).json();
    assert!(csv["ExecuteData"].as_str().unwrap().contains("North,10"), "{csv}");
    let rows = execute("json", sample).await.expect(200).json();
    let rows: Value = serde_json::from_str(rows["ExecuteData"].as_str().unwrap()).unwrap();
    assert_eq!(rows["rows"].as_array().unwrap().len(), 2, "{rows}");
    let html = execute("html", sample).await.expect(200).json();
    assert!(html["ExecuteData"].as_str().unwrap().contains("data:image/svg+xml;base64,"));
    execute("docx", sample).await.expect(400);
    execute("pdf", "{'ReportPath':'Asset Reports'}").await.expect(404);
    execute("pdf", "{'ReportPath':'x'}").await.expect(404);
    execute("pdf", "{'ReportPath':'x','Sorts':[{}]}").await.expect(400);
}

#[tokio::test]
async fn a_report_that_cannot_be_rendered_is_answered_as_an_error() {
    let place = Place::new().await;
    let mut body = samples::body(&unique("leaf"), "{{ data.missing.deeper }}");
    body["workspace"] = json!(place.workspace);
    body["name"] = json!("Broken");
    samples::create(&place.api, &body).await;
    let request = place.api.request("POST", &format!("/rest/reports/execute/pdf?sid={}", place.sid));
    let failed = read(request.body("{'ReportPath':'Broken'}")).await.expect(200).json();
    assert_eq!((&failed["IsError"], &failed["ExecuteData"]), (&json!(true), &json!(null)));
    assert!(failed["ErrorList"][0].as_str().unwrap().contains("blocks[1]"), "{failed}");
}
