//! `GET /publishing/workspaces/{id}?page&q` — the published documents of a workspace, newest first.

use domain::credential::Permission;
use domain::publication::published::{PAGE_SIZE, Sought};
use huddle::{DocumentPublicationView, Form, Huddle, PublishedDocuments};
use lambda::gate::PublishedReports;
use lambda::store::{Viewer, Workspaces};
use lambda::{Error, Function, Reply, Request, reply};

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let (published, workspaces) = (&PublishedReports::new(&function.aws)?, &Workspaces::new(&function.aws)?);
    function.serve(Huddle, |request| list(published, workspaces, request)).await
}

async fn list(published: &PublishedReports, workspaces: &Workspaces, request: Request) -> Reply {
    let PublishedReports { gate, reports, publications } = published;
    let (caller, restricted) = gate.viewer(reports, &request, Permission::ReportRead).await?;
    let form = Form::of(request.accept())?;
    let page = request.query_number("page", 1, 1..=1_000_000)?;
    let workspaces = vec![workspaces.find(Some(&request.parameter("id")?), &caller).await?];
    let address = format!("publishing/workspaces/{}", workspaces[0].number);
    let cursor = request.query("cursor");
    let sought = Sought::new(None, request.query("q"), page, cursor.as_deref())?;
    let viewer = Viewer { role: caller.role, restricted: &restricted };
    let (items, total, next) = publications.published(reports, &workspaces, viewer, &sought).await?;
    let url = request.public_url();
    let items = items.iter().map(|item| DocumentPublicationView::new(item, url, caller.role)).collect();
    let (q, next) = (sought.q.as_deref(), next.as_deref());
    let written = form.write(&PublishedDocuments::new(&address, q, page, PAGE_SIZE, total, next, items))?;
    reply::chosen(reply::status(200).header("cache-control", "no-store"), written.media_type, written.body)
}
