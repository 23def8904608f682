//! `POST /api/reports` — make a report: definition, data, and a place in the tree.

use domain::{credential::Permission, report::NewReport};
use informer::{Informer, ReportRecord};
use lambda::{Error, Function, Gate, Reply, Request, reply, store::Reports};

/// Lambda takes no larger event.
const MAX_BODY: usize = 6 * 1024 * 1024;

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let (gate, reports) = (&Gate::new(&function.aws)?, &Reports::new(&function.aws)?);
    function.serve(Informer, |request| create(gate, reports, request)).await
}

async fn create(gate: &Gate, reports: &Reports, request: Request) -> Reply {
    let caller = gate.caller(&request, Permission::ReportWrite).await?;
    let draft = request.json::<NewReport>(MAX_BODY)?.check(&caller)?;
    let report = reports.create(draft, &caller).await?;
    let created = reply::status(201).header("location", format!("/api/reports/{}", report.uid));
    let folder = reports.folder(&report).await?;
    reply::json_with(created, &ReportRecord::new(&report, folder, caller.role, false))
}
