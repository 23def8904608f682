//! `GET /api/reports` — the reports of the workspaces that the caller reaches, as a HAL list.

use domain::{Outcome, credential::Permission};
use informer::{Informer, Listing, Sort};
use lambda::{
    Error, Function, Gate, Reply, Request, reply,
    store::{Reports, Workspaces},
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let (gate, reports) = (&Gate::new(&function.aws)?, &Reports::new(&function.aws)?);
    let workspaces = &Workspaces::new(&function.aws)?;
    function.serve::<Informer, _, _>(|request| list(gate, reports, workspaces, request)).await
}

async fn list(gate: &Gate, reports: &Reports, workspaces: &Workspaces, request: Request) -> Reply {
    let caller = gate.caller(&request, Permission::ReportRead).await?;
    let listing = listing(&request)?;
    let mut found = Vec::new();
    for workspace in workspaces.list().await?.iter().filter(|workspace| caller.reaches(&workspace.code)) {
        found.extend(reports.list(&workspace.code, caller.role).await?);
    }
    reply::json(200, &listing.of(found, caller.role))
}

fn listing(request: &Request) -> Outcome<Listing> {
    Ok(Listing {
        q: request.query("q").filter(|q| !q.is_empty()),
        sort: Sort::parse(request.query("sort").as_deref())?,
        start: request.query_number("start", 0, 0..=1_000_000)?,
        limit: request.query_number("limit", 100, 1..=1_000)?,
    })
}
