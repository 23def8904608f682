//! `GET /api/reports/{id}/tokens` — the public links of a report.

use domain::credential::Permission;
use informer::{Informer, TokenList, TokenObject};
use lambda::gate::PublishedReports;
use lambda::store::ambient;
use lambda::{Error, Function, Reply, Request, reply};

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let published = &PublishedReports::new(&function.aws)?;
    function.serve(Informer, |request| list(published, request)).await
}

async fn list(PublishedReports { gate, reports, publications }: &PublishedReports, request: Request) -> Reply {
    let (_, found) = gate.report(reports, &request, Permission::ReportCloudPublish).await?;
    let (links, url) = (publications.links_of(&found).await?, request.public_url());
    let tokens = links.into_iter().map(|(token, link)| TokenObject::new(&token, link, url)).collect();
    reply::json(200, &TokenList::new(tokens, ambient::now()))
}
