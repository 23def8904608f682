//! Whether an order of the changes explains all answers: by the algorithm of Wing, Gong and Lowe, as todc-utils has it.
//!
//! It tries orders, and remembers which exchanges were placed before with which tree as the outcome. Of sixteen clients, and with
//! answers that are lost, there are more such sets than a memory holds. So it is given only what changes the tree:
//!
//! - An answer that changed nothing, a refusal or a list, is placed as soon as it is right: that is no worse than later, for it
//!   leaves the tree as it is to all others.
//! - A change whose answer was lost is placed where it changes something, or after everything else. Elsewhere it is the same as never.
//!
//! What the algorithm would find without these two rules is in the tests, as a comparison.

use super::{
    history::{Call, Event},
    model::{Answer, Tree},
};
use std::sync::Arc;
use todc_utils::{Action, History, Specification, WGLChecker};

/// Whether the exchanges are linearizable; they come in the order in which they were called.
pub fn is_linearizable(calls: &[Call]) -> bool {
    let exchanges: Arc<[Exchange]> = calls.iter().map(|call| Exchange::new(call, calls)).collect();
    let step = |what| Step { what, exchanges: exchanges.clone() };
    let changes = calls.iter().enumerate().filter(|(_, call)| call.event.may_change());
    let mut moments: Vec<_> = changes
        .flat_map(|(number, call)| {
            let change = step(What::Change(number));
            // A call is paired with the next answer of its process. A client goes on after a lost answer, so each call is a
            // process of its own.
            let called = (Moment::At(call.called), (number + 2, Action::Call(change.clone())));
            let returned = call.returned.map_or(Moment::Never, Moment::At);
            [called, (returned, (number + 2, Action::Response(change)))]
        })
        .collect();
    for (process, moment, what) in [(0, Moment::Begin, What::Begin), (1, Moment::End, What::End)] {
        moments.push((moment, (process, Action::Call(step(what)))));
        moments.push((moment, (process, Action::Response(step(what)))));
    }
    moments.sort_by_key(|(moment, _)| *moment);
    let actions = moments.into_iter().map(|(_, action)| action).collect();
    WGLChecker::<FolderTree>::is_linearizable(History::from_actions(actions))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Moment {
    Begin,
    At(u64),
    End,
    /// The answer of a change whose answer was lost.
    Never,
}

/// What was asked and answered, and what had been answered before that was asked.
#[derive(Debug)]
struct Exchange {
    number: usize,
    event: Event,
    before: Set,
}

impl Exchange {
    fn new(call: &Call, all: &[Call]) -> Self {
        let mut before = Set::default();
        let number = all.iter().position(|other| other.called == call.called).unwrap();
        let earlier = |other: &Call| other.returned.is_some_and(|returned| returned < call.called);
        all.iter().enumerate().filter(|(_, other)| earlier(other)).for_each(|(number, _)| before.insert(number));
        Self { number, event: call.event.clone(), before }
    }
}

/// What the algorithm puts into an order.
#[derive(Debug, Clone)]
struct Step {
    what: What,
    exchanges: Arc<[Exchange]>,
}

#[derive(Debug, Clone, Copy)]
enum What {
    /// Before everything.
    Begin,
    /// The change with this number.
    Change(usize),
    /// After everything that was answered.
    End,
}

/// The tree, and which exchanges are placed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
struct State {
    tree: Tree,
    placed: Set,
    ended: bool,
}

impl State {
    /// Makes a change. Whether it can be the next one, with the answer that it got.
    fn change(&mut self, exchange: &Exchange) -> bool {
        self.placed.insert(exchange.number);
        self.placed.includes(&exchange.before)
            && match &exchange.event {
                Event::Answered(operation, answer) => self.tree.apply(operation) == *answer,
                Event::Lost(operation) => self.tree.apply(operation) == Answer::Done || self.ended,
                Event::Listed(_) => false,
            }
    }

    /// Places everything that changed nothing and is right now.
    fn settle(&mut self, exchanges: &[Exchange]) {
        // In the order of the calls, so that one which had to wait for another finds it placed.
        for exchange in exchanges.iter().filter(|exchange| !exchange.event.may_change()) {
            let next = !self.placed.holds(exchange.number) && self.placed.includes(&exchange.before);
            if next && exchange.event.is_right_in(&self.tree) {
                self.placed.insert(exchange.number);
            }
        }
    }

    fn end(&mut self, exchanges: &[Exchange]) -> bool {
        self.ended = exchanges.iter().all(|exchange| exchange.event.may_change() || self.placed.holds(exchange.number));
        self.ended
    }
}

impl Event {
    /// Whether the tree may be another one afterwards.
    fn may_change(&self) -> bool {
        matches!(self, Self::Answered(_, Answer::Done) | Self::Lost(_))
    }

    fn is_right_in(&self, tree: &Tree) -> bool {
        match self {
            Self::Answered(operation, answer) => tree.answer(operation) == *answer,
            Self::Lost(_) => true,
            Self::Listed(listed) => tree == listed,
        }
    }
}

struct FolderTree;

impl Specification for FolderTree {
    type State = State;
    type Operation = Step;

    fn init() -> State {
        State::default()
    }

    fn apply(step: &Step, before: &State) -> (bool, State) {
        let mut state = before.clone();
        let possible = match step.what {
            What::Begin => true,
            What::Change(number) => state.change(&step.exchanges[number]),
            What::End => state.end(&step.exchanges),
        };
        state.settle(&step.exchanges);
        (possible, state)
    }
}

/// A set of numbers of exchanges.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
struct Set([u64; 4]);

impl Set {
    /// # Panics
    /// If the number is above 255: longer histories take longer sets.
    fn insert(&mut self, number: usize) {
        self.0[number / 64] |= 1 << (number % 64);
    }

    fn holds(&self, number: usize) -> bool {
        self.0[number / 64] & (1 << (number % 64)) != 0
    }

    fn includes(&self, other: &Self) -> bool {
        self.0.iter().zip(other.0).all(|(mine, theirs)| mine & theirs == theirs)
    }
}
