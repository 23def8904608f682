//! `PUT /api/v1/ws/{ws}/templates/{code}` — make a template of a workspace, or replace it.

use cxreports::{
    CxReports,
    presets::{TemplateFields, TemplateItem},
};
use domain::credential::Permission;
use lambda::gate::WorkspacePresets;
use lambda::{Error, Function, Reply, Request, reply};

const MAX_BODY: usize = 64 * 1024;

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let presets = &WorkspacePresets::new(&function.aws)?;
    function.serve(CxReports, |request| put(presets, request)).await
}

async fn put(presets: &WorkspacePresets, request: Request) -> Reply {
    let read = |code: &str| request.json::<TemplateFields>(MAX_BODY)?.check(code);
    let (preset, new) = presets.put(&request, Permission::ReportWrite, read).await?;
    reply::json(if new { 201 } else { 200 }, &TemplateItem::from(&preset))
}
