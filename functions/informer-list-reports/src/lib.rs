//! `GET /api/reports` — the reports of the workspaces that the caller reaches, as a HAL list.

use domain::{Outcome, credential::Permission};
use informer::{Informer, Listing};
use lambda::{
    Error, Function, Gate, Reply, Request, reply,
    store::{Reports, Viewer, Workspaces},
};

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let (gate, reports) = (&Gate::new(&function.aws)?, &Reports::new(&function.aws)?);
    let workspaces = &Workspaces::new(&function.aws)?;
    function.serve(Informer, |request| list(gate, reports, workspaces, request)).await
}

async fn list(gate: &Gate, reports: &Reports, workspaces: &Workspaces, request: Request) -> Reply {
    let (caller, restricted) = gate.viewer(reports, &request, Permission::ReportRead).await?;
    let listing = listing(&request)?;
    let all = workspaces.list().await?;
    let reached: Vec<_> =
        all.iter().map(|workspace| workspace.code.as_str()).filter(|code| caller.reaches(code)).collect();
    let viewer = Viewer { role: caller.role, restricted: &restricted };
    let page = reports.page(&reached, viewer, listing.asked()).await?;
    reply::json(200, &listing.of(&page, caller.role))
}

fn listing(request: &Request) -> Outcome<Listing> {
    let start = request.query_number("start", 0, 0..=1_000_000)?;
    let limit = request.query_number("limit", 100, 1..=1_000)?;
    Listing::parse(|name| request.query(name), start, limit)
}
