//! Behind the export queue: renders a report as it was asked for, and stores the file.
//!
//! Messages come at least once, and this process may die at any line: each attempt makes the same file from the same pinned version and
//! stores it under the same key, and the record ends once.

use domain::{Outcome, Problem, export::Export, rendition::Rendition};
use lambda::store::{
    Aws, Exports, Reports,
    exports::{Begun, ExportMessage},
    files::FileKey,
};
use lambda::{
    Error, Function,
    queue::{Retries, SqsMessage, begin_recorded, without_record},
    trail,
};
use renditions::Renditions;

/// What every export needs.
struct Worker {
    exports: Exports,
    reports: Reports,
    renditions: Renditions,
}

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let worker = &Worker::new(&function.aws)?;
    function.drain(Retries::soon(&function.aws)?, async |message| worker.handle(&message).await).await
}

impl Worker {
    fn new(aws: &Aws) -> Outcome<Self> {
        Ok(Self { exports: Exports::new(aws)?, reports: Reports::new(aws)?, renditions: Renditions::new(aws)? })
    }

    async fn handle(&self, message: &SqsMessage) -> Outcome<()> {
        let body = message.body.as_deref().unwrap_or_default();
        let ExportMessage { export: id } = serde_json::from_str(body).map_err(Problem::internal)?;
        match begin_recorded(|| self.exports.begin(id), |begun| matches!(begun, Begun::Unknown)).await? {
            Begun::Work(export, rendition) => {
                trail::report(export.report);
                let outcome = match self.make(&export, *rendition).await {
                    Ok(warnings) => self.exports.done(id, &warnings).await.map(|()| "Done")?,
                    Err(problem @ (Problem::Internal(_) | Problem::Busy(_))) => return Err(problem),
                    // No other attempt would succeed.
                    Err(problem) => self.exports.fail(id, &problem.to_string()).await.map(|()| "Failed")?,
                };
                tracing::info!(exports = 1, outcome, export = %id.number(), "ended");
                Ok(())
            }
            Begun::Finished => Ok(()),
            Begun::Unknown => without_record(message),
        }
    }

    async fn make(&self, export: &Export, rendition: Rendition) -> Outcome<Vec<String>> {
        let found = self.reports.open(export.report).await?.filter(|found| found.report.deleted_at.is_none());
        let found =
            found.ok_or_else(|| Problem::NotFound("The report was deleted before its export was ready.".into()))?;
        let plan = self.renditions.plan(found, export.version, rendition, export.progress.requested_at).await?;
        let (file, warnings) = self.renditions.render_file(&plan).await?;
        self.exports.advance(export.id, 70).await?;
        let key = FileKey::export(export.id);
        self.renditions.files().put(&key, &file.name, file.media_type, &warnings, file.bytes).await?;
        Ok(warnings)
    }
}
