//! Publications: the writes behind the state machine of [`domain::publication`].
//!
//! Every change of a report's publications replaces its state item under the condition that the revision that was read is
//! still there, in one transaction with the records that the change concerns. Whoever is overtaken reads again and asks the
//! state machine anew.

use crate::{
    Aws, ambient,
    aws::Variable,
    keys::{partition, state_key},
    links::{self, Link},
    objects::Objects,
    reports::{OpenReport, Reports, open},
    sent,
    table::{Key, Refused, Table, fault, n, to_item, transact_once, until_settled},
};
use aws_sdk_dynamodb::types::TransactWriteItem;
use domain::{
    Outcome, Problem,
    credential::Caller,
    publication::{Asked, BundleKey, Live, Publication, PublicationId, State},
    report::Actor,
    token::LinkKey,
};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The records of publications: enough to follow one.
#[derive(Clone)]
pub struct Records {
    pub(crate) catalog: Table,
}

/// The publications, and all that publishing touches.
#[derive(Clone)]
pub struct Publications {
    pub(crate) catalog: Table,
    records: Records,
    pub(crate) links: Table,
    pub(crate) objects: Objects,
    pub(crate) key: LinkKey,
}

/// The queue in front of the worker.
#[derive(Clone)]
pub struct PublishQueue {
    client: aws_sdk_sqs::Client,
    url: String,
}

/// What the worker is told: the publication to make.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct PublishMessage {
    pub publication: PublicationId,
}

/// A caller's own name for a publication.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Monitor {
    publication: PublicationId,
    /// Seconds since 1970: DynamoDB removes the item some time later, readers do not see it from then on.
    expires: u64,
}

/// How long a caller's own name for a publication is kept.
const MONITOR_LIFETIME: SignedDuration = SignedDuration::from_hours(7 * 24);

pub(crate) fn publication_key(id: PublicationId) -> Key {
    Key::new(partition(id.report), format!("PUB#{:010}", id.sequence))
}

fn monitor_key(user: &str, name: &str) -> Key {
    Key::new(format!("MONITOR#{user}"), name)
}

impl PublishQueue {
    /// # Errors
    /// `Internal` if a variable is missing.
    pub fn new(aws: &Aws) -> Outcome<Self> {
        Ok(Self { client: aws.sqs(), url: Variable::PublishQueue.text()? })
    }

    async fn send(&self, publication: PublicationId) -> Outcome<()> {
        let message = serde_json::to_string(&PublishMessage { publication }).map_err(Problem::internal)?;
        let send = self.client.send_message().queue_url(&self.url).message_body(message);
        sent::send_message(send).await.map_err(fault)?;
        Ok(())
    }
}

impl Records {
    /// # Errors
    /// `Internal` if a variable is missing.
    pub fn new(aws: &Aws) -> Outcome<Self> {
        Ok(Self { catalog: Table { client: aws.dynamodb(), name: Variable::CatalogTable.text()? } })
    }

    /// Lets the caller follow the publication under a name of the caller's own.
    ///
    /// # Errors
    /// `Internal` when DynamoDB does not answer.
    pub async fn name_monitor(&self, caller: &Caller, name: &str, publication: PublicationId) -> Outcome<()> {
        let expires = (ambient::now() + MONITOR_LIFETIME).as_second().unsigned_abs();
        let item = to_item(&monitor_key(&caller.user, name), &Monitor { publication, expires })?;
        let put = self.catalog.client.put_item().table_name(&self.catalog.name).set_item(Some(item));
        sent::put_item(put).await.map_err(fault)?;
        Ok(())
    }

    /// The publication with this id or, failing that, under this name of the caller's own.
    ///
    /// # Errors
    /// `NotFound` when there is none.
    pub async fn find(&self, caller: &Caller, name: &str) -> Outcome<Publication> {
        let nothing = || Problem::NotFound("There is no publication under this id.".into());
        if let Ok(id) = name.parse() {
            return self.read(id).await?.ok_or_else(nothing);
        }
        let monitor: Option<Monitor> = self.catalog.get(&monitor_key(&caller.user, name)).await?;
        let now = ambient::now().as_second().unsigned_abs();
        let monitor = monitor.filter(|monitor| monitor.expires > now).ok_or_else(nothing)?;
        self.read(monitor.publication).await?.ok_or_else(nothing)
    }

    /// The record of a publication.
    ///
    /// # Errors
    /// `Internal` when DynamoDB does not answer.
    pub async fn read(&self, id: PublicationId) -> Outcome<Option<Publication>> {
        self.catalog.get(&publication_key(id)).await
    }

    /// Follows a publication until `enough` of it is seen or the time is over, and answers how it stands then.
    ///
    /// # Errors
    /// `NotFound` when there is no such publication.
    pub async fn watch(
        &self,
        id: PublicationId,
        limit: Duration,
        enough: impl Fn(&Publication) -> bool,
    ) -> Outcome<Publication> {
        let end = tokio::time::Instant::now() + limit;
        let mut pause = Duration::from_millis(100);
        loop {
            let publication =
                self.read(id).await?.ok_or_else(|| Problem::NotFound("There is no such publication.".into()))?;
            if enough(&publication) || tokio::time::Instant::now() + pause > end {
                return Ok(publication);
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 3 / 2).min(Duration::from_millis(700));
        }
    }
}

