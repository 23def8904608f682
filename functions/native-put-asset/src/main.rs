//! `PUT /api/reports/{id}/assets/{name}` — store a picture, font or data file of a report, as a new version of it.

use domain::{Problem, credential::Permission, report::asset_name};
use informer::{Informer, ReportRecord};
use lambda::{
    Error, Function, Gate, Reply, Request, reply,
    store::{Reports, ambient},
};

/// Lambda takes 6 MB, in base64.
const MAX_ASSET: usize = 4 * 1024 * 1024;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let (gate, reports) = (&Gate::new(&function.aws)?, &Reports::new(&function.aws)?);
    function.serve::<Informer, _, _>(|request| put(gate, reports, request)).await
}

async fn put(gate: &Gate, reports: &Reports, request: Request) -> Reply {
    let (caller, found) = gate.report(reports, &request, Permission::ReportWrite).await?;
    let name = asset_name(&request.parameter("name")?)?;
    let bytes = request.bytes(MAX_ASSET)?.into_owned();
    if bytes.is_empty() {
        return Err(Problem::malformed("The body is empty: send the file itself."));
    }
    picture::check_file(&name, &bytes).map_err(|flaw| Problem::Unprocessable(format!("`{name}` {flaw}.")))?;
    let media_type = request.header("content-type").unwrap_or("application/octet-stream");
    let report = reports.put_asset(&found, &name, media_type, bytes, &caller).await?;
    let folder = reports.folder(&report).await?;
    reply::json(200, &ReportRecord::new(&report, folder, caller.role, found.state.published(ambient::now()).is_some()))
}
