//! The report that previews are about, as the addresses of frames name it, and a public page of the same for comparison.

use super::fresh;
use crate::{
    Outcome,
    publishing::copies::{Demo, sent},
    stack::Stack,
};
use serde_json::json;

const DEMO: &str = "sales-dashboard";

/// The dashboard.
pub struct Place {
    /// The path of its preview.
    pub path: String,
    /// The link of a copy that is published.
    pub link: String,
}

impl Place {
    /// Finds the dashboard, and publishes a copy.
    pub async fn find(stack: &Stack) -> Outcome<Self> {
        let workspaces = sent(stack.request("GET", "/api/v1/workspaces")?).await?;
        let default = workspaces.as_array().into_iter().flatten().find(|workspace| workspace["code"] == "default");
        let workspace = &default.ok_or("the stack has no demo workspace")?["id"];
        let report = sent(stack.request("GET", &format!("/api/reports/team:{DEMO}"))?).await?;
        let path = format!("/ws/{workspace}/reports/{}/preview", report["number"]);
        Ok(Self { path, link: published(stack).await? })
    }
}

/// The link of a copy of the dashboard.
async fn published(stack: &Stack) -> Outcome<String> {
    let workspace = format!("bench-renditions-{}", fresh()?);
    sent(stack.request("PUT", &format!("/api/v1/workspaces/{workspace}"))?.json(&json!({ "name": "Bench" }))).await?;
    let report = Demo::read(DEMO)?.copy(stack, &workspace, &workspace).await?;
    let token = sent(stack.request("POST", &format!("/api/reports/{report}/_cloud-publish"))?).await?;
    Ok(token["url"].as_str().ok_or("a token has no url")?.to_owned())
}