impl Publications {
    /// # Errors
    /// `Internal` if a variable is missing or the link key is too short.
    pub fn new(aws: &Aws) -> Outcome<Self> {
        let table = |name: String| Table { client: aws.dynamodb(), name };
        let key = LinkKey::new(&Variable::LinkKey.text()?);
        let records = Records::new(aws)?;
        Ok(Self {
            catalog: records.catalog.clone(),
            records,
            links: table(Variable::LinksTable.text()?),
            objects: Objects::new(aws)?,
            key: key.ok_or_else(|| Problem::internal("LINK_KEY is shorter than 32 characters"))?,
        })
    }

    /// Asks for a publication of the report's newest version. If one of this version is under way, that is the answer.
    ///
    /// The message goes out before the record is written: a crash in between leaves a message about nothing, which the worker
    /// drops, while the other order would leave a publication that nobody ever makes.
    ///
    /// # Errors
    /// `Gone` when the report was deleted, `Busy` when others were always faster; then nothing was changed.
    pub async fn start(&self, queue: &PublishQueue, found: OpenReport, caller: &Caller) -> Outcome<PublicationId> {
        let report = found.report.uid;
        let first = std::sync::Mutex::new(Some(found));
        until_settled(async || {
            let found = first.lock().ok().and_then(|mut first| first.take());
            let found = match found {
                Some(found) => found,
                None => self.reopen(report).await?,
            };
            match found.state.ask(found.version.version)? {
                Asked::Joined { sequence } => Ok(Some(PublicationId { report, sequence })),
                Asked::New { sequence, next } => {
                    let id = PublicationId { report, sequence };
                    queue.send(id).await?;
                    let publication = Publication::asked(
                        id,
                        &found.report,
                        found.version.version,
                        Actor::from(caller),
                        ambient::now(),
                    );
                    let record = to_item(&publication_key(id), &publication)?;
                    let record = self.catalog.put(record, "attribute_not_exists(pk)")?;
                    let written = self.replace(report, &found.state, &next, vec![record]).await?;
                    Ok(written.then_some(id))
                }
            }
        })
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
        let item = to_item(&state_key(report), next)?;
        let state = match before.revision {
            0 => self.catalog.put(item, "attribute_not_exists(pk)")?,
            revision => self.catalog.put_if(item, "revision = :value", n(revision))?,
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

    /// The token of a link, and the link if it lives.
    ///
    /// # Errors
    /// `Internal` when DynamoDB does not answer.
    pub async fn link(&self, id: uuid::Uuid) -> Outcome<Option<(domain::token::PublicToken, Link)>> {
        let token = self.key.token(&id.to_string());
        let link = links::by_hash(&self.links, &token.hash()).await?;
        Ok(link.map(|link| (token, link)))
    }

    /// The link of a published report.
    ///
    /// # Errors
    /// `Internal` when DynamoDB does not answer.
    pub async fn live_link(&self, report: uuid::Uuid) -> Outcome<Option<(domain::token::PublicToken, Link)>> {
        match self.state(report).await?.live {
            Some(live) => self.link(live.link.id).await,
            None => Ok(None),
        }
    }

    pub(crate) async fn state(&self, report: uuid::Uuid) -> Outcome<State> {
        Ok(self.catalog.get(&state_key(report)).await?.unwrap_or_default())
    }

    /// Takes a report from the public. When this has answered, nothing of it can be reached: the link is gone, and so are the
    /// objects to which addresses may be about. A call that died half way is completed by the next one.
    ///
    /// # Errors
    /// `Internal` when a service does not answer, `Busy` when others were always faster; the same call may be made again.
    pub async fn unpublish(&self, found: &OpenReport) -> Outcome<()> {
        let report = found.report.uid;
        let withdrawn = until_settled(async || {
            let before = self.state(report).await?;
            let Some((next, live)) = before.unpublish() else { return Ok(Some(before.withdrawn)) };
            let written = self.replace(report, &before, &next, self.link_ends(live.as_ref())?).await?;
            Ok(written.then_some(next.withdrawn))
        });
        self.discard_up_to(report, withdrawn.await?).await
    }

    /// Removes the bundles of all publications up to `sequence`; a later one may be under way at this moment.
    async fn discard_up_to(&self, report: uuid::Uuid, sequence: u64) -> Outcome<()> {
        self.objects.delete_all(&BundleKey::prefix(report), |object| BundleKey::is_up_to(object, sequence)).await
    }

    fn link_ends(&self, live: Option<&Live>) -> Outcome<Vec<TransactWriteItem>> {
        let ends = live.map(|live| links::end(&self.links, &self.key.token(&live.link.id.to_string()).hash()));
        Ok(ends.transpose()?.into_iter().collect())
    }

    /// Deletes a report: its place in the tree, its link and its contents. A mark remains that it was there.
    ///
    /// # Errors
    /// `Internal` when a service does not answer, `Busy` when others were always faster; then nothing was changed.
    pub async fn delete_report(&self, reports: &Reports, found: &OpenReport) -> Outcome<()> {
        let uid = found.report.uid;
        let withdrawn = until_settled(async || {
            let found = self.reopen(uid).await?;
            if found.report.deleted_at.is_some() {
                return Err(Problem::no_report(&uid));
            }
            let (next, live) = found.state.end();
            let mut writes = reports.removal(&found.report, ambient::now())?;
            writes.extend(self.link_ends(live.as_ref())?);
            let written = self.replace(uid, &found.state, &next, writes).await?;
            Ok(written.then_some(next.withdrawn))
        });
        self.discard_up_to(uid, withdrawn.await?).await?;
        reports.erase(uid).await
    }
}
