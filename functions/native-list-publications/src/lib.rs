//! `GET /api/reports/{id}/publications` — who published which version when, and where each publication stands now.

use domain::credential::Permission;
use informer::{Informer, PublicationList};
use lambda::store::{Publications, Reports, ambient, aws::Variable, publications::bundles::LONGEST_HISTORY};
use lambda::{Error, Function, Gate, Reply, Request, reply};

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let (gate, reports) = (&Gate::new(&function.aws)?, &Reports::new(&function.aws)?);
    let (publications, past) = (&Publications::new(&function.aws)?, Variable::KeepBundles.number()? as usize);
    function.serve(Informer, |request| list(gate, reports, publications, past, request)).await
}

async fn list(gate: &Gate, reports: &Reports, publications: &Publications, past: usize, request: Request) -> Reply {
    let (_, found) = gate.report(reports, &request, Permission::ReportRead).await?;
    let most = request.query_number("limit", 100, 1..=LONGEST_HISTORY as u64)? as usize;
    let (history, kept) = publications.history(&found, most, past).await?;
    reply::json(200, &PublicationList::new(&found.report, history, &found.state, &kept, ambient::now(), most))
}
