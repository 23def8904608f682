//! An export: a rendition that is made behind a queue, for as long as a report takes, and can be fetched for a day.

use crate::{
    Problem,
    problem::Outcome,
    progress::{Progress, Status},
    rendition::Form,
    temporary::TemporaryId,
};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// How long an export can be followed and fetched.
const LIFETIME: SignedDuration = SignedDuration::from_hours(24);

/// An export as it is kept, without what it was asked to be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Export {
    pub id: TemporaryId,
    /// The code of the workspace, in which alone it can be seen.
    pub workspace: String,
    pub report: Uuid,
    /// The version that it shows, whatever becomes of the report meanwhile.
    pub version: u64,
    pub form: Form,
    #[serde(flatten)]
    pub progress: Progress,
    pub expires_at: Timestamp,
}

impl Export {
    /// An export that is asked for now.
    pub fn asked(id: TemporaryId, workspace: &str, report: Uuid, version: u64, form: Form, now: Timestamp) -> Self {
        let expires_at = now.saturating_add(LIFETIME).unwrap_or(now);
        let workspace = workspace.to_owned();
        Self { id, workspace, report, version, form, progress: Progress::asked(now), expires_at }
    }

    /// Whether it can be seen in a workspace at this instant.
    pub fn is_seen(&self, workspace: &str, now: Timestamp) -> bool {
        self.workspace == workspace && now < self.expires_at
    }

    /// Refuses an export whose content is not there.
    ///
    /// # Errors
    /// `Conflict` while it is being made, `Unprocessable` with the reason when it failed.
    pub fn require_done(&self) -> Outcome<()> {
        match self.progress.status {
            Status::Done => Ok(()),
            Status::Failed => Err(Problem::Unprocessable(self.progress.reason.clone().unwrap_or_default())),
            Status::NotStarted | Status::InProgress => {
                Err(Problem::Conflict("The export is not ready yet; ask for its status until it is.".into()))
            }
        }
    }
}

/// There is no such export, as far as the caller may know.
pub fn no_export() -> Problem {
    Problem::NotFound(
        "There is no export with this id in this workspace (any more); exports are kept for a day.".into(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn export() -> Export {
        let id = TemporaryId::new([1; 4]);
        Export::asked(id, "default", Uuid::nil(), 1, Form::Pdf, Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn an_export_is_seen_in_its_workspace_for_a_day() {
        let (export, start) = (export(), Timestamp::UNIX_EPOCH);
        assert!(export.is_seen("default", start));
        assert!(!export.is_seen("other", start));
        assert!(!export.is_seen("default", start + SignedDuration::from_hours(24)));
    }

    #[test]
    fn only_a_finished_export_has_content() {
        let with =
            |status| Export { progress: Progress { status, ..Progress::asked(Timestamp::UNIX_EPOCH) }, ..export() };
        assert!(matches!(with(Status::NotStarted).require_done(), Err(Problem::Conflict(_))));
        assert!(matches!(with(Status::InProgress).require_done(), Err(Problem::Conflict(_))));
        assert!(matches!(with(Status::Failed).require_done(), Err(Problem::Unprocessable(_))));
        assert!(with(Status::Done).require_done().is_ok());
    }
}
