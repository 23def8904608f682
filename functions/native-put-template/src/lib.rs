//! `PUT /api/v1/ws/{ws}/templates/{code}` — make a template of a workspace, or replace it.

use cxreports::{
    CxReports,
    presets::{TemplateFields, TemplateItem},
};
use domain::credential::Permission;
use lambda::store::{Presets, Workspaces};
use lambda::{Error, Function, Gate, Reply, Request, reply};

const MAX_BODY: usize = 64 * 1024;

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let (gate, workspaces) = (&Gate::new(&function.aws)?, &Workspaces::new(&function.aws)?);
    let presets = &Presets::new(&function.aws)?;
    function.serve::<CxReports, _, _>(|request| put(gate, workspaces, presets, request)).await
}

async fn put(gate: &Gate, workspaces: &Workspaces, presets: &Presets, request: Request) -> Reply {
    let (_, workspace) = gate.workspace(workspaces, &request, Permission::ReportWrite).await?;
    let code = request.parameter("code")?;
    let (name, template) = request.json::<TemplateFields>(MAX_BODY)?.check(&code)?;
    let (preset, new) = presets.put(&workspace.code, &code, name, template).await?;
    reply::json(if new { 201 } else { 200 }, &TemplateItem::from(&preset))
}
