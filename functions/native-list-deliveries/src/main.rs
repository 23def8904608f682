//! `GET /api/reports/{id}/deliveries` — what was mailed to whom, and what became of it.

use domain::{Problem, credential::Permission};
use informer::{DeliveryList, Informer};
use lambda::store::{Deliveries, Reports};
use lambda::{Error, Function, Gate, Reply, Request, reply};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let (gate, reports) = (&Gate::new(&function.aws)?, &Reports::new(&function.aws)?);
    let deliveries = &Deliveries::new(&function.aws)?;
    function.serve::<Informer, _, _>(|request| list(gate, reports, deliveries, request)).await
}

async fn list(gate: &Gate, reports: &Reports, deliveries: &Deliveries, request: Request) -> Reply {
    let (_, found) = gate.report(reports, &request, Permission::ReportsSend).await?;
    let limit = request.query_number("limit", 50, 1..=100)?;
    let before = request.query("before").map(|id| id.parse()).transpose();
    let before = before.map_err(|_| Problem::invalid("before", "write the id of a delivery."))?;
    let (found_deliveries, more) = deliveries.list(found.report.uid, before, limit as usize).await?;
    reply::json(200, &DeliveryList::new(&found.report, found_deliveries, more, limit))
}
