//! `GET /api/v1/ws/{ws}/exports/{id}/status` — how far an export has come.

use cxreports::{CxReports, exports::ExportStatus};
use domain::credential::Permission;
use lambda::gate::WorkspaceReports;
use lambda::store::Exports;
use lambda::{Error, Function, Gate, Reply, Request, reply};

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let (gate, place) = (&Gate::new(&function.aws)?, &WorkspaceReports::new(&function.aws)?);
    let exports = &Exports::new(&function.aws)?;
    function.serve(CxReports, |request| get(gate, place, exports, request)).await
}

async fn get(gate: &Gate, place: &WorkspaceReports, exports: &Exports, request: Request) -> Reply {
    let export = gate.export(place, exports, &request, Permission::ReportRead).await?;
    reply::json(200, &ExportStatus::from(&export))
}
