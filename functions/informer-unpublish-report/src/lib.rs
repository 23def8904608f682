//! `POST /api/reports/{id}/_cloud-unpublish` — take a report from the public. Its link is dead from the moment of the answer.

use domain::credential::Permission;
use informer::Informer;
use lambda::gate::PublishedReports;
use lambda::{Error, Function, Reply, Request, reply};

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let published = &PublishedReports::new(&function.aws)?;
    function.serve(Informer, |request| unpublish(published, request)).await
}

async fn unpublish(PublishedReports { gate, reports, publications }: &PublishedReports, request: Request) -> Reply {
    let (_, found) = gate.report(reports, &request, Permission::ReportCloudPublish).await?;
    publications.unpublish(&found).await?;
    reply::nothing()
}
