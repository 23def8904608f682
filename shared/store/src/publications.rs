//! Publications: the writes behind the state machine of [`domain::publication`].
//!
//! Every change of a report's publications replaces its state item under the condition that the revision that was read is
//! still there, in one transaction with the records that the change concerns. Whoever is overtaken reads again and asks the
//! state machine anew. The writes and their conditions are the table [`domain::publication::writes`].
//!
//! - [`records`]: reading; [`queue`]: the queues; [`public`]: what has to do with links; [`tokens`]: the links of a report;
//!   [`published`]: what is published;
//!   [`bundles`]: what can be downloaded; [`collect`]: what nobody needs any more. The worker's side is [`crate::publishing`].

use crate::{
    Aws, ambient,
    change::{Change, Condition},
    keys::state_key,
    objects::Objects,
    reports::{OpenReport, open},
    table::{Refused, Table, n, s, to_item, transact_once, until_settled_from},
};
use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};
use domain::{
    Outcome, Problem,
    credential::Caller,
    publication::{Asked, BundleKey, Publication, PublicationId, State, writes::Step},
    report::Actor,
};

pub mod bundles;
pub mod collect;
pub mod public;
pub mod published;
pub mod queue;
pub mod records;
pub mod tokens;

pub use public::PublicReports;
pub use queue::{PublishMessage, Queue};
pub use records::Records;
pub(crate) use records::publication_key;

/// The publications of reports: their states, records and bundles. Who also needs the links takes [`PublicReports`].
#[derive(Clone)]
pub struct Publications {
    pub(crate) catalog: Table,
    records: Records,
    pub(crate) objects: Objects,
}

/// A change of a publication's record, with the status and the condition that the table of writes has for this step. `attempt` is the
/// one that makes it, where the table asks for it.
pub(crate) fn moved(step: Step, change: Change, attempt: Option<&str>) -> Change {
    let Some(record) = step.write().record else { return change };
    let statuses = record.from.iter().map(|status| Condition::is("status", s(status.as_str()))).collect();
    let mut change =
        change.set_first("status", s(record.to.as_str())).when(Condition::known_item()).when(Condition::Any(statuses));
    if let (true, Some(attempt)) = (record.own_attempt, attempt) {
        change = change.when(Condition::Contains("attempts".into(), s(attempt)));
    }
    if record.given_up {
        change = change.when(Condition::is("givenUp", AttributeValue::Bool(true)));
    }
    change
}

impl Publications {
    /// # Errors
    /// `Internal` if a variable is missing.
    pub fn new(aws: &Aws) -> Outcome<Self> {
        let records = Records::new(aws)?;
        Ok(Self { catalog: records.catalog.clone(), records, objects: Objects::new(aws)? })
    }

    /// Asks for a publication of the report's newest version. If one of this version is under way, that is the answer.
    ///
    /// The message goes out before the record is written: a crash in between leaves a message about nothing, which the worker
    /// drops, while the other order would leave a publication that nobody ever makes.
    ///
    /// # Errors
    /// `Gone` when the report was deleted, `Busy` when others were always faster; then nothing was changed.
    pub async fn start(&self, queue: &Queue, found: OpenReport, caller: &Caller) -> Outcome<PublicationId> {
        let report = found.report.uid;
        until_settled_from(
            found,
            async || self.reopen(report).await,
            async |found: OpenReport| match found.state.ask(found.version.version)? {
                Asked::Joined { sequence } => Ok(Some(PublicationId { report, sequence })),
                Asked::New { sequence, next } => {
                    let id = PublicationId { report, sequence };
                    let message = PublishMessage { publication: id, redrive: false }.to_text()?;
                    queue.send(message, Some(&found.report.workspace)).await?;
                    let (actor, now) = (Actor::from(caller), ambient::now());
                    let publication = Publication::asked(id, &found.report, &found.version, actor, now);
                    let record = to_item(&publication_key(id), &publication)?;
                    let record = self.catalog.put(record, Condition::new_item())?;
                    let written = self.replace(report, &found.state, &next, vec![record]).await?;
                    Ok(written.then_some(id))
                }
            },
        )
        .await
    }

    pub(crate) async fn reopen(&self, report: uuid::Uuid) -> Outcome<OpenReport> {
        open(&self.catalog, report).await?.ok_or_else(|| Problem::no_report(&report))
    }

    /// Replaces the state if it is still `before`, together with `more`. `false`: somebody else was faster.
    pub(crate) async fn replace(
        &self,
        report: uuid::Uuid,
        before: &State,
        next: &State,
        more: Vec<TransactWriteItem>,
    ) -> Outcome<bool> {
        let next = State { changed_at: Some(ambient::now()), ..next.clone() };
        let item = to_item(&state_key(report), &next)?;
        let state = match before.revision {
            0 => self.catalog.put(item, Condition::new_item())?,
            revision => self.catalog.put(item, Condition::is("revision", n(revision)))?,
        };
        let writes = std::iter::once(state).chain(more).collect();
        match transact_once(&self.catalog.client, writes).await {
            Ok(()) => Ok(true),
            Err(Refused::Condition(..) | Refused::Collision) => Ok(false),
            Err(Refused::Problem(problem)) => Err(problem),
        }
    }

    /// The records of the publications.
    pub fn records(&self) -> &Records {
        &self.records
    }

    pub(crate) async fn state(&self, report: uuid::Uuid) -> Outcome<State> {
        Ok(self.catalog.get(&state_key(report)).await?.unwrap_or_default())
    }

    /// Removes the bundles of all publications up to `sequence`; a later one may be under way at this moment.
    async fn discard_up_to(&self, report: uuid::Uuid, sequence: u64) -> Outcome<()> {
        let goes = |object: &str| BundleKey::of_object(object).is_some_and(|(id, _)| id.sequence <= sequence);
        self.objects.delete_all(&BundleKey::prefix(report), goes).await
    }
}
