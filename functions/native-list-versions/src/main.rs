//! `GET /api/reports/{id}/versions` — every version of a report, newest first: who made it, when, and the note.

use domain::credential::Permission;
use informer::{Informer, VersionList};
use lambda::{Error, Function, Gate, Reply, Request, reply, store::Reports};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let (gate, reports) = (&Gate::new(&function.aws)?, &Reports::new(&function.aws)?);
    function.serve::<Informer, _, _>(|request| list(gate, reports, request)).await
}

async fn list(gate: &Gate, reports: &Reports, request: Request) -> Reply {
    let (_, found) = gate.report(reports, &request, Permission::ReportRead).await?;
    let versions = reports.versions(found.report.uid).await?;
    reply::json(200, &VersionList::new(&found.report, versions))
}
