//! `GET /api/reports/{id}/deliveries` — what was mailed to whom, and what became of it.

use domain::{Outcome, Problem, credential::Permission, delivery::Delivery};
use informer::{DeliveryList, Informer};
use lambda::store::{Deliveries, MailedFiles, Reports, ambient, mailed::Ended};
use lambda::{Error, Function, Gate, Reply, Request, reply};

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let (gate, reports) = (&Gate::new(&function.aws)?, &Reports::new(&function.aws)?);
    let (deliveries, mailed) = (&Deliveries::new(&function.aws)?, &MailedFiles::new(&function.aws)?);
    function.serve(Informer, |request| list(gate, reports, deliveries, mailed, request)).await
}

async fn list(
    gate: &Gate,
    reports: &Reports,
    deliveries: &Deliveries,
    mailed: &MailedFiles,
    request: Request,
) -> Reply {
    let (_, found) = gate.report(reports, &request, Permission::ReportsSend).await?;
    let limit = request.query_number("limit", 50, 1..=100)?;
    let before = request.query("before").map(|id| id.parse()).transpose();
    let before = before.map_err(|_| Problem::invalid("before", "write the id of a delivery."))?;
    let (found_deliveries, more) = deliveries.list(found.report.uid, before, limit as usize).await?;
    let ended = ended(mailed, &found_deliveries).await?;
    let now = ambient::now();
    let works =
        |delivery: &Delivery| delivery.link_works(now) && !ended.is_some_and(|ended| ended.includes(delivery.id));
    reply::json(200, &DeliveryList::new(&found.report, found_deliveries, more, limit, works))
}

/// Which links of the report were ended all at once; it is asked only if one of them may work.
async fn ended(mailed: &MailedFiles, deliveries: &[Delivery]) -> Outcome<Option<Ended>> {
    match deliveries.iter().find(|delivery| delivery.link_works(ambient::now())) {
        Some(delivery) => mailed.ended(delivery.report).await,
        None => Ok(None),
    }
}
