//! `GET /api/tokens/{id}` — the token object of a public link, by the link's id.

use domain::{Problem, credential::Permission};
use informer::{Informer, TokenObject};
use lambda::gate::PublishedReports;
use lambda::{Error, Function, Reply, Request, reply};

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let published = &PublishedReports::new(&function.aws)?;
    function.serve(Informer, |request| get(published, request)).await
}

async fn get(PublishedReports { gate, reports, publications }: &PublishedReports, request: Request) -> Reply {
    // The object holds the token itself, so only those who could have published may read it.
    let caller = gate.caller(&request, Permission::ReportCloudPublish).await?;
    let nothing = || Problem::NotFound("There is no link with this id.".into());
    let id = request.parameter("id")?.parse().map_err(|_| nothing())?;
    let (token, link) = publications.link(id).await?;
    gate.known(reports, &caller, link.publication.report).await?.ok_or_else(nothing)?;
    reply::json(200, &TokenObject::new(&token, link, request.public_url()))
}
