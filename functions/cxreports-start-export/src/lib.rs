//! `POST /api/v1/ws/{ws}/reports/{id}/export` — have a report rendered behind a queue, for as long as it takes. `export-worker` does it.

use cxreports::{CxReports, exports::ExportItem, rendition};
use domain::credential::Permission;
use handler::Handler;
use lambda::{Error, Function, Reply, Request, reply};

mod handler;

/// Lambda takes no larger event.
const MAX_BODY: usize = 6 * 1024 * 1024;

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let handler = &Handler::new(&function.aws)?;
    function.serve(CxReports, |request| start(handler, request)).await
}

async fn start(handler: &Handler, request: Request) -> Reply {
    let (_, _, found) = handler.gate.workspace_report(&handler.place, &request, Permission::ReportRead).await?;
    let rendition = rendition::from_body(&request.bytes(MAX_BODY)?)?;
    // What can be refused at once is: who has to ask for the status learns it late.
    handler.place.presets.look(&found.report, rendition.theme.as_deref(), rendition.template.as_deref()).await?;
    if let (None, Some(id)) = (&rendition.data, rendition.temp_data) {
        handler.temporary.require(&found.report.workspace, id).await?;
    }
    let export = handler.exports.start(&handler.queue, &found, &rendition).await?;
    reply::json(202, &ExportItem::from(export.id))
}
