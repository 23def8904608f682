//! The life of a report's publications, as one pure state machine.
//!
//! A report has one [`State`]. Every event (asked for, ready, failed, unpublished, deleted) maps a state to the next one, and
//! the store writes the next one only if the stored revision is still the one that was read. So the rules stand here, in one
//! place without I/O, and a single conditional write keeps them under any race:
//!
//! - publications are numbered in the order in which they were asked for; the highest number that is ready is live;
//! - after an unpublish, nothing that was asked for before it becomes live, however late it is ready;
//! - a link's id lives from the first publication to the next unpublish, and is never used again.

use crate::problem::{Outcome, Problem};
use crate::progress::Progress;
use crate::report::{Actor, Report};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, fmt, str::FromStr};
use uuid::Uuid;

/// Names a publication: the report and the publication's number in it, written `<uid>-<sequence>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicationId {
    pub report: Uuid,
    pub sequence: u64,
}

impl fmt::Display for PublicationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.report, self.sequence)
    }
}

impl FromStr for PublicationId {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (report, sequence) = text.rsplit_once('-').ok_or(())?;
        let report = Uuid::try_parse(report).map_err(|_| ())?;
        let id = Self { report, sequence: sequence.parse().map_err(|_| ())? };
        // One publication, one spelling.
        (id.to_string() == text).then_some(id).ok_or(())
    }
}

/// One publication as it is recorded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Publication {
    pub id: PublicationId,
    /// The report's workspace: who does not reach it does not see the publication.
    pub workspace: String,
    /// The report's version that was current when the publication was asked for.
    pub version: u64,
    pub actor: Actor,
    #[serde(flatten)]
    pub progress: Progress,
    /// The bundles that were begun for it, one an attempt, so that none is ever lost sight of.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub attempts: BTreeSet<String>,
    /// The attempt that became live, and the bundle that it replaced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bundle: Option<BundleKey>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaced: Option<BundleKey>,
}

impl Publication {
    /// A publication that was just asked for.
    pub fn asked(id: PublicationId, report: &Report, version: u64, actor: Actor, at: Timestamp) -> Self {
        let (workspace, progress) = (report.workspace.clone(), Progress::asked(at));
        Self { id, workspace, version, actor, progress, attempts: BTreeSet::new(), bundle: None, replaced: None }
    }

    /// Every bundle of this publication that is not the live one, and the one that it replaced: what may be deleted once the
    /// publication is finished.
    pub fn rubbish(&self) -> Vec<BundleKey> {
        let own = self.attempts.iter().map(|attempt| BundleKey::new(self.id, attempt));
        let lost = own.filter(|key| self.bundle.as_ref() != Some(key));
        lost.chain(self.replaced.clone()).collect()
    }
}

/// Where an attempt keeps its bundle: the start of its objects' names. No two attempts share one, so no bundle is ever overwritten.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BundleKey(String);

impl BundleKey {
    pub fn new(publication: PublicationId, attempt: &str) -> Self {
        Self(format!("{}{}-{attempt}", Self::prefix(publication.report), publication.sequence))
    }

    /// The start of the names of all bundles of a report.
    pub fn prefix(report: Uuid) -> String {
        format!("bundles/{report}/")
    }

    /// Whether an object belongs to a publication up to `sequence`, by its name.
    pub fn is_up_to(object: &str, sequence: u64) -> bool {
        let name = object.rsplit('/').next().unwrap_or_default();
        name.split_once('-').and_then(|(number, _)| number.parse::<u64>().ok()).is_some_and(|number| number <= sequence)
    }

    /// The whole bundle.
    pub fn zip(&self) -> String {
        format!("{}.zip", self.0)
    }

    /// The PDF once more, if it is too large to be answered by a function.
    pub fn pdf(&self) -> String {
        format!("{}.pdf", self.0)
    }
}

/// The link of a published report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LinkRef {
    pub id: Uuid,
    pub created_at: Timestamp,
}

/// What the public sees now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Live {
    pub sequence: u64,
    pub bundle: BundleKey,
    pub link: LinkRef,
}

/// A publication that was asked for and is not finished.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    pub sequence: u64,
    pub version: u64,
}

/// Where a report stands between its publications.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// Counts the writes of the state; the condition of each of them.
    pub revision: u64,
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
    /// It becomes live in place of `replaced`.
    Live { next: State, live: Live, replaced: Option<BundleKey> },
    /// A later one is live already: this one is done, and its bundle is not needed.
    Superseded { next: State },
    /// The report was unpublished or deleted after this one was asked for.
    Withdrawn { next: State },
}

impl State {
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

    /// The bundle of publication `sequence` is stored whole. `fresh` is the link to open if the report has none.
    pub fn ready(&self, sequence: u64, bundle: BundleKey, fresh: LinkRef) -> Ready {
        let mut next = self.settled(sequence);
        if self.ended || sequence <= self.withdrawn {
            return Ready::Withdrawn { next };
        }
        if self.live.as_ref().is_some_and(|live| live.sequence >= sequence) {
            return Ready::Superseded { next };
        }
        let (link, replaced) = match next.live.take() {
            Some(live) => (live.link, Some(live.bundle)),
            None => (fresh, None),
        };
        let live = Live { sequence, bundle, link };
        next.live = Some(live.clone());
        Ready::Live { next, live, replaced }
    }

    /// Publication `sequence` failed.
    pub fn failed(&self, sequence: u64) -> Self {
        self.settled(sequence)
    }

    /// The owner unpublishes: the next state and what was live, or `None` if nothing was live or under way.
    pub fn unpublish(&self) -> Option<(Self, Option<Live>)> {
        if self.live.is_none() && self.pending.is_none() && self.requested == self.withdrawn {
            return None;
        }
        let next = Self { withdrawn: self.requested, live: None, pending: None, ..self.next() };
        Some((next, self.live.clone()))
    }

    /// The report is deleted: as an unpublish, and nothing can be asked for any more.
    pub fn end(&self) -> (Self, Option<Live>) {
        let next = Self { withdrawn: self.requested, live: None, pending: None, ended: true, ..self.next() };
        (next, self.live.clone())
    }
}

#[cfg(test)]
#[path = "publication_tests.rs"]
mod tests;
