//! The life of a report's publications.
//!
//! - [`state`]: where a report stands between its publications, as one pure state machine;
//! - [`writes`]: every write that moves a publication, and the condition under which it is made, as one table;
//! - [`history`]: what the publications so far come to now; [`published`]: what the public sees.

use crate::problem::Problem;
use crate::progress::Progress;
use crate::report::{Actor, Report, Version};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, fmt, str::FromStr};
use uuid::Uuid;

pub mod history;
pub mod published;
pub mod state;
pub mod writes;

pub use published::Published;
pub use state::{Asked, LinkRef, Live, Pending, Ready, State};

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
    /// The note of that version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    pub actor: Actor,
    #[serde(flatten)]
    pub progress: Progress,
    /// The bundles that were begun for it, one an attempt, so that none is ever lost sight of.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub attempts: BTreeSet<String>,
    /// The bundle of the attempt that became live.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bundle: Option<BundleKey>,
    /// It failed because attempt after attempt died, not because of the report: an operator may have it tried again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub given_up: bool,
    /// It failed because the report was unpublished or deleted first, not because of the report.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub withdrawn: bool,
}

impl Publication {
    /// A publication of the report's newest version that was just asked for.
    pub fn asked(id: PublicationId, report: &Report, version: &Version, actor: Actor, at: Timestamp) -> Self {
        Self {
            id,
            workspace: report.workspace.clone(),
            version: version.version,
            note: version.note.clone(),
            actor,
            progress: Progress::asked(at),
            attempts: BTreeSet::new(),
            bundle: None,
            given_up: false,
            withdrawn: false,
        }
    }

    /// Why a publication that failed is not live, to the caller that asked for it: another call was faster, or the report is at fault.
    pub fn refusal(&self) -> Problem {
        let reason = self.progress.reason.clone().unwrap_or_default();
        if self.withdrawn { Problem::Conflict(reason) } else { Problem::Unprocessable(reason) }
    }

    /// The bundles of attempts that came to nothing: what may be deleted once the publication is finished.
    pub fn lost_bundles(&self) -> Vec<BundleKey> {
        let own = self.attempts.iter().map(|attempt| BundleKey::new(self.id, attempt));
        own.filter(|key| self.bundle.as_ref() != Some(key)).collect()
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

    /// The bundle that an object is a part of, by its name; `None` for any other object.
    pub fn of_object(object: &str) -> Option<(PublicationId, Self)> {
        let (report, name) = object.strip_prefix("bundles/")?.split_once('/')?;
        let (stem, ending) = name.rsplit_once('.')?;
        let (sequence, attempt) = stem.split_once('-')?;
        let id = format!("{report}-{sequence}").parse().ok()?;
        (["zip", "pdf"].contains(&ending) && !attempt.contains('/')).then(|| (id, Self::new(id, attempt)))
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn id(sequence: u64) -> PublicationId {
        PublicationId { report: Uuid::from_u128(0xabc), sequence }
    }

    #[test]
    fn an_object_tells_its_bundle_by_its_name() {
        let key = BundleKey::new(id(7), "a1");
        assert_eq!(BundleKey::of_object(&key.zip()), Some((id(7), key.clone())));
        assert_eq!(BundleKey::of_object(&key.pdf()), Some((id(7), key)));
        for object in ["bundles/x/7-a.zip", "reports/x", &format!("bundles/{}/7.zip", id(7).report), "bundles//"] {
            assert_eq!(BundleKey::of_object(object), None, "{object}");
        }
    }

    #[test]
    fn a_publication_that_lost_against_an_unpublish_is_a_conflict_and_one_that_failed_is_not() {
        let stored = json!({
            "id": id(1), "workspace": "default", "version": 1, "actor": {"id": "a", "name": "Ada"}, "status": "Failed", "percent": 5,
            "messages": [], "requestedAt": "2026-03-31T23:30:00Z", "reason": "because",
        });
        let failed: Publication = serde_json::from_value(stored).unwrap();
        assert!(matches!(failed.refusal(), Problem::Unprocessable(reason) if reason == "because"));
        let withdrawn = Publication { withdrawn: true, ..failed };
        assert!(matches!(withdrawn.refusal(), Problem::Conflict(reason) if reason == "because"));
        assert_eq!(serde_json::to_value(&withdrawn).unwrap()["withdrawn"], true);
    }

    #[test]
    fn the_name_of_a_publication_reads_back_and_has_one_spelling() {
        assert_eq!(id(12).to_string().parse(), Ok(id(12)));
        let nil = Uuid::nil();
        for text in ["", "12", &format!("{nil}-012"), &format!("{nil}-+1"), &nil.to_string()] {
            assert_eq!(text.parse::<PublicationId>(), Err(()), "{text:?}");
        }
    }
}
