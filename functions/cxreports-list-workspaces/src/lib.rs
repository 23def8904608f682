//! `GET /api/v1/workspaces` — the workspaces that the caller reaches.

use cxreports::{CxReports, WorkspaceItem};
use domain::credential::Permission;
use lambda::{Error, Function, Gate, Reply, Request, reply, store::Workspaces};

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let (gate, workspaces) = (&Gate::new(&function.aws)?, &Workspaces::new(&function.aws)?);
    function.serve(CxReports, |request| list(gate, workspaces, request)).await
}

async fn list(gate: &Gate, workspaces: &Workspaces, request: Request) -> Reply {
    let caller = gate.caller(&request, Permission::ReportRead).await?;
    let all = workspaces.list().await?;
    let reached = all.into_iter().filter(|workspace| caller.reaches(&workspace.code));
    reply::json(200, &reached.map(WorkspaceItem::from).collect::<Vec<_>>())
}
