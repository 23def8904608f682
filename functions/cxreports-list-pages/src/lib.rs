//! `GET /api/v1/ws/{ws}/reports/{id}/pages` — the pages of a report as it is rendered with its own data, by number and title.

use cxreports::{CxReports, lists::PageItem};
use domain::{credential::Permission, rendition::Rendition};
use lambda::gate::WorkspaceReports;
use lambda::{Error, Function, Gate, Reply, Request, reply, store::ambient};
use renditions::Renditions;

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let (gate, place) = (&Gate::new(&function.aws)?, &WorkspaceReports::new(&function.aws)?);
    let renditions = &Renditions::new(&function.aws)?;
    function.serve(CxReports, |request| list(gate, place, renditions, request)).await
}

async fn list(gate: &Gate, place: &WorkspaceReports, renditions: &Renditions, request: Request) -> Reply {
    let (_, _, found) = gate.workspace_report(place, &request, Permission::ReportRead).await?;
    let version = found.version.version;
    let plan = renditions.plan(found, version, Rendition::default(), ambient::now()).await?;
    let pages = renditions.pages(&plan).await?;
    let items: Vec<_> = pages.iter().map(|page| PageItem::new(page.number, page.title.as_deref())).collect();
    reply::json(200, &items)
}
