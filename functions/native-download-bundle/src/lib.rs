//! `GET /api/reports/{id}/publications/{number}/bundle` — the whole bundle of a publication as a ZIP: a redirect to an address in
//! the bucket that works for a minute.

use domain::credential::Permission;
use informer::Informer;
use lambda::store::{Publications, Reports, aws::Variable};
use lambda::{Error, Function, Gate, Reply, Request, reply};

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let (gate, reports) = (&Gate::new(&function.aws)?, &Reports::new(&function.aws)?);
    let (publications, past) = (&Publications::new(&function.aws)?, Variable::KeepBundles.number()? as usize);
    function.serve(Informer, |request| download(gate, reports, publications, past, request)).await
}

async fn download(gate: &Gate, reports: &Reports, publications: &Publications, past: usize, request: Request) -> Reply {
    let (_, found) = gate.report(reports, &request, Permission::ReportRead).await?;
    let number = request.number("number")?;
    let address = publications.bundle_address(&found, number, past).await?;
    reply::body(reply::redirect(302, address), "")
}
