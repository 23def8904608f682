//! Workers killed at moments that nobody chose.

use crate::{ROOM, subject::Subject};
use imprint_tests::{api::Api, aws::Aws, workers};
use std::time::{Duration, Instant};
use tokio::{task::JoinSet, time::sleep};

#[tokio::test]
async fn twenty_publications_survive_ten_killed_workers() {
    let _alone = ROOM.write().await;
    let (admin, aws) = (Api::admin(), Aws::connect().await);
    let mut asking = JoinSet::new();
    for _ in 0..20 {
        let admin = admin.clone();
        asking.spawn(async move { Subject::new(&admin, "survivor").await.ask(&admin).await });
    }
    let killer = tokio::spawn(kill_at_random_moments(10));
    let asked = asking.join_all().await;
    let killed = killer.await.unwrap();
    assert_eq!(killed, 10, "there were not enough workers to kill");
    for asked in &asked {
        let end = admin.finished(&asked.progress).await;
        assert_eq!(end["status"], "Done", "{end}");
        asked.subject.expect_live(&admin, &aws, "after the killer").await;
    }
}

/// Kills workers until so many are dead, at moments and of processes that the clock chooses.
async fn kill_at_random_moments(many: usize) -> usize {
    let (mut killed, begun) = (0, Instant::now());
    while killed < many && begun.elapsed() < Duration::from_secs(90) {
        let noise = u64::from(begun.elapsed().subsec_nanos());
        sleep(Duration::from_millis(40 + noise % 300)).await;
        let running = workers::running();
        if let Some(id) = running.get(noise as usize % running.len().max(1)) {
            workers::kill(*id);
            killed += 1;
        }
    }
    killed
}
