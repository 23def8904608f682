//! `DELETE /api/tokens/{id}` — end a public link; it is dead from the moment of the answer. Without its last link a report is not
//! published any more.

use domain::{Problem, credential::Permission};
use informer::Informer;
use lambda::gate::PublishedReports;
use lambda::{Error, Function, Reply, Request, reply};

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let published = &PublishedReports::new(&function.aws)?;
    function.serve(Informer, |request| delete(published, request)).await
}

async fn delete(PublishedReports { gate, reports, publications }: &PublishedReports, request: Request) -> Reply {
    let caller = gate.caller(&request, Permission::ReportCloudPublish).await?;
    let nothing = || Problem::NotFound("There is no link with this id.".into());
    let id = request.parameter("id")?.parse().map_err(|_| nothing())?;
    let (_, link) = publications.link(id).await?;
    let found = gate.known(reports, &caller, link.publication.report).await?.ok_or_else(nothing)?;
    publications.end_link(&found, id).await?;
    reply::nothing()
}
