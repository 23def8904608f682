//! Numbers of reports and workspaces.

use crate::{
    change::Change,
    table::{Key, Table, n},
};
use domain::{Outcome, Problem};
use serde::Deserialize;
use std::{
    ops::Range,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Gives out small unique numbers. An instance leases a few at a time, so that under load the counter takes a fraction of the
/// writes; numbers of a lease that its instance did not use are never given out.
#[derive(Clone)]
pub(crate) struct Numbers {
    catalog: Table,
    counter: Key,
    lease: u64,
    left: Arc<Mutex<Range<u64>>>,
}

impl Numbers {
    pub(crate) fn new(catalog: &Table, counter: &str, lease: u64) -> Self {
        let counter = Key::new(format!("COUNTER#{counter}"), "COUNTER");
        Self { catalog: catalog.clone(), counter, lease, left: Arc::default() }
    }

    pub(crate) async fn next(&self) -> Outcome<u64> {
        if let Some(number) = self.left().next() {
            return Ok(number);
        }
        let last = self.take_lease().await?;
        let mut left = self.left();
        *left = last + 1 - self.lease..last + 1;
        left.next().ok_or_else(|| Problem::internal("an empty lease of numbers"))
    }

    fn left(&self) -> MutexGuard<'_, Range<u64>> {
        self.left.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn take_lease(&self) -> Outcome<u64> {
        #[derive(Deserialize)]
        struct Counter {
            last: u64,
        }
        let counted = self.catalog.change(&self.counter, Change::default().add("last", n(self.lease))).await?;
        counted.map(|Counter { last }| last).ok_or_else(|| Problem::internal("the counter told nothing"))
    }
}
