//! `GET /api/reports/{id}/tokens` — the public links of a report.

use domain::credential::Permission;
use informer::{Informer, TokenList, TokenObject};
use lambda::store::{PublicReports, Reports, ambient, aws::Variable};
use lambda::{Error, Function, Gate, Reply, Request, reply};

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let (gate, reports) = (&Gate::new(&function.aws)?, &Reports::new(&function.aws)?);
    let publications = &PublicReports::new(&function.aws)?;
    let public_url = &Variable::PublicUrl.text_or_empty();
    function.serve::<Informer, _, _>(|request| list(gate, reports, publications, public_url, request)).await
}

async fn list(
    gate: &Gate,
    reports: &Reports,
    publications: &PublicReports,
    public_url: &str,
    request: Request,
) -> Reply {
    let (_, found) = gate.report(reports, &request, Permission::ReportCloudPublish).await?;
    let (links, url) = (publications.links_of(&found).await?, request.public_url(public_url));
    let tokens = links.into_iter().map(|(token, link)| TokenObject::new(&token, link, &url)).collect();
    reply::json(200, &TokenList::new(tokens, ambient::now()))
}
