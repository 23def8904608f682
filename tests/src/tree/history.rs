//! What clients did at the same time, and whether one after the other it could have been the same.
//!
//! A history is linearizable if its changes can be put into an order in which the model gives each the answer that it got, and in
//! which none comes before one that was answered before it began.
//!
//! - An answer that was lost tells nothing: the change may have been made at any time after its call, or never. It counts as answered
//!   after everything else, where any answer is right; being made there and never being made are the same to all others.
//! - A change answered by 503 has changed nothing, and is left out.
//! - What a list showed is part of the history like any other answer. Take it only when nothing else goes on: a list is a query,
//!   and DynamoDB does not read the pages of a query at one moment.

use super::{
    checker,
    model::{Answer, Operation, Tree},
};
use std::{
    fmt::{self, Write},
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

/// One exchange with the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    Answered(Operation, Answer),
    Lost(Operation),
    Listed(Tree),
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answered(operation, answer) => write!(f, "{operation}: {answer}"),
            Self::Lost(operation) => write!(f, "{operation}: answer lost"),
            Self::Listed(tree) => write!(f, "list: {tree}"),
        }
    }
}

/// An exchange, and when it took place by the recorder's count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    pub client: usize,
    pub called: u64,
    /// Never for an answer that was lost.
    pub returned: Option<u64>,
    pub event: Event,
}

/// Writes down what happens, from many clients at once.
#[derive(Debug, Default)]
pub struct Recorder {
    count: AtomicU64,
    calls: Mutex<Vec<Call>>,
}

impl Recorder {
    /// The next moment. A call's is taken before anything is sent.
    pub fn now(&self) -> u64 {
        self.count.fetch_add(1, Ordering::SeqCst)
    }

    /// Records what was called at `called` and has just been answered or given up.
    pub fn record(&self, client: usize, called: u64, event: Event) {
        let returned = (!matches!(event, Event::Lost(_))).then(|| self.now());
        self.calls.lock().unwrap().push(Call { client, called, returned, event });
    }

    pub fn finish(self) -> History {
        History::new(self.calls.into_inner().unwrap())
    }
}

/// The exchanges in the order in which they were called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History(Vec<Call>);

impl History {
    pub fn new(mut calls: Vec<Call>) -> Self {
        calls.sort_by_key(|call| call.called);
        Self(calls)
    }

    pub fn calls(&self) -> &[Call] {
        &self.0
    }

    /// # Errors
    /// The history for a reader, as far as no order of its changes explains its answers.
    pub fn check(&self) -> Result<(), String> {
        if self.is_linearizable() {
            return Ok(());
        }
        let mut moments: Vec<_> = self.0.iter().filter_map(|call| call.returned).collect();
        moments.sort_unstable();
        // What is not linearizable does not become so by going on: the first answer that nothing explains can be searched for.
        let explained = moments.partition_point(|moment| self.until(*moment).is_linearizable());
        let fault = moments[explained.min(moments.len() - 1)];
        Err(format!("No order of these changes explains the answer that is marked:\n{}", self.until(fault).told(fault)))
    }

    pub fn is_linearizable(&self) -> bool {
        checker::is_linearizable(&self.0)
    }

    /// What was known at this moment: of what went on then, there is no answer yet.
    fn until(&self, moment: u64) -> Self {
        let begun = self.0.iter().filter(|call| call.called <= moment);
        let known = begun.filter_map(|call| match (&call.event, call.returned) {
            (Event::Answered(operation, _), Some(returned)) if returned > moment => {
                Some(Call { returned: None, event: Event::Lost(operation.clone()), ..call.clone() })
            }
            (Event::Listed(_), Some(returned)) if returned > moment => None,
            _ => Some(call.clone()),
        });
        Self(known.collect())
    }

    /// A line for each call, with a mark at the one that was answered at `fault`.
    fn told(&self, fault: u64) -> String {
        let mut text = String::from("      call return client\n");
        for Call { client, called, returned, event } in &self.0 {
            let mark = if *returned == Some(fault) { "==>" } else { "" };
            let returned = returned.map_or_else(|| "-".to_owned(), |returned| returned.to_string());
            writeln!(text, "{mark:3} {called:6} {returned:>6} {client:>6}  {event}").unwrap();
        }
        text
    }
}

impl fmt::Display for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.told(u64::MAX))
    }
}

#[cfg(test)]
#[path = "history_tests.rs"]
mod tests;
