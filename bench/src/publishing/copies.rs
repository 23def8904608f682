//! Copies of the demo reports: reports of their own, since two publications of one version of one report would be the same.

use super::{COPIES, DEMOS};
use crate::{Outcome, project, stack::Stack};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    fs,
    time::{SystemTime, UNIX_EPOCH},
};

/// A demo report as it is in `local/demo`.
pub struct Demo {
    pub name: &'static str,
    pub report: Value,
    pub assets: BTreeMap<String, Vec<u8>>,
}

/// A demo and the natural ids of its copies.
pub struct Copied {
    pub demo: Demo,
    pub ids: Vec<String>,
}

/// The copies of all demos.
pub struct Copies(pub Vec<Copied>);

impl Copies {
    /// Makes them in a workspace of their own.
    pub async fn make(stack: &Stack) -> Outcome<Self> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis();
        let workspace = format!("bench-publishing-{now:x}");
        let path = format!("/api/v1/workspaces/{workspace}");
        sent(stack.request("PUT", &path)?.json(&json!({ "name": "Bench" }))).await?;
        let mut made = Vec::new();
        for name in DEMOS {
            let demo = Demo::read(name)?;
            let mut ids = Vec::new();
            for n in 0..COPIES {
                ids.push(demo.copy(stack, &workspace, &format!("{name}-{now:x}-{n}")).await?);
            }
            made.push(Copied { demo, ids });
        }
        Ok(Self(made))
    }

    /// All of them, the demos in turns.
    pub fn in_turns(&self) -> Vec<String> {
        (0..COPIES).flat_map(|n| self.0.iter().map(move |copied| copied.ids[n].clone())).collect()
    }
}

impl Demo {
    /// A file, or a folder with `report.json`, `template.typ` and assets.
    pub fn read(name: &'static str) -> Outcome<Self> {
        let folder = project::root().join("local/demo").join(name);
        if !folder.is_dir() {
            let report = project::json(&format!("local/demo/{name}.json"))?;
            return Ok(Self { name, report, assets: BTreeMap::new() });
        }
        let mut report = project::json(&format!("local/demo/{name}/report.json"))?;
        report["definition"]["typst"] = fs::read_to_string(folder.join("template.typ"))?.into();
        let mut assets = BTreeMap::new();
        for file in fs::read_dir(folder.join("assets"))? {
            let file = file?;
            assets.insert(file.file_name().to_string_lossy().into_owned(), fs::read(file.path())?);
        }
        Ok(Self { name, report, assets })
    }

    /// Makes a copy; answers its natural id.
    pub async fn copy(&self, stack: &Stack, workspace: &str, slug: &str) -> Outcome<String> {
        let mut report = self.report.clone();
        for (field, value) in [("slug", slug), ("name", slug), ("workspace", workspace)] {
            report[field] = value.into();
        }
        report.as_object_mut().ok_or("a demo is no object")?.remove("folder");
        let made = sent(stack.request("POST", "/api/reports")?.json(&report)).await?;
        let id = made["naturalId"].as_str().ok_or("a report has no naturalId")?.to_owned();
        for (asset, bytes) in &self.assets {
            let put = stack.request("PUT", &format!("/api/reports/{id}/assets/{asset}"))?;
            let kind = if asset.ends_with(".svg") { "image/svg+xml" } else { "application/octet-stream" };
            sent(put.header("content-type", kind).body(bytes.clone())).await?;
        }
        Ok(id)
    }
}

/// The JSON of an answer that is a success.
pub async fn sent(request: reqwest::RequestBuilder) -> Outcome<Value> {
    let answer = request.send().await?;
    let (status, path) = (answer.status(), answer.url().path().to_owned());
    let body = answer.bytes().await?;
    match status.is_success() {
        true => Ok(serde_json::from_slice(&body).unwrap_or_default()),
        false => Err(format!("{path} answers {status}: {}", String::from_utf8_lossy(&body)).into()),
    }
}
