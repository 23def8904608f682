//! The rules of publication, checked over random histories of events.

use super::*;
use crate::publication::PublicationId;
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
    /// One more link, which expires after so many further events, or never.
    Link {
        lives: Option<u64>,
    },
    /// The `nth` of the links is ended.
    Unlink {
        nth: usize,
    },
    Unpublish,
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        (1..4u64).prop_map(|version| Event::Ask { version }),
        (0..12usize).prop_map(|nth| Event::Ready { nth }),
        (0..12usize).prop_map(|nth| Event::Fail { nth }),
        prop::option::of(0..6u64).prop_map(|lives| Event::Link { lives }),
        (0..3usize).prop_map(|nth| Event::Unlink { nth }),
        Just(Event::Unpublish),
    ]
}

fn link(n: u64) -> LinkRef {
    LinkRef::plain(Uuid::from_u128(n.into()), Timestamp::UNIX_EPOCH)
}

fn key(sequence: u64) -> BundleKey {
    BundleKey::new(PublicationId { report: Uuid::nil(), sequence }, "a")
}

/// The clock of a history: an event a second.
fn second(n: u64) -> Timestamp {
    Timestamp::from_second(n as i64).unwrap()
}

/// What the rules say of a history, kept beside the state by the test.
#[derive(Default)]
struct History {
    asked: u64,
    dead_up_to: u64,
    dead_links: Vec<Uuid>,
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
            Event::Link { lives } => {
                let expires_at = lives.map(|lives| second(serial + lives));
                match state.link(LinkRef { expires_at, ..link(serial) }) {
                    Ok(next) => next.unwrap(),
                    Err(_) => {
                        assert!(state.live.is_none() || state.links().len() == MAX_LINKS, "a link was refused");
                        state.clone()
                    }
                }
            }
            Event::Unlink { nth } => match state.links().get(*nth) {
                Some(link) => self.unlink(state, link.id),
                None => state.clone(),
            },
            Event::Unpublish => {
                self.dead_up_to = self.asked;
                self.dead_links.extend(state.links().iter().map(|link| link.id));
                state.unpublish().unwrap_or_else(|| state.clone())
            }
        }
    }

    fn unlink(&mut self, state: &State, id: Uuid) -> State {
        self.dead_links.push(id);
        let next = state.unlink(id).unwrap();
        assert_eq!(next.live.is_none(), state.links().len() == 1, "nothing is live without a link");
        assert_eq!(next.pending, state.pending, "what is under way goes on");
        if let (None, Some(live)) = (&next.live, &state.live) {
            self.dead_up_to = self.dead_up_to.max(live.sequence);
        }
        next
    }

    fn ready(&mut self, state: &State, sequence: u64, serial: u64) -> State {
        if sequence > self.asked {
            return state.clone();
        }
        let expected_live =
            sequence > self.dead_up_to && state.live.as_ref().is_none_or(|live| live.sequence < sequence);
        match state.ready(sequence, key(sequence), link(serial), second(serial)) {
            Ready::Live { next, live, expired } => {
                assert!(expected_live, "publication {sequence} must not become live");
                let working =
                    state.links().iter().filter(|link| link.works(second(serial))).cloned().collect::<Vec<_>>();
                match working.as_slice() {
                    [] => assert_eq!(live.links, [link(serial)], "without a link that works there is a fresh one"),
                    working => assert_eq!(live.links, working, "a published report keeps its links"),
                }
                assert_eq!(expired.len() + working.len(), state.links().len(), "each link is kept or ended");
                self.dead_links.extend(expired.iter().map(|link| link.id));
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
                prop_assert!(!live.links.is_empty(), "something is live without a link");
                let back = live.links.iter().find(|link| history.dead_links.contains(&link.id));
                prop_assert!(back.is_none(), "a dead link came back: {back:?}");
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
    let ended = next.end();
    assert!(matches!(ended.ask(1), Err(Problem::Gone(_))));
    assert!(matches!(ended.ready(sequence, key(sequence), link(1), second(1)), Ready::Withdrawn { .. }));
}

#[test]
fn unpublishing_what_is_not_published_changes_nothing() {
    assert_eq!(State::default().unpublish(), None);
}

#[test]
fn a_link_is_dead_from_the_second_that_it_names() {
    let link = LinkRef { expires_at: Some(second(5)), ..link(1) };
    assert!(link.works(second(4)) && !link.works(second(5)));
    let live = Live { sequence: 1, at: second(0), bundle: key(1), links: vec![link.clone()] };
    let state = State { live: Some(live), ..State::default() };
    assert_eq!(state.bookmark(second(4)), Some(&link));
    assert_eq!((state.bookmark(second(5)), state.published(second(5))), (None, None));
}

#[test]
fn a_link_asked_for_twice_is_one() {
    let live = Live { sequence: 1, at: second(0), bundle: key(1), links: vec![link(1)] };
    let state = State { live: Some(live), ..State::default() };
    let next = state.link(link(2)).unwrap().unwrap();
    assert_eq!(next.link(link(2)).unwrap(), None);
    assert_eq!(next.unlink(Uuid::from_u128(3)), None, "there is no such link");
}
