//! `GET /api/reports/{id}` — the full record of a report, with the definition and data of its newest version.

use domain::credential::Permission;
use informer::{Informer, ReportRecord};
use lambda::{
    Error, Function, Gate, Reply, Request, reply,
    store::{Reports, ambient},
};

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let (gate, reports) = (&Gate::new(&function.aws)?, &Reports::new(&function.aws)?);
    function.serve(Informer, |request| get(gate, reports, request)).await
}

async fn get(gate: &Gate, reports: &Reports, request: Request) -> Reply {
    let (caller, found) = gate.report(reports, &request, Permission::ReportRead).await?;
    let source = reports.source(&found).await?;
    let folder = reports.folder(&found.report).await?;
    let record = ReportRecord::new(&found.report, folder, caller.role, found.state.published(ambient::now()).is_some());
    reply::json(200, &record.with_version(found.version, source))
}
