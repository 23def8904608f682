//! `GET /api/v1/ws/{ws}/report-types` — the report types of a workspace, with the default report of each that the caller may see.

use cxreports::{CxReports, lists::ReportTypeItem};
use domain::{
    credential::Permission,
    preset::{Preset, ReportType},
    report::Report,
};
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
    let types: Vec<Preset<ReportType>> = place.presets.list(&workspace.code).await?;
    let reports = place.reports.list(&workspace.code, caller.role).await?;
    let default = |kind: &Preset<ReportType>| -> Option<&Report> {
        reports.iter().find(|report| Some(report.uid) == kind.details.default_report)
    };
    let items: Vec<_> = types.iter().map(|kind| ReportTypeItem::new(kind, default(kind))).collect();
    reply::json(200, &items)
}
