//! `GET /api/v1/ws/{ws}/reports` — the reports of a workspace that the caller may see, all or those of a type.

use cxreports::{CxReports, lists::ReportItem, selection::Selection};
use domain::credential::Permission;
use lambda::gate::WorkspaceReports;
use lambda::{Error, Function, Gate, Reply, Request, reply, store::Viewer};

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let (gate, place) = (&Gate::new(&function.aws)?, &WorkspaceReports::new(&function.aws)?);
    function.serve(CxReports, |request| list(gate, place, request)).await
}

async fn list(gate: &Gate, place: &WorkspaceReports, request: Request) -> Reply {
    let (caller, workspace, restricted) = gate.workspace_viewer(place, &request, Permission::ReportRead).await?;
    let selection = Selection::parse(|name| request.query(name))?;
    let types = place.presets.list(&workspace.code).await?;
    let viewer = Viewer { role: caller.role, restricted: &restricted };
    let (asked, code) = (selection.asked(&types)?, [workspace.code.as_str()]);
    let page = place.reports.page(&code, viewer, &asked);
    let (themes, templates) = (place.presets.list(&workspace.code), place.presets.list(&workspace.code));
    let (page, themes, templates) = tokio::try_join!(page, themes, templates)?;
    let items = page.reports.iter().map(|report| ReportItem::new(report, &types, &themes, &templates));
    let path = format!("/api/v1/ws/{}/reports", workspace.code);
    let next = page.next.map(|cursor| selection.next(&path, &cursor));
    reply::json_page(next.as_deref(), &items.collect::<Vec<_>>())
}
