//! `GET /api/v1/ws/{ws}/report-types` — the report types of a workspace, with the default report of each that the caller may see.

use cxreports::{CxReports, lists::ReportTypeItem};
use domain::{
    credential::Permission,
    preset::{Preset, ReportType},
    report::Listed,
};
use lambda::gate::WorkspaceReports;
use lambda::{Error, Function, Gate, Reply, Request, reply, store::Viewer};
use std::collections::BTreeSet;

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let (gate, place) = (&Gate::new(&function.aws)?, &WorkspaceReports::new(&function.aws)?);
    function.serve(CxReports, |request| list(gate, place, request)).await
}

async fn list(gate: &Gate, place: &WorkspaceReports, request: Request) -> Reply {
    let (caller, workspace, restricted) = gate.workspace_viewer(place, &request, Permission::ReportRead).await?;
    let types: Vec<Preset<ReportType>> = place.presets.list(&workspace.code).await?;
    let viewer = Viewer { role: caller.role, restricted: &restricted };
    let uids: BTreeSet<_> = types.iter().filter_map(|kind| kind.details.default_report).collect();
    let reports = place.reports.known(&workspace.code, viewer, &uids.into_iter().collect::<Vec<_>>()).await?;
    let default = |kind: &Preset<ReportType>| -> Option<&Listed> {
        reports.iter().find(|report| Some(report.uid) == kind.details.default_report)
    };
    let items: Vec<_> = types.iter().map(|kind| ReportTypeItem::new(kind, default(kind))).collect();
    reply::json(200, &items)
}
