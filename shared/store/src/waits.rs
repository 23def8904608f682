//! The requests of each access token that wait for a publication, as all executions of all functions see them: a request that waits holds an
//! execution of the account, and one caller must not hold those of all others.

use crate::{
    Aws, Records, ambient,
    aws::Variable,
    change::{Change, Condition},
    table::{Key, Table, n, s},
};
use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    Outcome,
    credential::Caller,
    publication::{Publication, PublicationId},
};
use jiff::Timestamp;
use serde::Deserialize;
use std::time::{Duration, Instant};

/// The most requests of one access token that wait at a time. One more is answered at once, as if it had asked not to wait.
pub const MOST_WAITS: usize = 5;

/// How long beyond its wait a request is counted that did not say it ended: its execution was killed.
const SPARE: Duration = Duration::from_secs(5);

/// The waiting requests.
#[derive(Clone)]
pub struct Waits {
    access: Table,
}

/// What is kept of an access token's waits.
#[derive(Default, Deserialize)]
struct Waiting {
    /// One text a request: when it is over at the latest, in milliseconds since 1970, and a random part.
    #[serde(default)]
    waits: Vec<String>,
}

/// A request that waits.
struct Wait {
    key: Key,
    own: String,
}

/// What became of following a publication.
pub struct Followed {
    pub publication: Publication,
    /// Too many requests of the caller wait already: this one did not.
    pub at_once: bool,
}

fn key(caller: &Caller) -> Key {
    Key::new(format!("WAITS#{}", caller.token_id), "WAITS")
}

fn set(texts: Vec<String>) -> AttributeValue {
    AttributeValue::Ss(texts)
}

impl Waiting {
    /// Those that are over.
    fn over(self, now: Timestamp) -> Vec<String> {
        let is_over =
            |wait: &String| wait.split('#').next().and_then(|end| end.parse().ok()) <= Some(now.as_millisecond());
        self.waits.into_iter().filter(is_over).collect()
    }
}

impl Waits {
    /// # Errors
    /// `Internal` if a variable is missing.
    pub fn new(aws: &Aws) -> Outcome<Self> {
        Ok(Self { access: Table::new(aws, Variable::AccessTable)? })
    }

    /// Follows a publication until it is finished or `end` is near; only looks at it if [`MOST_WAITS`] requests of the caller wait already.
    ///
    /// # Errors
    /// `NotFound` when there is no such publication.
    pub async fn follow(
        &self,
        caller: &Caller,
        records: &Records,
        id: PublicationId,
        end: Instant,
    ) -> Outcome<Followed> {
        let is_final = |seen: &Publication| seen.progress.status.is_final();
        let Some(wait) = self.begin(caller, end).await? else {
            let publication = records.watch(id, Instant::now(), is_final).await?;
            return Ok(Followed { publication, at_once: true });
        };
        let publication = records.watch(id, end, is_final).await;
        if let Err(problem) = self.end(wait).await {
            tracing::warn!(cause = %problem, "a wait is counted until its time is over");
        }
        Ok(Followed { publication: publication?, at_once: false })
    }

    /// Counts a request that waits; `None` if there are too many.
    async fn begin(&self, caller: &Caller, end: Instant) -> Outcome<Option<Wait>> {
        let (key, now) = (key(caller), ambient::now());
        let end = now + (end.saturating_duration_since(Instant::now()) + SPARE);
        let own = format!("{}#{}", end.as_millisecond(), ambient::uid()?.simple());
        let wait = Wait { key: key.clone(), own: own.clone() };
        if self.add(&key, &own, end).await? {
            return Ok(Some(wait));
        }
        let over = self.access.get::<Waiting>(&key).await?.unwrap_or_default().over(now);
        if over.is_empty() {
            return Ok(None);
        }
        self.remove(&key, over).await?;
        Ok(self.add(&key, &own, end).await?.then_some(wait))
    }

    async fn end(&self, wait: Wait) -> Outcome<()> {
        self.remove(&wait.key, vec![wait.own]).await
    }

    async fn add(&self, key: &Key, own: &str, end: Timestamp) -> Outcome<bool> {
        let change = Change::in_layout_of(key)
            .set("expires", n(end.as_second().unsigned_abs()))
            .add("waits", set(vec![own.to_owned()]));
        let most = u64::try_from(MOST_WAITS).unwrap_or(u64::MAX);
        let change = change.when(Condition::Any(vec![
            Condition::missing("waits"),
            Condition::SizeBelow("waits".into(), n(most)),
            // A request to DynamoDB that is made again because its answer was lost.
            Condition::Contains("waits".into(), s(own)),
        ]));
        Ok(self.access.change::<Waiting>(key, change).await?.is_some())
    }

    pub(crate) async fn remove(&self, key: &Key, waits: Vec<String>) -> Outcome<()> {
        // The item may have gone by its time to live.
        let change = Change::default().take("waits", set(waits)).when(Condition::known_item());
        self.access.change::<Waiting>(key, change).await.map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_over_is_not_counted() {
        let now = Timestamp::from_millisecond(1_000).unwrap();
        let waits = ["999#a", "1000#b", "1001#c", "x#d"].map(str::to_owned).to_vec();
        assert_eq!(Waiting { waits }.over(now), ["999#a", "1000#b", "x#d"]);
    }
}
