//! `DELETE /files/documents/{id}/publications` — take a document from the public. Its links are dead from the moment of the answer.

use domain::credential::Permission;
use huddle::Huddle;
use lambda::gate::PublishedReports;
use lambda::{Error, Function, Reply, Request, reply};

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let published = &PublishedReports::new(&function.aws)?;
    function.serve(Huddle, |request| unpublish(published, request)).await
}

async fn unpublish(PublishedReports { gate, reports, publications }: &PublishedReports, request: Request) -> Reply {
    let (caller, found) = gate.document(reports, &request, Permission::ReportCloudPublish).await?;
    publications.unpublish(&found).await?;
    let may_publish = caller.role.holds(Permission::ReportCloudPublish);
    let links = huddle::unpublished(request.public_url(), found.report.number, may_publish);
    reply::body(reply::status(202).header("link", links).header("cache-control", "no-store"), "")
}
