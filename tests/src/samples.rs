//! Reports to work with.

use crate::{api::Api, unique};
use serde_json::{Value, json};

/// The body that makes a small report with this slug and text.
pub fn body(slug: &str, text: &str) -> Value {
    json!({
        "name": slug, "slug": slug, "owner": "tests", "note": "first",
        "definition": {"title": "A small report", "blocks": [
            {"kind": "heading", "text": "Overview"},
            {"kind": "text", "markdown": text},
            {"kind": "table", "data": "rows", "columns": [{"field": "region"}, {"field": "amount", "format": "number:2"}], "totals": ["amount"]}
        ]},
        "data": {"rows": [{"region": "North", "amount": 10}, {"region": "South", "amount": 20.5}]}
    })
}

/// A small report of its own for a test; its natural id.
pub async fn report(api: &Api, text: &str) -> String {
    create(api, &body(&unique("report"), text)).await
}

/// Makes the report of this body; its natural id.
pub async fn create(api: &Api, body: &Value) -> String {
    let made = api.post("/api/reports", body).await.expect(201).json();
    made["naturalId"].as_str().unwrap().to_owned()
}
