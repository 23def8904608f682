//! The collector, which here runs all the time instead of every six hours: nothing that is live may ever be removed by it.

use super::board::Board;
use crate::subject::collect;
use imprint_tests::aws::Aws;
use std::{sync::Arc, time::Duration};
use tokio::time::sleep;

const PAUSE: Duration = Duration::from_secs(3);

/// Has bundles collected until the board is closed. How often that went to its end.
pub async fn collect_all_the_time(aws: Arc<Aws>, board: Arc<Board>) -> usize {
    let mut runs = 0;
    while !board.is_closed() {
        runs += usize::from(collect(&aws).await);
        sleep(PAUSE).await;
    }
    runs
}
