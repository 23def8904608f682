//! The reports that are mailed, in a workspace of their own.

use super::noise;
use crate::{
    Outcome,
    publishing::copies::{Demo, sent},
    renditions::fresh,
    stack::Stack,
};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The sides of the two pictures of the large report, in pixels of one byte each: a PDF of 6.6 MB makes a mail of 9 MB.
const SIDE: usize = 1815;
const PICTURES: u64 = 2;

/// A report that is mailed.
pub struct Mailed {
    pub name: &'static str,
    /// Its natural id.
    pub id: String,
    pub workspace: String,
}

/// All of them.
pub struct Reports {
    /// One page.
    pub dashboard: Mailed,
    /// 2,000 rows.
    pub register: Mailed,
    /// The same, with the rows as CSV.
    pub register_with_csv: Mailed,
    /// Nearly as large as a mail may be.
    pub large: Mailed,
}

impl Reports {
    /// Makes them.
    pub async fn make(stack: &Stack) -> Outcome<Self> {
        let workspace = format!("bench-mail-{}", fresh()?);
        let path = format!("/api/v1/workspaces/{workspace}");
        sent(stack.request("PUT", &path)?.json(&json!({ "name": "Bench" }))).await?;
        let mut with_csv = Demo::read("transaction-register")?;
        with_csv.report["formats"] = json!(["pdf", "csv"]);
        Ok(Self {
            dashboard: Mailed::make(stack, &workspace, "dashboard", &Demo::read("sales-dashboard")?).await?,
            register: Mailed::make(stack, &workspace, "register", &Demo::read("transaction-register")?).await?,
            register_with_csv: Mailed::make(stack, &workspace, "register with CSV", &with_csv).await?,
            large: Mailed::make(stack, &workspace, "large", &large()).await?,
        })
    }
}

impl Mailed {
    async fn make(stack: &Stack, workspace: &str, name: &'static str, demo: &Demo) -> Outcome<Self> {
        let slug = format!("{workspace}-{}", name.replace(' ', "-").to_lowercase());
        Ok(Self { name, id: demo.copy(stack, workspace, &slug).await?, workspace: workspace.to_owned() })
    }
}

/// A page of words, which is the one that is shown in the mail, and the pictures behind it.
fn large() -> Demo {
    let assets: BTreeMap<_, _> = (1..=PICTURES).map(|n| (format!("{n}.png"), noise::png(SIDE, n))).collect();
    let words = [
        json!({ "kind": "heading", "text": "Pictures" }),
        json!({ "kind": "text", "markdown": "They are on the pages behind this one." }),
    ];
    let shown = assets.keys().map(|name| json!({ "kind": "image", "asset": name, "alt": "Noise" }));
    let pages = shown.flat_map(|picture| [json!({ "kind": "pagebreak" }), picture]);
    let blocks: Vec<Value> = words.into_iter().chain(pages).collect();
    let report = json!({ "owner": "team", "definition": { "title": "Pictures", "blocks": blocks } });
    Demo { name: "large", report, assets }
}
