//! `DELETE /api/v1/ws/{ws}/templates/{code}` — delete a template of a workspace.

use cxreports::CxReports;
use domain::{credential::Permission, rendition::Template};
use lambda::{Error, Function, Reply, Request, gate::WorkspacePresets};

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let presets = &WorkspacePresets::new(&function.aws)?;
    function.serve(CxReports, |request| delete(presets, request)).await
}

async fn delete(presets: &WorkspacePresets, request: Request) -> Reply {
    presets.delete::<Template>(&request, Permission::ReportWrite).await
}
