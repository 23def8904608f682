//! The folder tree is right whatever many clients do to it at once. A test program of its own, for it asks more of the stack than
//! all others together.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod busy;
mod concurrent;
mod reports;
mod sequential;

use imprint_tests::{
    aws::Aws,
    tree::{client::Client, listing::Listing, sweep::Snapshot},
};

/// The tree as the API lists it; the list of its reports is looked at besides. Nothing may go on meanwhile.
///
/// # Errors
/// What is wrong with the tree as it is kept, and where the list differs from it.
async fn swept(aws: &Aws, client: &Client) -> Result<Listing, Vec<String>> {
    let (listing, snapshot) = (client.list().await, Snapshot::read(aws, &client.workspace).await);
    let reports = client.reports().await;
    let faults = [snapshot.faults(), snapshot.differences(&listing), snapshot.unlisted(&reports)].concat();
    if faults.is_empty() { Ok(listing) } else { Err(faults) }
}
