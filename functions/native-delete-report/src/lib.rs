//! `DELETE /api/reports/{id}` — remove a report. Its publications end at once; its name is free again.

use domain::credential::Permission;
use informer::Informer;
use lambda::{
    Error, Function, Gate, Reply, Request, reply,
    store::{PublicReports, Reports},
};

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let (gate, reports) = (&Gate::new(&function.aws)?, &Reports::new(&function.aws)?);
    let publications = &PublicReports::new(&function.aws)?;
    function.serve::<Informer, _, _>(|request| delete(gate, reports, publications, request)).await
}

async fn delete(gate: &Gate, reports: &Reports, publications: &PublicReports, request: Request) -> Reply {
    let (_, found) = gate.report(reports, &request, Permission::ReportWrite).await?;
    publications.delete_report(reports, &found).await?;
    reply::nothing()
}
