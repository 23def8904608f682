//! `GET /api/v1/ws/{ws}/fonts` — the fonts that every report of a workspace is rendered with, beside its own.

use cxreports::{CxReports, fonts::FontItem};
use domain::credential::Permission;
use lambda::store::{Fonts, Workspaces};
use lambda::{Error, Function, Gate, Reply, Request, reply};

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let (gate, workspaces) = (&Gate::new(&function.aws)?, &Workspaces::new(&function.aws)?);
    let fonts = &Fonts::new(&function.aws)?;
    function.serve(CxReports, |request| list(gate, workspaces, fonts, request)).await
}

async fn list(gate: &Gate, workspaces: &Workspaces, fonts: &Fonts, request: Request) -> Reply {
    let (_, workspace) = gate.workspace(workspaces, &request, Permission::ReportRead).await?;
    let fonts = fonts.list(&workspace.code).await?.fonts;
    reply::json(200, &fonts.iter().map(|(name, font)| FontItem::new(name, font)).collect::<Vec<_>>())
}
