//! `GET` and `POST /api/v1/ws/{ws}/reports/{id}/pdf` — a report as PDF, or in another form that the request names. The POST is for data
//! that an address cannot carry.

use cxreports::{CxReports, file::told_media_type, rendition};
use domain::credential::Permission;
use lambda::gate::WorkspaceReports;
use lambda::store::{ambient, files::StoredFile};
use lambda::{Error, Function, Gate, Reply, Request, large};
use renditions::Renditions;

/// Lambda takes no larger event.
const MAX_BODY: usize = 6 * 1024 * 1024;

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let (gate, place) = (&Gate::new(&function.aws)?, &WorkspaceReports::new(&function.aws)?);
    let renditions = &Renditions::new(&function.aws)?;
    function.serve(CxReports, |request| get(gate, place, renditions, request)).await
}

async fn get(gate: &Gate, place: &WorkspaceReports, renditions: &Renditions, request: Request) -> Reply {
    let (_, _, found) = gate.workspace_report(place, &request, Permission::ReportRead).await?;
    let (version, is_post) = (found.version.version, request.method() == "POST");
    let rendition = match is_post {
        true => rendition::from_body(&request.bytes(MAX_BODY)?)?,
        false => rendition::from_query(|name| request.query_all(name))?,
    };
    let plan = renditions.plan(found, version, rendition, ambient::now()).await?;
    if !is_post && let Some(unchanged) = large::unchanged(&request, plan.content()) {
        return unchanged;
    }
    let (key, file) = renditions.file(&plan).await?;
    let media_type = told_media_type(&file.media_type).to_owned();
    large::file(renditions.files(), &key, StoredFile { media_type, ..file }, plan.content()).await
}
