//! `DELETE /api/v1/ws/{ws}/fonts/{name}` — delete a font of a workspace.

use cxreports::CxReports;
use domain::{credential::Permission, report::asset_name};
use lambda::store::{Fonts, Workspaces};
use lambda::{Error, Function, Gate, Reply, Request, reply};

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let (gate, workspaces) = (&Gate::new(&function.aws)?, &Workspaces::new(&function.aws)?);
    let fonts = &Fonts::new(&function.aws)?;
    function.serve(CxReports, |request| delete(gate, workspaces, fonts, request)).await
}

async fn delete(gate: &Gate, workspaces: &Workspaces, fonts: &Fonts, request: Request) -> Reply {
    let (_, workspace) = gate.workspace(workspaces, &request, Permission::ReportWrite).await?;
    fonts.delete(&workspace.code, &asset_name(&request.parameter("name")?)?).await?;
    reply::nothing()
}
