//! `GET /api/v1/ws/{ws}/themes` — the themes in which reports of a workspace can be rendered.

use cxreports::{CxReports, lists::PresetItem};
use domain::{credential::Permission, theme::Theme};
use lambda::gate::WorkspacePresets;
use lambda::{Error, Function, Reply, Request, reply};

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let presets = &WorkspacePresets::new(&function.aws)?;
    function.serve(CxReports, |request| list(presets, request)).await
}

async fn list(presets: &WorkspacePresets, request: Request) -> Reply {
    let themes = presets.list::<Theme>(&request, Permission::ReportRead).await?;
    reply::json(200, &themes.iter().map(PresetItem::from).collect::<Vec<_>>())
}
