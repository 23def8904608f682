//! `GET /api/reports/{id}/versions` — the versions of a report, newest first: who made it, when, and the note.

use domain::credential::Permission;
use informer::{Informer, VersionList};
use lambda::{Error, Function, Gate, Reply, Request, reply, store::Reports};

/// No version has a greater number.
const LAST: u64 = 9_999_999_999;

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let (gate, reports) = (&Gate::new(&function.aws)?, &Reports::new(&function.aws)?);
    function.serve(Informer, |request| list(gate, reports, request)).await
}

async fn list(gate: &Gate, reports: &Reports, request: Request) -> Reply {
    let (_, found) = gate.report(reports, &request, Permission::ReportRead).await?;
    let limit = request.query_number("limit", 100, 1..=1_000)?;
    let before = match request.query("before") {
        Some(_) => Some(request.query_number("before", 1, 1..=LAST)?),
        None => None,
    };
    let versions = reports.versions(found.report.uid, before, limit as usize).await?;
    reply::json(200, &VersionList::new(&found.report, versions, limit))
}
