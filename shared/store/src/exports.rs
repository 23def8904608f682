//! Exports: the record of each, in which its progress is told, and the message that has it made.

use crate::{
    Aws, OpenReport, ambient,
    aws::Variable,
    change::{Change, Condition},
    kept::{self, Kept},
    keys::export_key,
    objects::Objects,
    publications::Queue,
    table::{Table, n, s, to_item},
    temporary::with_new_id,
};
use domain::{
    Outcome, Problem,
    export::{Export, no_export},
    progress::Status,
    rendition::Rendition,
    temporary::TemporaryId,
};
use serde::{Deserialize, Serialize};

/// The exports.
#[derive(Clone)]
pub struct Exports {
    catalog: Table,
    objects: Objects,
}

/// What the worker is told: the export to make.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct ExportMessage {
    pub export: TemporaryId,
}

/// An export as its item keeps it.
#[derive(Serialize, Deserialize)]
struct Record {
    #[serde(flatten)]
    export: Export,
    asked: Kept,
}

/// What a beginning worker finds.
pub enum Begun {
    /// The export is to be made, as this rendition.
    Work(Box<Export>, Box<Rendition>),
    /// It was finished before.
    Finished,
    /// No such export was recorded (yet).
    Unknown,
}

impl Exports {
    /// # Errors
    /// `Internal` if a variable is missing.
    pub fn new(aws: &Aws) -> Outcome<Self> {
        let catalog = Table::new(aws, Variable::CatalogTable)?;
        Ok(Self { catalog, objects: Objects::new(aws)? })
    }

    /// Asks for an export of the report's newest version.
    ///
    /// The message goes out before the record is written: a crash in between leaves a message about nothing, which the worker
    /// drops, while the other order would leave an export that nobody ever makes.
    ///
    /// # Errors
    /// `Internal` when a service does not answer.
    pub async fn start(&self, queue: &Queue, found: &OpenReport, rendition: &Rendition) -> Outcome<Export> {
        with_new_id(async |id| self.start_as(id, queue, found, rendition).await).await
    }

    /// `None` when another export has this id: then its worker was told once more, which changes nothing.
    async fn start_as(
        &self,
        id: TemporaryId,
        queue: &Queue,
        found: &OpenReport,
        rendition: &Rendition,
    ) -> Outcome<Option<Export>> {
        let (report, version) = (&found.report, found.version.version);
        let export = Export::asked(id, &report.workspace, report.uid, version, rendition.form, ambient::now());
        let asked = kept::keep(&self.objects, &format!("exports/{id}"), rendition).await?;
        let message = serde_json::to_string(&ExportMessage { export: id }).map_err(Problem::internal)?;
        queue.send(message, Some(&report.workspace)).await?;
        let mut item = to_item(&export_key(id), &Record { export: export.clone(), asked })?;
        item.insert("expires".into(), n(export.expires_at.as_second().unsigned_abs()));
        let written = self.catalog.write(item, Some(Condition::new_item())).await?;
        Ok(written.then_some(export))
    }

    /// The export with this id, for this workspace.
    ///
    /// # Errors
    /// `NotFound` when it never was, is over, or belongs to another workspace.
    pub async fn find(&self, workspace: &str, id: u64) -> Outcome<Export> {
        let id = TemporaryId::of(id).ok_or_else(no_export)?;
        let export: Option<Export> = self.catalog.get(&export_key(id)).await?;
        export.filter(|export| export.is_seen(workspace, ambient::now())).ok_or_else(no_export)
    }

    /// Records that a worker begins to make an export.
    ///
    /// # Errors
    /// `Internal` when a service does not answer.
    pub async fn begin(&self, id: TemporaryId) -> Outcome<Begun> {
        let begun = Change::default().set("percent", n(5)).set_once("startedAt", s(ambient::now().to_string()));
        if let Some(Record { export, asked }) = self.moved(id, Status::InProgress, begun).await? {
            let rendition = kept::read(&self.objects, &asked).await?;
            return Ok(Begun::Work(Box::new(export), Box::new(rendition)));
        }
        match self.catalog.get::<Export>(&export_key(id)).await? {
            Some(export) if export.progress.status.is_final() => Ok(Begun::Finished),
            // Nothing there, or it was written between the two requests.
            _ => Ok(Begun::Unknown),
        }
    }

    /// Records how far the export has come. One that is finished stays as it is.
    ///
    /// # Errors
    /// `Internal` when DynamoDB does not answer.
    pub async fn advance(&self, id: TemporaryId, percent: u64) -> Outcome<()> {
        self.moved(id, Status::InProgress, Change::default().set("percent", n(percent))).await.map(drop)
    }

    /// Records that the content is stored. An export that is finished stays as it is.
    ///
    /// # Errors
    /// `Internal` when DynamoDB does not answer.
    pub async fn done(&self, id: TemporaryId, warnings: &[String]) -> Outcome<()> {
        let mut done = Change::default().set("percent", n(100)).set("finishedAt", s(ambient::now().to_string()));
        if !warnings.is_empty() {
            done = done.set("warnings", serde_dynamo::to_attribute_value(warnings).map_err(Problem::internal)?);
        }
        self.moved(id, Status::Done, done).await.map(drop)
    }

    /// Records that there will be no content, with a reason for the caller. An export that is finished stays as it is.
    ///
    /// # Errors
    /// `Internal` when DynamoDB does not answer.
    pub async fn fail(&self, id: TemporaryId, reason: &str) -> Outcome<()> {
        let failed = Change::default().set("reason", s(reason)).set("finishedAt", s(ambient::now().to_string()));
        self.moved(id, Status::Failed, failed).await.map(drop)
    }

    /// Changes the record of an export that is not finished; `None` if there is none.
    async fn moved(&self, id: TemporaryId, to: Status, change: Change) -> Outcome<Option<Record>> {
        let is = |status: Status| Condition::is("status", s(status.as_str()));
        let change = change
            .set_first("status", s(to.as_str()))
            .when(Condition::known_item())
            .when(Condition::Any(vec![is(Status::NotStarted), is(Status::InProgress)]));
        self.catalog.change(&export_key(id), change).await
    }
}
