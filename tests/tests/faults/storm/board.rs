//! What authors tell viewers: which links there are, and whether they must work.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

/// What is promised of a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Promise {
    /// The report is published.
    Live,
    /// A call to end it was made, and has not answered.
    Ending,
    /// The call has answered.
    Dead,
}

/// The links of all reports.
#[derive(Default)]
pub struct Board {
    links: Mutex<BTreeMap<String, Promise>>,
    closed: AtomicBool,
}

impl Board {
    pub fn tell(&self, link: &str, promise: Promise) {
        self.links.lock().unwrap().insert(link.to_owned(), promise);
    }

    pub fn promise(&self, link: &str) -> Promise {
        self.links.lock().unwrap()[link]
    }

    /// A link by its number among all, if there is any.
    pub fn link(&self, choose: impl FnOnce(u64) -> u64) -> Option<String> {
        let links = self.links.lock().unwrap();
        let count = links.len() as u64;
        links.keys().nth((count > 0).then(|| choose(count))? as usize).cloned()
    }

    /// All links, with what is promised of them.
    pub fn all(&self) -> Vec<(String, Promise)> {
        self.links.lock().unwrap().clone().into_iter().collect()
    }

    pub fn close(&self) {
        self.closed.store(true, Ordering::Relaxed);
    }

    pub fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Relaxed)
    }
}
