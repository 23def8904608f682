//! `PUT /api/v1/ws/{ws}/fonts/{name}` — store a font of a workspace, or replace it. One that no request can carry is uploaded before:
//! see `functions/native-create-data-upload`.

use cxreports::{CxReports, fonts::FontItem};
use domain::{
    Problem,
    credential::Permission,
    report::{LARGEST_ASSET, asset_name},
};
use lambda::store::{Fonts, TemporaryData, Workspaces};
use lambda::{Error, Function, Gate, Reply, Request, reply, upload};

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let (gate, workspaces) = (&Gate::new(&function.aws)?, &Workspaces::new(&function.aws)?);
    let (temporary, fonts) = (&TemporaryData::new(&function.aws)?, &Fonts::new(&function.aws)?);
    function.serve(CxReports, |request| put(gate, workspaces, temporary, fonts, request)).await
}

async fn put(
    gate: &Gate,
    workspaces: &Workspaces,
    temporary: &TemporaryData,
    fonts: &Fonts,
    request: Request,
) -> Reply {
    let (_, workspace) = gate.workspace(workspaces, &request, Permission::ReportWrite).await?;
    let name = asset_name(&request.parameter("name")?)?;
    let (bytes, _) = upload::file(&request, temporary, &workspace.code, LARGEST_ASSET).await?;
    font::check(&bytes).map_err(|flaw| Problem::Unprocessable(format!("`{name}` {flaw}.")))?;
    let (font, new) = fonts.put(&workspace.code, &name, bytes).await?;
    reply::json(if new { 201 } else { 200 }, &FontItem::new(&name, &font))
}
