//! `DELETE /files/documents/{id}/publications` — take a document from the public. Its links are dead from the moment of the answer.

use domain::credential::Permission;
use huddle::Huddle;
use lambda::store::{PublicReports, Reports, aws::Variable};
use lambda::{Error, Function, Gate, Reply, Request, reply};

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let (gate, reports) = (&Gate::new(&function.aws)?, &Reports::new(&function.aws)?);
    let publications = &PublicReports::new(&function.aws)?;
    let public_url = &Variable::PublicUrl.text_or_empty();
    function.serve::<Huddle, _, _>(|request| unpublish(gate, reports, publications, public_url, request)).await
}

async fn unpublish(
    gate: &Gate,
    reports: &Reports,
    publications: &PublicReports,
    public_url: &str,
    request: Request,
) -> Reply {
    let (caller, found) = gate.document(reports, &request, Permission::ReportCloudPublish).await?;
    publications.unpublish(&found).await?;
    let may_publish = caller.role.holds(Permission::ReportCloudPublish);
    let links = huddle::unpublished(&request.public_url(public_url), found.report.number, may_publish);
    reply::body(reply::status(202).header("link", links).header("cache-control", "no-store"), "")
}
