//! `POST /api/tokens` — one more public link to a published report, with a name and an end of its own.

use domain::{Problem, credential::Permission};
use informer::{Informer, NewToken, TokenObject};
use lambda::gate::PublishedReports;
use lambda::store::ambient;
use lambda::{Error, Function, Reply, Request, reply};

const MAX_BODY: usize = 16 * 1024;

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let published = &PublishedReports::new(&function.aws)?;
    function.serve(Informer, |request| create(published, request)).await
}

async fn create(PublishedReports { gate, reports, publications }: &PublishedReports, request: Request) -> Reply {
    let caller = gate.caller(&request, Permission::ReportCloudPublish).await?;
    let body: NewToken = request.json(MAX_BODY)?;
    let report = body.report()?;
    let found = match reports.leads(&report).await?.within(&report, |workspace| caller.reaches(workspace))? {
        Some(uid) => gate.known(reports, &caller, uid).await?,
        None => None,
    };
    let found = found.filter(|found| found.report.deleted_at.is_none());
    let found = found.ok_or_else(|| Problem::no_report(&report))?;
    let (name, expires_at) = body.check(ambient::now())?;
    let (token, link) = publications.open_link(&found, name, expires_at).await?;
    let token = TokenObject::new(&token, link, request.public_url());
    reply::json_with(reply::status(201).header("location", token.address().href), &token)
}
