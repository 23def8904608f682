//! What a reader of a rendered report should know: it is right, but not all of it could be shown as asked for.

use std::cell::RefCell;
use std::fmt;

use serde::{Deserialize, Serialize};

/// A remark about a rendered report, for its author.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// Such as `blocks[2].columns[1]`; empty when the report as a whole is meant.
    pub place: String,
    /// What is not as asked for, and what would help.
    pub message: String,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place.as_str() {
            "" => f.write_str(&self.message),
            place => write!(f, "{place}: {}", self.message),
        }
    }
}

/// Collects the warnings of one rendering, in the order of the blocks.
#[derive(Default)]
pub struct Warnings(RefCell<Vec<Warning>>);

impl Warnings {
    /// Adds a warning; the same one twice is one.
    pub fn add(&self, place: impl Into<String>, message: impl Into<String>) {
        let warning = Warning { place: place.into(), message: message.into() };
        let mut all = self.0.borrow_mut();
        if !all.contains(&warning) {
            all.push(warning);
        }
    }

    /// Takes what was collected.
    pub fn take(&self) -> Vec<Warning> {
        self.0.take()
    }
}
