//! `GET /publishing/documents/{id}` — what is published of a document: who published which version, and how often it was viewed.

use domain::{Problem, credential::Permission};
use huddle::{DocumentPublicationView, Form, Huddle};
use lambda::gate::PublishedReports;
use lambda::store::Workspaces;
use lambda::{Error, Function, Reply, Request, reply};

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let (published, workspaces) = (&PublishedReports::new(&function.aws)?, &Workspaces::new(&function.aws)?);
    function.serve(Huddle, |request| get(published, workspaces, request)).await
}

async fn get(published: &PublishedReports, workspaces: &Workspaces, request: Request) -> Reply {
    let PublishedReports { gate, reports, publications } = published;
    let (caller, found) = gate.document(reports, &request, Permission::ReportRead).await?;
    let form = Form::of(request.accept())?;
    let workspace = workspaces.find(Some(&found.report.workspace), &caller).await?;
    let name = found.report.natural_id.to_string();
    let shown = publications.shown(vec![found.report], &[workspace]).await?.pop();
    let shown = shown.ok_or_else(|| Problem::NotFound(format!("The report {name} is not published.")))?;
    let written = form.write(&DocumentPublicationView::new(&shown, request.public_url(), caller.role))?;
    reply::chosen(reply::status(200).header("cache-control", "no-store"), written.media_type, written.body)
}
