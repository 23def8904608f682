//! What must be true when the storm is over and everything had its time.

use super::{
    PUBLICATIONS,
    author::{Outcome, Work},
    board::{Board, Promise},
};
use crate::{
    reader::{Sight, look},
    subject::{Ended, Subject, collect, drained},
};
use imprint_tests::{api::Api, aws::Aws};
use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};
use tokio::time::sleep;

/// How long the last messages may take: those that the drain could not handle come again after a minute and a half.
const LIMIT: Duration = Duration::from_secs(180);

/// The end of a publication that was given up, of which there may be few.
const GIVEN_UP: &str = "tried several times";

/// None lost, none stuck, none half visible, none live that was ended, and one bundle of each report that is published.
pub async fn expect_order(admin: &Api, aws: &Aws, board: &Board, work: Vec<Work>) {
    drained(aws).await;
    let mut ends = BTreeMap::<String, usize>::new();
    for Work { subject, place, .. } in &work {
        let publications = all_ended(aws, subject, place).await;
        assert!(
            !publications.is_empty() || place.contains("Unpublished") || place.contains("Deleted"),
            "{place}: lost"
        );
        for end in publications {
            *ends.entry(end.reason.unwrap_or(end.status)).or_default() += 1;
        }
    }
    println!("{ends:?}");
    let all: usize = ends.values().sum();
    let given_up: usize = ends.iter().filter(|(end, _)| end.contains(GIVEN_UP)).map(|(_, count)| count).sum();
    assert!(all >= PUBLICATIONS, "only {all} publications");
    assert!(given_up * 10 < all, "{given_up} of {all} publications were given up");
    for (link, promise) in board.all() {
        let dead = matches!(look(&link).await, Sight::Nothing);
        assert_eq!(dead, promise != Promise::Live, "{link} is promised to be {promise:?}");
    }
    assert!(collect(aws).await, "the collector fails in fair weather");
    for Work { subject, place, outcome } in &work {
        match outcome {
            Outcome::Live(words) => {
                let seen = subject.expect_live(admin, aws, place).await;
                assert!(seen.page.contains(words), "{place}: the page does not say {words:?}: {}", seen.page);
            }
            Outcome::Gone => subject.expect_gone(aws, place).await,
        }
    }
}

/// The publications of a report, once each of them has ended.
async fn all_ended(aws: &Aws, subject: &Subject, place: &str) -> Vec<Ended> {
    let begun = Instant::now();
    loop {
        let publications = subject.records(aws).await;
        if publications.iter().all(Ended::is_final) {
            let silent = publications.iter().any(|end| end.status == "Failed" && end.reason.is_none());
            assert!(!silent, "{place}: failed without a reason: {publications:?}");
            return publications;
        }
        assert!(begun.elapsed() < LIMIT, "{place}: stuck: {publications:?}");
        sleep(Duration::from_secs(1)).await;
    }
}
