//! `GET /api/v1/ws/{ws}/exports/{id}/status` — how far an export has come.

use cxreports::{CxReports, exports::ExportStatus};
use domain::credential::Permission;
use lambda::store::{Exports, Workspaces};
use lambda::{Error, Function, Gate, Reply, Request, reply};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let (gate, workspaces) = (&Gate::new(&function.aws)?, &Workspaces::new(&function.aws)?);
    let exports = &Exports::new(&function.aws)?;
    function.serve::<CxReports, _, _>(|request| get(gate, workspaces, exports, request)).await
}

async fn get(gate: &Gate, workspaces: &Workspaces, exports: &Exports, request: Request) -> Reply {
    let (_, workspace) = gate.workspace(workspaces, &request, Permission::ReportRead).await?;
    let export = exports.find(&workspace.code, request.number("id")?).await?;
    reply::json(200, &ExportStatus::from(&export))
}
