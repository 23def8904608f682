//! `GET /files/documents/{id}/version/{version}` — a version of a document: its note, who made it and when.

use domain::credential::Permission;
use huddle::{DocumentVersion, Form, Huddle};
use lambda::{
    Error, Function, Gate, Reply, Request, modified, reply,
    store::{Reports, ambient},
};

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let (gate, reports) = (&Gate::new(&function.aws)?, &Reports::new(&function.aws)?);
    function.serve(Huddle, |request| get(gate, reports, request)).await
}

async fn get(gate: &Gate, reports: &Reports, request: Request) -> Reply {
    let (_, found) = gate.document(reports, &request, Permission::ReportRead).await?;
    let form = Form::of(request.accept())?;
    let version = reports.version_of(&found, request.number("version")?).await?;
    let written = form.write(&DocumentVersion::new(found.report.number, &version))?;
    // A version never changes.
    modified::since(&request, version.at, ambient::now(), |answer| {
        reply::chosen(answer, written.media_type, written.body)
    })
}
