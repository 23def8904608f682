//! `PUT /api/v1/workspaces/{code}` — make a workspace or change its name and description.

use cxreports::{CxReports, WorkspaceItem};
use domain::{credential::Permission, workspace::WorkspaceFields};
use lambda::{Error, Function, Gate, Reply, Request, reply, store::Workspaces};

const MAX_BODY: usize = 64 * 1024;

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let (gate, workspaces) = (&Gate::new(&function.aws)?, &Workspaces::new(&function.aws)?);
    function.serve(CxReports, |request| put(gate, workspaces, request)).await
}

async fn put(gate: &Gate, workspaces: &Workspaces, request: Request) -> Reply {
    gate.caller(&request, Permission::WorkspaceAdmin).await?;
    let fields = request.json::<WorkspaceFields>(MAX_BODY)?;
    let (workspace, new) = workspaces.put(&request.parameter("code")?, fields).await?;
    reply::json(if new { 201 } else { 200 }, &WorkspaceItem::from(workspace))
}
