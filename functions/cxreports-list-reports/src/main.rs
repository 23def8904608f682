//! `GET /api/v1/ws/{ws}/reports` — the reports of a workspace that the caller may see, all or those of a type.

use cxreports::{CxReports, lists::ReportItem, selection::Selection};
use domain::credential::Permission;
use lambda::gate::WorkspaceReports;
use lambda::{Error, Function, Gate, Reply, Request, reply};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let (gate, place) = (&Gate::new(&function.aws)?, &WorkspaceReports::new(&function.aws)?);
    function.serve::<CxReports, _, _>(|request| list(gate, place, request)).await
}

async fn list(gate: &Gate, place: &WorkspaceReports, request: Request) -> Reply {
    let (caller, workspace) = gate.workspace(&place.workspaces, &request, Permission::ReportRead).await?;
    let [kind, offset, limit] = ["type", "offset", "limit"].map(|name| request.query(name));
    let selection = Selection::parse(kind.as_deref(), offset.as_deref(), limit.as_deref())?;
    let types = place.presets.list(&workspace.code).await?;
    let reports = selection.of(place.reports.list(&workspace.code, caller.role).await?, &types)?;
    let (themes, templates) = (place.presets.list(&workspace.code).await?, place.presets.list(&workspace.code).await?);
    let items = reports.iter().map(|report| ReportItem::new(report, &types, &themes, &templates));
    reply::json(200, &items.collect::<Vec<_>>())
}
