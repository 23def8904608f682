//! `POST /api/v1/ws/{ws}/reports/{id}/export` — have a report rendered behind a queue, for as long as it takes. `export-worker` does it.

use cxreports::{CxReports, exports::ExportItem, rendition};
use domain::credential::Permission;
use lambda::gate::WorkspaceReports;
use lambda::store::{Aws, Exports, TemporaryData, publications::Queue};
use lambda::{Error, Function, Gate, Outcome, Reply, Request, reply};

/// Lambda takes no larger event.
const MAX_BODY: usize = 6 * 1024 * 1024;

/// What the call uses.
struct Parts {
    gate: Gate,
    place: WorkspaceReports,
    temporary: TemporaryData,
    exports: Exports,
    queue: Queue,
}

impl Parts {
    fn new(aws: &Aws) -> Outcome<Self> {
        let (gate, place) = (Gate::new(aws)?, WorkspaceReports::new(aws)?);
        let (temporary, exports) = (TemporaryData::new(aws)?, Exports::new(aws)?);
        Ok(Self { gate, place, temporary, exports, queue: Queue::export(aws)? })
    }
}

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let parts = &Parts::new(&function.aws)?;
    function.serve::<CxReports, _, _>(|request| start(parts, request)).await
}

async fn start(parts: &Parts, request: Request) -> Reply {
    let (_, _, found) = parts.gate.workspace_report(&parts.place, &request, Permission::ReportRead).await?;
    let rendition = rendition::from_body(&request.bytes(MAX_BODY)?)?;
    // What can be refused at once is: who has to ask for the status learns it late.
    parts.place.presets.look(&found.report, rendition.theme.as_deref(), rendition.template.as_deref()).await?;
    if let (None, Some(id)) = (&rendition.data, rendition.temp_data) {
        parts.temporary.require(&found.report.workspace, id).await?;
    }
    let export = parts.exports.start(&parts.queue, &found, &rendition).await?;
    reply::json(202, &ExportItem::from(export.id))
}
