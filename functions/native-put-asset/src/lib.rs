//! `PUT /api/reports/{id}/assets/{name}` — store a picture, font or data file of a report, as a new version of it. A file that no
//! request can carry is uploaded before: see `functions/native-create-data-upload`.

use domain::{
    Problem,
    credential::Permission,
    report::{LARGEST_ASSET, asset_name},
};
use informer::{Informer, ReportRecord};
use lambda::{
    Error, Function, Gate, Reply, Request, reply,
    store::{Reports, TemporaryData, ambient},
    upload,
};

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let (gate, reports) = (&Gate::new(&function.aws)?, &Reports::new(&function.aws)?);
    let temporary = &TemporaryData::new(&function.aws)?;
    function.serve(Informer, |request| put(gate, reports, temporary, request)).await
}

async fn put(gate: &Gate, reports: &Reports, temporary: &TemporaryData, request: Request) -> Reply {
    let (caller, found) = gate.report(reports, &request, Permission::ReportWrite).await?;
    let name = asset_name(&request.parameter("name")?)?;
    let (bytes, media_type) = upload::file(&request, temporary, &found.report.workspace, LARGEST_ASSET).await?;
    picture::check_file(&name, &bytes).map_err(|flaw| Problem::Unprocessable(format!("`{name}` {flaw}.")))?;
    font::check_file(&name, &bytes).map_err(|flaw| Problem::Unprocessable(format!("`{name}` {flaw}.")))?;
    let report = reports.put_asset(&found, &name, &media_type, bytes, &caller).await?;
    let folder = reports.folder(&report).await?;
    reply::json(200, &ReportRecord::new(&report, folder, caller.role, found.state.published(ambient::now()).is_some()))
}
