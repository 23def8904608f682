//! `POST /api/reports/{id}/_cloud-unpublish` — take a report from the public. Its link is dead from the moment of the answer.

use domain::credential::Permission;
use informer::Informer;
use lambda::{
    Error, Function, Gate, Reply, Request, reply,
    store::{PublicReports, Reports},
};

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let (gate, reports) = (&Gate::new(&function.aws)?, &Reports::new(&function.aws)?);
    let publications = &PublicReports::new(&function.aws)?;
    function.serve::<Informer, _, _>(|request| unpublish(gate, reports, publications, request)).await
}

async fn unpublish(gate: &Gate, reports: &Reports, publications: &PublicReports, request: Request) -> Reply {
    let (_, found) = gate.report(reports, &request, Permission::ReportCloudPublish).await?;
    publications.unpublish(&found).await?;
    reply::nothing()
}
