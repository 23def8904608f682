//! `DELETE /api/reports/{id}` — remove a report. Its publications end at once; its name is free again.

use domain::credential::Permission;
use informer::Informer;
use lambda::gate::PublishedReports;
use lambda::{Error, Function, Reply, Request, reply};

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let published = &PublishedReports::new(&function.aws)?;
    function.serve(Informer, |request| delete(published, request)).await
}

async fn delete(PublishedReports { gate, reports, publications }: &PublishedReports, request: Request) -> Reply {
    let (_, found) = gate.report(reports, &request, Permission::ReportWrite).await?;
    publications.delete_report(reports, &found).await?;
    reply::nothing()
}
