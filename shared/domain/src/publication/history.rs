//! What the publications of a report come to now: their state in a history, and which of their bundles are kept.

use super::{BundleKey, Publication, State};
use crate::literal::literals;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

literals! {
    /// Where one publication of a history stands now, in the words of Huddle's `publishingState`.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
    pub enum PublishingState {
        /// It failed, was replaced, was taken back, or its links have expired.
        NotPublished = "NotPublished",
        /// It is being made.
        PublishInProgress = "PublishInProgress",
        /// The public sees it.
        Published = "Published",
        /// It was taken back while it was being made; nobody will see it.
        UnpublishInProgress = "UnpublishInProgress",
    }
}

impl PublishingState {
    /// The state of `publication` in a report whose publications stand as `state` says.
    pub fn of(publication: &Publication, state: &State, now: Timestamp) -> Self {
        let sequence = publication.id.sequence;
        match publication.progress.status.is_final() {
            true if state.published(now).is_some_and(|live| live.sequence == sequence) => Self::Published,
            true => Self::NotPublished,
            false if sequence <= state.withdrawn => Self::UnpublishInProgress,
            false => Self::PublishInProgress,
        }
    }
}

/// The bundles that are kept of finished publications: the live one, and of those before it the newest `past`. What was withdrawn
/// is not kept.
pub fn kept_bundles<'a>(
    publications: impl IntoIterator<Item = &'a Publication>,
    state: &State,
    past: usize,
) -> BTreeSet<BundleKey> {
    let Some(live) = &state.live else { return BTreeSet::new() };
    let before = publications.into_iter().filter(|one| {
        let sequence = one.id.sequence;
        sequence > state.withdrawn && sequence < live.sequence
    });
    let mut before: Vec<_> = before.filter_map(|one| Some((one.id.sequence, one.bundle.clone()?))).collect();
    before.sort_by_key(|(sequence, _)| std::cmp::Reverse(*sequence));
    before.into_iter().take(past).map(|(_, bundle)| bundle).chain([live.bundle.clone()]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        progress::{Progress, Status},
        publication::{LinkRef, Live, PublicationId},
        report::Actor,
    };
    use uuid::Uuid;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn publication(sequence: u64, status: Status) -> Publication {
        let id = PublicationId { report: Uuid::nil(), sequence };
        let bundle = (status == Status::Done).then(|| BundleKey::new(id, "a"));
        Publication {
            id,
            workspace: "default".into(),
            version: 1,
            note: None,
            actor: Actor { name: "ada".into(), email: None },
            progress: Progress { status, ..Progress::asked(NOW) },
            attempts: BTreeSet::new(),
            bundle,
            given_up: false,
            withdrawn: false,
        }
    }

    fn state(withdrawn: u64, live: u64, expires_at: Option<Timestamp>) -> State {
        let link = LinkRef { expires_at, ..LinkRef::plain(Uuid::nil(), NOW) };
        let bundle = BundleKey::new(PublicationId { report: Uuid::nil(), sequence: live }, "a");
        State { withdrawn, live: Some(Live { sequence: live, at: NOW, bundle, links: vec![link] }), ..State::default() }
    }

    #[test]
    fn a_publication_is_where_the_state_puts_it() {
        use PublishingState::{NotPublished, PublishInProgress, Published, UnpublishInProgress};
        let table = [
            ("the live one", publication(3, Status::Done), state(0, 3, None), Published),
            ("its link has expired", publication(3, Status::Done), state(0, 3, Some(NOW)), NotPublished),
            ("replaced", publication(2, Status::Done), state(0, 3, None), NotPublished),
            ("failed", publication(4, Status::Failed), state(0, 3, None), NotPublished),
            ("asked for", publication(4, Status::NotStarted), state(0, 3, None), PublishInProgress),
            ("withdrawn on the way", publication(2, Status::InProgress), state(2, 3, None), UnpublishInProgress),
        ];
        for (what, publication, state, expected) in table {
            assert_eq!(PublishingState::of(&publication, &state, NOW), expected, "{what}");
        }
    }

    #[test]
    fn the_live_bundle_is_kept_and_the_newest_before_it() {
        let all: Vec<_> = (1..=6).map(|sequence| publication(sequence, Status::Done)).collect();
        let kept = |withdrawn, past| {
            let kept = kept_bundles(&all, &state(withdrawn, 5, None), past);
            all.iter()
                .filter(|one| kept.contains(one.bundle.as_ref().unwrap()))
                .map(|one| one.id.sequence)
                .collect::<Vec<_>>()
        };
        assert_eq!(kept(0, 2), [3, 4, 5]);
        assert_eq!(kept(3, 9), [4, 5], "what was withdrawn is not kept");
        assert_eq!(kept(0, 0), [5]);
        assert!(kept_bundles(&all, &State::default(), 9).is_empty());
    }
}
