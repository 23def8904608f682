//! `PUT /api/v1/ws/{ws}/report-types/{code}` — make a report type of a workspace, or replace it: its name, and its default report,
//! which its code stands for where a report is named.

use cxreports::{CxReports, lists::ReportTypeItem, presets::ReportTypeFields};
use domain::{credential::Permission, preset::ReportType, report::Listed};
use lambda::gate::WorkspaceReports;
use lambda::{Error, Function, Gate, Reply, Request, reply};

mod default_report;

const MAX_BODY: usize = 64 * 1024;

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let (gate, place) = (&Gate::new(&function.aws)?, &WorkspaceReports::new(&function.aws)?);
    function.serve(CxReports, |request| put(gate, place, request)).await
}

async fn put(gate: &Gate, place: &WorkspaceReports, request: Request) -> Reply {
    let (caller, workspace) = gate.workspace(&place.workspaces, &request, Permission::ReportWrite).await?;
    let code = request.parameter("code")?;
    let (name, details, default) = request.json::<ReportTypeFields>(MAX_BODY)?.check(&code)?;
    let default = match default {
        Some(name) => Some(default_report::named(gate, place, &caller, &workspace, &name).await?),
        None => None,
    };
    let details = ReportType { default_report: default.as_ref().map(|found| found.report.uid), ..details };
    let (preset, new) = place.presets.put(&workspace.code, &code, name, details).await?;
    let default = default.map(|found| Listed::from(&found.report));
    let item = ReportTypeItem::new(&preset, default.as_ref());
    reply::json(if new { 201 } else { 200 }, &item)
}
