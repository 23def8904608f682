//! Histories that the checker accepts and refuses.

use super::{
    super::{
        model::{
            Answer::{self, *},
            Path,
        },
        operations::{Alphabet, Step, mixture},
    },
    *,
};
use std::collections::VecDeque;
use todc_utils::{Action, Specification, WGLChecker};

fn create(path: &str) -> Operation {
    Operation::Create(Path::new(path))
}

fn rename(old: &str, new: &str) -> Operation {
    Operation::Rename(Path::new(old), Path::new(new))
}

fn delete(path: &str) -> Operation {
    Operation::Delete(Path::new(path))
}

fn answered(called: u64, returned: u64, operation: Operation, answer: Answer) -> Call {
    Call { client: 0, called, returned: Some(returned), event: Event::Answered(operation, answer) }
}

fn lost(called: u64, operation: Operation) -> Call {
    Call { client: 0, called, returned: None, event: Event::Lost(operation) }
}

fn listed(called: u64, returned: u64, paths: &[&str]) -> Call {
    Call { client: 0, called, returned: Some(returned), event: Event::Listed(paths.iter().copied().collect()) }
}

#[track_caller]
fn accepted(calls: &[Call]) {
    let history = History::new(calls.to_vec());
    assert!(history.is_linearizable(), "{history}");
}

/// What the checker says about a history that it refuses.
#[track_caller]
fn refused(calls: &[Call]) -> String {
    History::new(calls.to_vec()).check().unwrap_err()
}

#[test]
fn changes_one_after_the_other_are_accepted_with_the_right_answers_only() {
    accepted(&[]);
    let begun = [answered(0, 1, create("a"), Done), answered(2, 3, create("a/b"), Done)];
    accepted(&[&begun[..], &[answered(4, 5, delete("a"), Refused)]].concat());
    refused(&[&begun[..], &[answered(4, 5, delete("a"), Done)]].concat());
    refused(&[&begun[..], &[answered(4, 5, delete("a"), Missing)]].concat());
}

#[test]
fn changes_at_the_same_time_are_accepted_in_any_order() {
    // The move ends before the creation below its new place does, but began after it.
    accepted(&[
        answered(0, 1, create("a"), Done),
        answered(2, 9, create("c/b"), Done),
        answered(3, 5, rename("a", "c"), Done),
    ]);
    accepted(&[answered(0, 3, create("a"), Refused), answered(1, 2, create("a"), Done)]);
}

#[test]
fn two_that_made_the_same_folder_are_refused() {
    let told = refused(&[answered(0, 3, create("a"), Done), answered(1, 2, create("a"), Done)]);
    assert!(told.contains("==>      0      3      0  create a: done"), "{told}");
}

#[test]
fn two_moves_of_one_folder_are_refused() {
    refused(&[
        answered(0, 1, create("a"), Done),
        answered(2, 5, rename("a", "b"), Done),
        answered(3, 4, rename("a", "c"), Done),
    ]);
}

#[test]
fn two_moves_that_make_a_cycle_are_refused() {
    refused(&[
        answered(0, 1, create("a"), Done),
        answered(2, 3, create("b"), Done),
        answered(4, 7, rename("a", "b/a"), Done),
        answered(5, 6, rename("b", "a/b"), Done),
    ]);
}

#[test]
fn a_lost_update_is_refused() {
    // The list forgets a folder whose creation was answered.
    refused(&[answered(0, 2, create("a"), Done), answered(1, 3, create("b"), Done), listed(4, 5, &["b"])]);
}

#[test]
fn a_creation_below_a_folder_that_had_moved_away_before_is_refused() {
    let begun = [answered(0, 1, create("a"), Done), answered(2, 3, rename("a", "b"), Done)];
    refused(&[&begun[..], &[answered(4, 5, create("a/c"), Done)]].concat());
    let at_once = [answered(0, 1, create("a"), Done), answered(2, 5, rename("a", "b"), Done)];
    accepted(&[&at_once[..], &[answered(4, 6, create("a/c"), Done), listed(7, 8, &["b", "b/c"])]].concat());
}

#[test]
fn a_stale_refusal_is_refused() {
    let emptied =
        [answered(0, 1, create("a"), Done), answered(2, 3, create("a/b"), Done), answered(4, 5, delete("a/b"), Done)];
    refused(&[&emptied[..], &[answered(6, 7, delete("a"), Refused)]].concat());
    refused(&[&emptied[..], &[answered(6, 7, create("a/b"), Refused)]].concat());
}

#[test]
fn a_stale_404_is_refused() {
    refused(&[answered(0, 1, create("a"), Done), answered(2, 3, create("a/b"), Missing)]);
}

#[test]
fn a_folder_deleted_while_a_child_comes_into_it_is_refused() {
    refused(&[
        answered(0, 1, create("a"), Done),
        answered(2, 5, create("a/b"), Done),
        answered(3, 4, delete("a"), Done),
    ]);
}

#[test]
fn a_lost_change_may_be_made_at_any_time_after_its_call_or_never() {
    let begun = [lost(0, create("a"))];
    accepted(&[&begun[..], &[answered(1, 2, create("a"), Refused)]].concat());
    accepted(&[&begun[..], &[answered(1, 2, create("a"), Done)]].concat());
    // Late, after it was not there at first.
    accepted(&[&begun[..], &[answered(1, 2, delete("a"), Missing), answered(3, 4, delete("a"), Done)]].concat());
    accepted(&[&begun[..], &[listed(1, 2, &[])]].concat());
    accepted(&[&begun[..], &[listed(1, 2, &["a"])]].concat());
}

