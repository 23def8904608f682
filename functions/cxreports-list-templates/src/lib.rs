//! `GET /api/v1/ws/{ws}/templates` — the templates by which reports of a workspace can be laid out.

use cxreports::{CxReports, lists::PresetItem};
use domain::{credential::Permission, rendition::Template};
use lambda::gate::WorkspacePresets;
use lambda::{Error, Function, Reply, Request, reply};

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let presets = &WorkspacePresets::new(&function.aws)?;
    function.serve(CxReports, |request| list(presets, request)).await
}

async fn list(presets: &WorkspacePresets, request: Request) -> Reply {
    let templates = presets.list::<Template>(&request, Permission::ReportRead).await?;
    reply::json(200, &templates.iter().map(PresetItem::from).collect::<Vec<_>>())
}
