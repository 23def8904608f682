//! The rules of publication, checked over random histories of events.

use super::*;
use proptest::prelude::*;

#[derive(Debug, Clone)]
enum Event {
    Ask {
        version: u64,
    },
    /// The `nth` of the publications asked for so far is ready (again).
    Ready {
        nth: usize,
    },
    Fail {
        nth: usize,
    },
    Unpublish,
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        (1..4u64).prop_map(|version| Event::Ask { version }),
        (0..12usize).prop_map(|nth| Event::Ready { nth }),
        (0..12usize).prop_map(|nth| Event::Fail { nth }),
        Just(Event::Unpublish),
    ]
}

fn link(n: u64) -> LinkRef {
    LinkRef { id: Uuid::from_u128(n.into()), created_at: Timestamp::UNIX_EPOCH }
}

fn key(sequence: u64) -> BundleKey {
    BundleKey::new(PublicationId { report: Uuid::nil(), sequence }, "a")
}

/// What the rules say of a history, kept beside the state by the test.
#[derive(Default)]
struct History {
    asked: u64,
    dead_up_to: u64,
    best_ready: u64,
    used_links: Vec<Uuid>,
}

impl History {
    fn step(&mut self, state: &State, event: &Event, serial: u64) -> State {
        match event {
            Event::Ask { version } => match state.ask(*version).unwrap() {
                Asked::New { sequence, next } => {
                    assert_eq!(sequence, self.asked + 1, "numbers follow the order of the requests");
                    self.asked = sequence;
                    next
                }
                Asked::Joined { sequence } => {
                    assert!(sequence > self.dead_up_to && sequence <= self.asked, "nobody joins a dead publication");
                    state.clone()
                }
            },
            Event::Ready { nth } => self.ready(state, 1 + *nth as u64, serial),
            Event::Fail { nth } => state.failed(1 + *nth as u64),
            Event::Unpublish => {
                self.dead_up_to = self.asked;
                self.used_links.extend(state.live.as_ref().map(|live| live.link.id));
                state.unpublish().map_or_else(|| state.clone(), |(next, _)| next)
            }
        }
    }

    fn ready(&mut self, state: &State, sequence: u64, serial: u64) -> State {
        if sequence > self.asked {
            return state.clone();
        }
        let expected_live =
            sequence > self.dead_up_to && state.live.as_ref().is_none_or(|live| live.sequence < sequence);
        match state.ready(sequence, key(sequence), link(serial)) {
            Ready::Live { next, live, replaced } => {
                assert!(expected_live, "publication {sequence} must not become live");
                assert!(!self.used_links.contains(&live.link.id), "a dead link came back");
                assert_eq!(
                    replaced,
                    state.live.as_ref().map(|live| live.bundle.clone()),
                    "the replaced bundle is named"
                );
                if let Some(before) = &state.live {
                    assert_eq!(before.link, live.link, "a published report keeps its link");
                }
                self.best_ready = sequence;
                next
            }
            Ready::Superseded { next } | Ready::Withdrawn { next } => {
                assert!(!expected_live, "publication {sequence} must become live");
                next
            }
        }
    }
}

proptest! {
    #[test]
    fn no_history_breaks_a_rule(events in prop::collection::vec(event(), 1..60)) {
        let (mut state, mut history) = (State::default(), History::default());
        for (serial, event) in events.iter().enumerate() {
            let next = history.step(&state, event, serial as u64);
            prop_assert!(next.revision == state.revision + 1 || next == state, "each change counts as one");
            if let Some(live) = &next.live {
                prop_assert!(live.sequence > history.dead_up_to, "a withdrawn publication is live");
                prop_assert!(state.live.as_ref().is_none_or(|before| before.sequence <= live.sequence), "an earlier one won");
            }
            state = next;
        }
    }
}

#[test]
fn a_second_request_for_the_same_version_joins_the_one_under_way() {
    let Asked::New { sequence, next } = State::default().ask(3).unwrap() else { panic!("nothing was under way") };
    assert_eq!(next.ask(3).unwrap(), Asked::Joined { sequence });
    assert!(matches!(next.ask(4).unwrap(), Asked::New { sequence: 2, .. }), "another version is another publication");
}

#[test]
fn nothing_can_be_asked_of_a_deleted_report_and_nothing_becomes_live_in_it() {
    let Asked::New { sequence, next } = State::default().ask(1).unwrap() else { panic!("nothing was under way") };
    let (ended, _) = next.end();
    assert!(matches!(ended.ask(1), Err(Problem::Gone(_))));
    assert!(matches!(ended.ready(sequence, key(sequence), link(1)), Ready::Withdrawn { .. }));
}

#[test]
fn unpublishing_what_is_not_published_changes_nothing() {
    assert_eq!(State::default().unpublish(), None);
}

#[test]
fn an_object_is_known_to_belong_to_a_publication_by_its_name() {
    assert!(BundleKey::is_up_to(&key(7).zip(), 7) && BundleKey::is_up_to(&key(7).pdf(), 8));
    assert!(!BundleKey::is_up_to(&key(7).zip(), 6));
    assert!(!BundleKey::is_up_to("bundles/x/readme.txt", 6));
}

#[test]
fn the_name_of_a_publication_reads_back_and_has_one_spelling() {
    let id = PublicationId { report: Uuid::from_u128(0xabc), sequence: 12 };
    assert_eq!(id.to_string().parse(), Ok(id));
    for text in ["", "12", &format!("{}-012", Uuid::nil()), &format!("{}-+1", Uuid::nil()), &Uuid::nil().to_string()] {
        assert_eq!(text.parse::<PublicationId>(), Err(()), "{text:?}");
    }
}
