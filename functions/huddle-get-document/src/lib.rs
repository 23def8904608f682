//! `GET` and `HEAD /files/documents/{id}` — a report as a document, with links to what the caller may do with it.

use domain::credential::Permission;
use huddle::{Document, Form, Huddle};
use jiff::Timestamp;
use lambda::gate::PublishedReports;
use lambda::store::{Workspaces, ambient};
use lambda::{Error, Function, Reply, Request, modified, reply};

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
    let (now, url) = (ambient::now(), request.public_url());
    let bookmark = found.state.bookmark(now).map(|link| publications.token(link).address(url));
    let document = Document::new(&found.report, &workspace, &found.version, bookmark.as_deref(), caller.role);
    let written = form.write(&document)?;
    // Its name is the title of the parent.
    let changed = workspace.updated_at.into_iter().fold(found.changed_at(now), Timestamp::max);
    modified::since(&request, changed, now, |answer| reply::chosen(answer, written.media_type, written.body))
}