#[test]
fn a_lost_change_is_made_once_at_most_and_not_before_its_call() {
    let twice = [answered(1, 2, delete("a"), Done), answered(3, 4, delete("a"), Done)];
    refused(&[&[lost(0, create("a"))], &twice[..]].concat());
    refused(&[answered(0, 1, delete("a"), Done), lost(2, create("a"))]);
}

#[test]
fn the_story_ends_with_the_first_answer_that_nothing_explains() {
    let told = refused(&[
        answered(0, 1, create("a"), Done),
        answered(2, 3, create("a"), Done),
        answered(4, 5, create("b"), Done),
        lost(6, create("b")),
    ]);
    assert!(told.contains("==>      2      3      0  create a: done"), "{told}");
    assert!(!told.contains("create b"), "{told}");
}

#[test]
fn a_recorder_counts_calls_and_answers() {
    let recorder = Recorder::default();
    let (first, second) = (recorder.now(), recorder.now());
    recorder.record(1, second, Event::Lost(create("b")));
    recorder.record(0, first, Event::Answered(create("a"), Done));
    let history = recorder.finish();
    let moments: Vec<_> = history.calls().iter().map(|call| (call.client, call.called, call.returned)).collect();
    assert_eq!(moments, [(0, 0, Some(2)), (1, 1, None)]);
}

const ALPHABET: Alphabet = Alphabet { names: &["a", "b", "c"], depth: 4 };

/// What a client is in the middle of.
struct Open {
    step: Step,
    called: u64,
    /// The tree at the time of the call.
    before: Tree,
    answer: Option<Answer>,
}

/// A service that makes each change at one moment of chance between its call and its answer. Of a share of the changes in a hundred,
/// it reads the answer at the time of the call already.
struct Simulation {
    clients: usize,
    stale: u64,
    seed: u64,
    chance: u64,
    recorder: Recorder,
    tree: Tree,
}

impl Simulation {
    fn new(seed: u64, stale: u64) -> Self {
        let chance = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        Self { clients: 16, stale, seed, chance, recorder: Recorder::default(), tree: Tree::default() }
    }

    fn history(mut self, length: usize) -> History {
        let mut steps: VecDeque<_> = mixture(ALPHABET, length, self.seed, 0).steps.into();
        let mut clients: Vec<Option<Open>> = (0..self.clients).map(|_| None).collect();
        while !steps.is_empty() || clients.iter().any(Option::is_some) {
            let client = self.drawn(clients.len() as u64) as usize;
            clients[client] = match clients[client].take() {
                None => steps.pop_front().map(|step| self.begun(step)),
                Some(open) if open.answer.is_none() => Some(self.made(open)),
                Some(open) => self.ended(client, open),
            };
        }
        self.recorder.record(0, self.recorder.now(), Event::Listed(self.tree));
        self.recorder.finish()
    }

    fn drawn(&mut self, below: u64) -> u64 {
        self.chance = self.chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.chance >> 33) % below
    }

    fn begun(&self, step: Step) -> Open {
        Open { step, called: self.recorder.now(), before: self.tree.clone(), answer: None }
    }

    fn made(&mut self, open: Open) -> Open {
        let answer = self.tree.apply(&open.step.operation);
        let told = if self.drawn(100) < self.stale { open.before.answer(&open.step.operation) } else { answer };
        Open { answer: Some(told), ..open }
    }

    fn ended(&self, client: usize, open: Open) -> Option<Open> {
        let event = match (open.step.patience, open.answer) {
            (None, Some(answer)) => Event::Answered(open.step.operation, answer),
            _ => Event::Lost(open.step.operation),
        };
        self.recorder.record(client, open.called, event);
        None
    }
}

#[test]
fn what_many_clients_do_to_a_sound_tree_is_accepted() {
    for seed in 0..200 {
        assert_eq!(Simulation::new(seed, 0).history(100).check(), Ok(()), "seed {seed}");
    }
}

#[test]
fn trees_that_answer_from_stale_reads_are_found_out() {
    let found = |stale| (0..100).filter(|seed| Simulation::new(*seed, stale).history(100).check().is_err()).count();
    let (some, many) = (found(10), found(50));
    assert!(some > 40 && many > 90, "{some} of 100 with a tenth, {many} with half of the answers");
}

#[test]
fn the_checker_agrees_with_one_that_tries_everything() {
    let mut verdicts = [0, 0];
    for seed in 0..4_000 {
        let history = Simulation { clients: 4, ..Simulation::new(seed, 25) }.history(9);
        let plain = plain(&history);
        assert_eq!(history.is_linearizable(), plain, "seed {seed}: {history}");
        verdicts[usize::from(plain)] += 1;
    }
    assert!(verdicts.iter().all(|count| *count > 400), "{verdicts:?}");
}

/// The algorithm on all exchanges as they are.
fn plain(history: &History) -> bool {
    let calls = history.calls().iter().enumerate();
    let mut moments: Vec<_> = calls
        .flat_map(|(number, call)| {
            let begin = (call.called, (number, Action::Call(call.event.clone())));
            [begin, (call.returned.unwrap_or(u64::MAX), (number, Action::Response(call.event.clone())))]
        })
        .collect();
    moments.sort_by_key(|(moment, _)| *moment);
    WGLChecker::<Plain>::is_linearizable(todc_utils::History::from_actions(
        moments.into_iter().map(|(_, action)| action).collect(),
    ))
}

struct Plain;

impl Specification for Plain {
    type State = Tree;
    type Operation = Event;

    fn init() -> Tree {
        Tree::default()
    }

    fn apply(event: &Event, before: &Tree) -> (bool, Tree) {
        let mut tree = before.clone();
        let right = match event {
            Event::Answered(operation, answer) => tree.apply(operation) == *answer,
            Event::Lost(operation) => [Done, Missing, Refused].contains(&tree.apply(operation)),
            Event::Listed(listed) => tree == *listed,
        };
        (right, tree)
    }
}
