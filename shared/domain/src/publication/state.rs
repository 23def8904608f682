//! Where a report stands between its publications, as one pure state machine.
//!
//! A report has one [`State`]. Every event (asked for, ready, failed, unpublished, deleted, a link more or less) maps a state to
//! the next one, and the store writes the next one only if the stored revision is still the one that was read. So the rules stand
//! here, in one place without I/O, and a single conditional write keeps them under any race:
//!
//! - publications are numbered in the order in which they were asked for; the highest number that is ready is live;
//! - after an unpublish, nothing that was asked for before it becomes live, however late it is ready;
//! - a link lives from its making until it expires, is ended, or the report is unpublished, and never comes back.

use super::BundleKey;
use crate::problem::{Outcome, Problem};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The most links of one report: they are all moved in the transaction that makes a bundle live.
pub const MAX_LINKS: usize = 20;

/// A link of a published report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LinkRef {
    pub id: Uuid,
    pub created_at: Timestamp,
    /// What the owner calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// From this instant on it is dead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

impl LinkRef {
    /// A link without a name and without an end.
    pub fn plain(id: Uuid, created_at: Timestamp) -> Self {
        Self { id, created_at, name: None, expires_at: None }
    }

    /// Whether it works at this instant.
    pub fn works(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|end| end > now)
    }
}

/// What the public sees now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Live {
    pub sequence: u64,
    pub at: Timestamp,
    pub bundle: BundleKey,
    /// The links that lead to it, oldest first; never none.
    pub links: Vec<LinkRef>,
}

/// A publication that was asked for and is not finished.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    pub sequence: u64,
    pub version: u64,
}

/// Where a report stands between its publications.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct State {
    /// Counts the writes of the state; the condition of each of them.
    pub revision: u64,
    /// When it was written last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changed_at: Option<Timestamp>,
    /// The number of the newest publication.
    pub requested: u64,
    /// All publications up to this number are dead.
    pub withdrawn: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub live: Option<Live>,
    /// The newest publication, until it is finished.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pending: Option<Pending>,
    /// The report was deleted.
    pub ended: bool,
}

/// What asking for a publication comes to.
#[derive(Debug, PartialEq, Eq)]
pub enum Asked {
    /// A publication of this very version is under way: it serves this request too.
    Joined { sequence: u64 },
    /// A new publication.
    New { sequence: u64, next: State },
}

/// What becomes of a publication whose bundle is ready.
#[derive(Debug, PartialEq, Eq)]
pub enum Ready {
    /// It becomes live. `expired` are the links that it does not take over, since their time is over.
    Live { next: State, live: Live, expired: Vec<LinkRef> },
    /// A later one is live already: this one is done, and its bundle is not needed.
    Superseded { next: State },
    /// The report was unpublished or deleted after this one was asked for.
    Withdrawn { next: State },
}

impl State {
    /// What the public sees at this instant: nothing once every link has expired.
    pub fn published(&self, now: Timestamp) -> Option<&Live> {
        self.live.as_ref().filter(|live| live.links.iter().any(|link| link.works(now)))
    }

    /// The link that is told when one is asked for: the oldest that works.
    pub fn bookmark(&self, now: Timestamp) -> Option<&LinkRef> {
        self.links().iter().find(|link| link.works(now))
    }

    /// All links, expired ones included.
    pub fn links(&self) -> &[LinkRef] {
        self.live.as_ref().map(|live| live.links.as_slice()).unwrap_or_default()
    }

    /// The instant at which the last of the links expires, if all of them do.
    pub fn public_until(&self) -> Option<Timestamp> {
        let ends = self.links().iter().map(|link| link.expires_at).collect::<Option<Vec<_>>>();
        ends.and_then(|ends| ends.into_iter().max())
    }

    fn next(&self) -> Self {
        Self { revision: self.revision + 1, ..self.clone() }
    }

    /// The pending publication is no longer pending once `sequence` is finished, if it was that one.
    fn settled(&self, sequence: u64) -> Self {
        let mut next = self.next();
        next.pending = next.pending.filter(|pending| pending.sequence != sequence);
        next
    }

    /// A caller asks for a publication of `version`, the report's newest.
    ///
    /// # Errors
    /// `Gone` when the report was deleted.
    pub fn ask(&self, version: u64) -> Outcome<Asked> {
        if self.ended {
            return Err(Problem::Gone("The report was deleted.".to_owned()));
        }
        if let Some(pending) = self.pending.filter(|pending| pending.version == version) {
            return Ok(Asked::Joined { sequence: pending.sequence });
        }
        let sequence = self.requested + 1;
        let next = Self { requested: sequence, pending: Some(Pending { sequence, version }), ..self.next() };
        Ok(Asked::New { sequence, next })
    }

    /// The bundle of publication `sequence` is stored whole. `fresh` is the link to open if the report has none that works.
    pub fn ready(&self, sequence: u64, bundle: BundleKey, fresh: LinkRef, now: Timestamp) -> Ready {
        let mut next = self.settled(sequence);
        if self.ended || sequence <= self.withdrawn {
            return Ready::Withdrawn { next };
        }
        if self.live.as_ref().is_some_and(|live| live.sequence >= sequence) {
            return Ready::Superseded { next };
        }
        let (mut links, expired): (Vec<_>, Vec<_>) = self.links().iter().cloned().partition(|link| link.works(now));
        if links.is_empty() {
            links.push(fresh);
        }
        let live = Live { sequence, at: now, bundle, links };
        next.live = Some(live.clone());
        Ready::Live { next, live, expired }
    }

    /// Publication `sequence` failed.
    pub fn failed(&self, sequence: u64) -> Self {
        self.settled(sequence)
    }

    /// The owner wants one more link; `None` if it is there.
    ///
    /// # Errors
    /// `Conflict` when the report is not published or has as many links as it can have.
    pub fn link(&self, link: LinkRef) -> Outcome<Option<Self>> {
        let mut next = self.next();
        let Some(live) = &mut next.live else {
            return Err(Problem::Conflict("The report is not published; publish it first.".to_owned()));
        };
        if live.links.iter().any(|other| other.id == link.id) {
            return Ok(None);
        }
        if live.links.len() >= MAX_LINKS {
            return Err(Problem::Conflict(format!(
                "A report has at most {MAX_LINKS} links; delete one of them first."
            )));
        }
        live.links.push(link);
        Ok(Some(next))
    }

    /// The owner ends one link; `None` if there is no such link. Without its last link nothing is live any more: what was live, and
    /// all that was asked for before it, is then dead as after an unpublish, while later publications go on.
    pub fn unlink(&self, id: Uuid) -> Option<Self> {
        let mut next = self.next();
        let live = next.live.as_mut()?;
        let before = live.links.len();
        live.links.retain(|link| link.id != id);
        if live.links.len() == before {
            return None;
        }
        if live.links.is_empty() {
            next.withdrawn = next.withdrawn.max(live.sequence);
            next.live = None;
        }
        Some(next)
    }

    /// The owner unpublishes: the next state, or `None` if nothing was live or under way.
    pub fn unpublish(&self) -> Option<Self> {
        if self.live.is_none() && self.pending.is_none() && self.requested == self.withdrawn {
            return None;
        }
        Some(Self { withdrawn: self.requested, live: None, pending: None, ..self.next() })
    }

    /// The report is deleted: as an unpublish, and nothing can be asked for any more.
    pub fn end(&self) -> Self {
        Self { withdrawn: self.requested, live: None, pending: None, ended: true, ..self.next() }
    }
}

#[cfg(test)]
#[path = "state_tests.rs"]
mod tests;
