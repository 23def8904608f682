//! `DELETE /api/reports/{id}/deliveries/{delivery}/link` — end the link to a PDF that was too large for its mails. The mails stay sent; who
//! follows the link finds it dead.

use domain::{Problem, credential::Permission};
use informer::Informer;
use lambda::store::{MailedLinks, Reports, ambient};
use lambda::{Error, Function, Gate, Reply, Request, reply};

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let (gate, reports) = (&Gate::new(&function.aws)?, &Reports::new(&function.aws)?);
    let links = &MailedLinks::new(&function.aws)?;
    function.serve(Informer, |request| withdraw(gate, reports, links, request)).await
}

async fn withdraw(gate: &Gate, reports: &Reports, links: &MailedLinks, request: Request) -> Reply {
    let (_, found) = gate.report(reports, &request, Permission::ReportsSend).await?;
    let delivery = request.parameter("delivery")?;
    let none = |_| Problem::NotFound("The report has no such delivery.".into());
    links.withdraw(found.report.uid, delivery.parse().map_err(none)?, ambient::now()).await?;
    reply::nothing()
}
