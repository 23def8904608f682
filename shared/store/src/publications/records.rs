//! The records of publications: enough to follow one, and to tell their history.

use crate::{
    Aws, ambient,
    aws::Variable,
    keys::partition,
    sent,
    table::{Key, Table, fault, from_item, s, to_item},
};
use domain::{
    Outcome, Problem,
    credential::Caller,
    publication::{Publication, PublicationId},
};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// The records.
#[derive(Clone)]
pub struct Records {
    pub(crate) catalog: Table,
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

/// Under the token: a user's name is no proof, since tokens of several workspaces may share it.
fn monitor_key(caller: &Caller, name: &str) -> Key {
    Key::new(format!("MONITOR#{}", caller.token_id), name)
}

fn no_publication() -> Problem {
    Problem::NotFound("There is no publication under this id.".into())
}

impl Records {
    /// # Errors
    /// `Internal` if a variable is missing.
    pub fn new(aws: &Aws) -> Outcome<Self> {
        Ok(Self { catalog: Table::new(aws, Variable::CatalogTable)? })
    }

    /// Lets the caller follow the publication under a name of the caller's own.
    ///
    /// # Errors
    /// `Internal` when DynamoDB does not answer.
    pub async fn name_monitor(&self, caller: &Caller, name: &str, publication: PublicationId) -> Outcome<()> {
        let expires = (ambient::now() + MONITOR_LIFETIME).as_second().unsigned_abs();
        let item = to_item(&monitor_key(caller, name), &Monitor { publication, expires })?;
        let put = self.catalog.client.put_item().table_name(&self.catalog.name).set_item(Some(item));
        sent::put_item(put).await.map_err(fault)?;
        Ok(())
    }

    /// The publication with this id or, failing that, under this name of the caller's own.
    ///
    /// # Errors
    /// `NotFound` when there is none.
    pub async fn find(&self, caller: &Caller, name: &str) -> Outcome<Publication> {
        if let Ok(id) = name.parse() {
            return self.read(id).await?.ok_or_else(no_publication);
        }
        let monitor: Option<Monitor> = self.catalog.get(&monitor_key(caller, name)).await?;
        let now = ambient::now().as_second().unsigned_abs();
        let monitor = monitor.filter(|monitor| monitor.expires > now).ok_or_else(no_publication)?;
        self.read(monitor.publication).await?.ok_or_else(no_publication)
    }

    /// The record of a publication.
    ///
    /// # Errors
    /// `Internal` when DynamoDB does not answer.
    pub async fn read(&self, id: PublicationId) -> Outcome<Option<Publication>> {
        self.catalog.get(&publication_key(id)).await
    }

    /// The publications of a report, newest first, at most `most` of them.
    ///
    /// # Errors
    /// `Internal` when DynamoDB does not answer.
    pub async fn history(&self, report: Uuid, most: usize) -> Outcome<Vec<Publication>> {
        let query = self.catalog.client.query().table_name(&self.catalog.name).consistent_read(true);
        let query = query.scan_index_forward(false).limit(i32::try_from(most).unwrap_or(i32::MAX));
        let query = query
            .key_condition_expression("pk = :pk AND begins_with(sk, :sk)")
            .expression_attribute_values(":pk", s(partition(report)))
            .expression_attribute_values(":sk", s("PUB#"));
        let (mut found, mut start) = (Vec::new(), None);
        loop {
            let page = sent::query(query.clone().set_exclusive_start_key(start)).await.map_err(fault)?;
            for item in page.items.unwrap_or_default() {
                found.push(from_item(item)?);
            }
            start = page.last_evaluated_key;
            if start.is_none() || found.len() >= most {
                found.truncate(most);
                return Ok(found);
            }
        }
    }

    /// Follows a publication until `enough` of it is seen or `end` is near, and answers how it stands then.
    ///
    /// # Errors
    /// `NotFound` when there is no such publication.
    pub async fn watch(
        &self,
        id: PublicationId,
        end: Instant,
        enough: impl Fn(&Publication) -> bool,
    ) -> Outcome<Publication> {
        let mut pause = Duration::from_millis(100);
        loop {
            let publication = self.read(id).await?.ok_or_else(no_publication)?;
            if enough(&publication) || Instant::now() + pause > end {
                return Ok(publication);
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 3 / 2).min(Duration::from_millis(700));
        }
    }
}
