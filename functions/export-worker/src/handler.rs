//! One message: an export that is begun, rendered, stored and ended.

use domain::{Outcome, Problem, export::Export, rendition::Rendition};
use lambda::store::{
    Aws, Exports, Reports,
    exports::{Begun, ExportMessage},
    files::FileKey,
};
use lambda::{
    log_context,
    queue::{SqsMessage, begin_recorded, without_record},
};
use renditions::Renditions;

/// What every export needs.
pub struct Handler {
    exports: Exports,
    reports: Reports,
    renditions: Renditions,
}

impl Handler {
    /// # Errors
    /// `Internal` if a variable is missing.
    pub fn new(aws: &Aws) -> Outcome<Self> {
        Ok(Self { exports: Exports::new(aws)?, reports: Reports::new(aws)?, renditions: Renditions::new(aws)? })
    }

    /// # Errors
    /// When another attempt may succeed.
    pub async fn handle(&self, message: &SqsMessage) -> Outcome<()> {
        let body = message.body.as_deref().unwrap_or_default();
        let ExportMessage { export: id } = serde_json::from_str(body).map_err(Problem::internal)?;
        match begin_recorded(|| self.exports.begin(id), |begun| matches!(begun, Begun::Unknown)).await? {
            Begun::Work(export, rendition) => {
                log_context::report(export.report);
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
