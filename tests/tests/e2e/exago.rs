//! The folder and report tree, as Exago's clients use it.

mod access;
mod execution;
mod extremes;
mod folders;
mod listing;
mod reports;
mod sessions;

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
