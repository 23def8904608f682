//! `GET /api/v1/ws/{ws}/themes` — the themes in which reports of a workspace can be rendered.

use cxreports::{CxReports, lists::PresetItem};
use domain::{credential::Permission, theme::Theme};
use lambda::store::{Presets, Workspaces};
use lambda::{Error, Function, Gate, Reply, Request, reply};

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let (gate, workspaces) = (&Gate::new(&function.aws)?, &Workspaces::new(&function.aws)?);
    let presets = &Presets::new(&function.aws)?;
    function.serve::<CxReports, _, _>(|request| list(gate, workspaces, presets, request)).await
}

async fn list(gate: &Gate, workspaces: &Workspaces, presets: &Presets, request: Request) -> Reply {
    let (_, workspace) = gate.workspace(workspaces, &request, Permission::ReportRead).await?;
    let themes = presets.list::<Theme>(&workspace.code).await?;
    reply::json(200, &themes.iter().map(PresetItem::from).collect::<Vec<_>>())
}
