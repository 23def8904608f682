//! `GET /api/reports/{id}/versions/{version}` — a version of a report, with its definition and data.

use domain::credential::Permission;
use informer::{Informer, VersionRecord};
use lambda::{Error, Function, Gate, Reply, Request, reply, store::Reports};

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let (gate, reports) = (&Gate::new(&function.aws)?, &Reports::new(&function.aws)?);
    function.serve(Informer, |request| get(gate, reports, request)).await
}

async fn get(gate: &Gate, reports: &Reports, request: Request) -> Reply {
    let (_, found) = gate.report(reports, &request, Permission::ReportRead).await?;
    let version = request.number("version")?;
    let (version, source) = reports.version_with_source(&found, version).await?;
    reply::json(200, &VersionRecord::new(&found.report, version).with_source(source))
}
