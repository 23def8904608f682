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

/// More warnings than this help nobody, and the items that keep them must not grow with the report.
const MOST: usize = 100;

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

/// Of very many warnings the first, and how many there are besides.
pub fn bounded(mut all: Vec<Warning>) -> Vec<Warning> {
    if let more @ 1.. = all.len().saturating_sub(MOST) {
        all.truncate(MOST);
        all.push(Warning { place: String::new(), message: format!("There are {more} more warnings") });
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_very_many_warnings_the_first_are_told_and_the_others_counted() {
        let warnings = |count: usize| {
            let page = |page| Warning { place: format!("page {page}"), message: "has a box".into() };
            bounded((0..count).map(page).collect())
        };
        assert_eq!(warnings(MOST).len(), MOST);
        let taken = warnings(5_000);
        assert_eq!(taken.len(), MOST + 1);
        assert_eq!(taken[MOST].to_string(), "There are 4900 more warnings");
    }
}
