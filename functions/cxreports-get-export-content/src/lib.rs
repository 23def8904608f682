//! `GET /api/v1/ws/{ws}/exports/{id}/content` — the file that an export came to.

use cxreports::{CxReports, file::told_media_type};
use domain::{Problem, credential::Permission};
use lambda::gate::WorkspaceReports;
use lambda::store::{
    Exports, Files,
    files::{FileKey, StoredFile},
};
use lambda::{Error, Function, Gate, Reply, Request, large};

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let (gate, place) = (&Gate::new(&function.aws)?, &WorkspaceReports::new(&function.aws)?);
    let (exports, files) = (&Exports::new(&function.aws)?, &Files::new(&function.aws)?);
    function.serve(CxReports, |request| get(gate, place, exports, files, request)).await
}

async fn get(gate: &Gate, place: &WorkspaceReports, exports: &Exports, files: &Files, request: Request) -> Reply {
    let export = gate.export(place, exports, &request, Permission::ReportRead).await?;
    export.require_done()?;
    let (key, content) = (FileKey::export(export.id), export.id.to_string());
    if let Some(unchanged) = large::unchanged(&request, &content) {
        return unchanged;
    }
    let file = files.find(&key).await?.ok_or_else(|| Problem::internal(format!("the export {content} is gone")))?;
    let media_type = told_media_type(&file.media_type).to_owned();
    large::file(files, &key, StoredFile { media_type, ..file }, &content).await
}
