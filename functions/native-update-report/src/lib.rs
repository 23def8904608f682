//! `PUT /api/reports/{id}` — make a new version, in another folder or under another name or slug if asked. Publications that are under way keep the version that they pinned.

use domain::{
    Outcome, Problem,
    credential::{Caller, Permission},
    report::ReportChange,
};
use informer::{Informer, ReportRecord};
use lambda::{
    Error, Function, Gate, Reply, Request, reply,
    store::{OpenReport, Reports, ambient},
};
use serde_json::Value;

/// Lambda takes no larger event.
const MAX_BODY: usize = 6 * 1024 * 1024;

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let (gate, reports) = (&Gate::new(&function.aws)?, &Reports::new(&function.aws)?);
    function.serve(Informer, |request| update(gate, reports, request)).await
}

/// The report as `GET` answers it, without what can be changed.
fn present(found: &OpenReport, caller: &Caller) -> Outcome<Value> {
    let published = found.state.published(ambient::now()).is_some();
    let record = ReportRecord::new(&found.report, String::new(), caller.role, published);
    serde_json::to_value(record.with_assets(&found.version.assets)).map_err(Problem::internal)
}

async fn update(gate: &Gate, reports: &Reports, request: Request) -> Reply {
    let (caller, found) = gate.report(reports, &request, Permission::ReportWrite).await?;
    let change = request.json::<ReportChange>(MAX_BODY)?;
    change.check_read_only(&present(&found, &caller)?)?;
    let report = reports.update(&found, change, &caller).await?;
    let folder = reports.folder(&report).await?;
    reply::json(200, &ReportRecord::new(&report, folder, caller.role, found.state.published(ambient::now()).is_some()))
}
