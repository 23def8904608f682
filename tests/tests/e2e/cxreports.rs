//! The CxReports dialect from outside: lists, renditions, exports, temporary data, fonts, previews; and software that others wrote.

mod acceptance;
mod exports;
mod fonts;
mod lists;
mod parts;
mod previews;
mod renditions;
mod sources;
mod stopped;
mod temporary;
mod warnings;

use imprint_tests::{api::Api, unique};
use serde_json::{Value, json};

/// A workspace of a test's own.
pub struct Place {
    pub admin: Api,
    pub code: String,
    pub number: u64,
}

impl Place {
    pub async fn new() -> Self {
        let (admin, code) = (Api::admin(), unique("place"));
        let made = admin.put(&format!("/api/v1/workspaces/{code}"), &json!({"name": "A place"})).await.expect(201);
        let number = made.json()["id"].as_u64().unwrap();
        Self { admin, code, number }
    }

    /// An address in the workspace.
    pub fn at(&self, path: &str) -> String {
        format!("/api/v1/ws/{}/{path}", self.code)
    }

    /// A report of which all that renditions can change is to be seen in its CSV or page.
    pub async fn report(&self) -> Value {
        self.report_with(json!({})).await
    }

    /// The same, with these fields besides.
    pub async fn report_with(&self, more: Value) -> Value {
        let slug = unique("rendition");
        let mut body = json!({
            "name": format!("Rendition {slug}"), "slug": slug, "owner": "tests", "workspace": self.code,
            "definition": {"title": "Sales {{ params.quarter }}", "params": [
                {"name": "quarter", "default": "Q1"}, {"name": "factor", "type": "number", "default": 1}],
                "blocks": [
                    {"kind": "heading", "text": "First {{ params.quarter }}"},
                    {"kind": "text", "markdown": "At {{ '2026-03-31T23:30:00Z'|fmt('date:%Y-%m-%d %H:%M') }}, sum {{ 1234.5|fmt('number:2') }}"},
                    {"kind": "table", "data": "rows", "columns": [{"field": "region"}, {"field": "amount", "format": "number:2"}]},
                    {"kind": "pagebreak"},
                    {"kind": "heading", "text": "Second"},
                    {"kind": "pagebreak"},
                    {"kind": "text", "markdown": "The third page has no heading."}]},
            "data": {"rows": [{"region": "Own", "amount": 10}]}
        });
        for (key, value) in more.as_object().unwrap() {
            body[key] = value.clone();
        }
        self.admin.post("/api/reports", &body).await.expect(201).json()
    }
}
