//! `POST /api/tokens` — one more public link to a published report, with a name and an end of its own.

use domain::{Problem, credential::Permission};
use informer::{Informer, NewToken, TokenObject};
use lambda::store::{PublicReports, Reports, ambient, aws::Variable};
use lambda::{Error, Function, Gate, Reply, Request, reply};

const MAX_BODY: usize = 16 * 1024;

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let (gate, reports) = (&Gate::new(&function.aws)?, &Reports::new(&function.aws)?);
    let publications = &PublicReports::new(&function.aws)?;
    let public_url = &Variable::PublicUrl.text_or_empty();
    function.serve::<Informer, _, _>(|request| create(gate, reports, publications, public_url, request)).await
}

async fn create(
    gate: &Gate,
    reports: &Reports,
    publications: &PublicReports,
    public_url: &str,
    request: Request,
) -> Reply {
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
    let token = TokenObject::new(&token, link, &request.public_url(public_url));
    reply::json_with(reply::status(201).header("location", token.address().href), &token)
}
