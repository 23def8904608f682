//! Two hundred publications under all faults at once, with viewers who read all the time.
//!
//! `IMPRINT_FAULTS_SEED=n` chooses the same faults and moments once more, as far as the machine runs alike.

mod aftermath;
mod author;
mod board;
mod chance;
mod collector;
mod viewer;
mod weather;

use crate::{ROOM, subject::Subject};
use author::Author;
use board::Board;
use chance::Chance;
use imprint_tests::{api::Api, aws::Aws, faults::Faults};
use std::{sync::Arc, time::Instant};
use tokio::{sync::Semaphore, task::JoinSet};

/// Each has a report of its own; together they publish more than two hundred times.
const AUTHORS: u64 = 144;
const PUBLICATIONS: usize = 200;
const VIEWERS: u64 = 3;

/// So many authors work at a time.
const AT_ONCE: usize = 20;

#[tokio::test]
async fn two_hundred_publications_in_a_storm_are_neither_lost_nor_stuck_nor_half_visible() {
    let _alone = ROOM.write().await;
    let seed = seed();
    println!("IMPRINT_FAULTS_SEED={seed}");
    let (admin, aws, faults) = (Api::admin(), Arc::new(Aws::connect().await), Faults::connect());
    let (board, room) = (Arc::new(Board::default()), Arc::new(Semaphore::new(AT_ONCE)));

    let subjects = subjects(&admin, &room).await;
    let (begun, before) = (Instant::now(), faults.counts().await);
    let weather = weather::begin(&faults, seed).await;
    let mut viewers = JoinSet::new();
    for number in 0..VIEWERS {
        viewers.spawn(viewer::look_all_the_time(board.clone(), Chance::new(seed, AUTHORS + number)));
    }
    let mut working = JoinSet::new();
    for (number, subject) in (0..).zip(subjects) {
        let author = Author::new(number, subject, &aws, &board, Chance::new(seed, number));
        let room = room.clone();
        working.spawn(async move {
            let _room = room.acquire().await.unwrap();
            author.work().await
        });
    }
    let collector = tokio::spawn(collector::collect_all_the_time(aws.clone(), board.clone()));
    let authors = working.join_all().await;
    board.close();
    let looks: usize = viewers.join_all().await.into_iter().sum();
    let collected = collector.await.unwrap();
    weather::end(&faults, weather).await;
    println!(
        "the storm took {:?}, in which viewers looked {looks} times and bundles were collected {collected} times",
        begun.elapsed()
    );
    println!("{:?}", weather::expect_all(&before, &faults.counts().await));
    aftermath::expect_order(&admin, &aws, &board, authors).await;
    println!("everything was in order after {:?}", begun.elapsed());
}

/// The reports, made before the storm begins.
async fn subjects(admin: &Api, room: &Arc<Semaphore>) -> Vec<Subject> {
    let mut making = JoinSet::new();
    for _ in 0..AUTHORS {
        let (admin, room) = (admin.clone(), room.clone());
        making.spawn(async move {
            let _room = room.acquire().await.unwrap();
            Subject::new(&admin, &author::words(0)).await
        });
    }
    making.join_all().await
}

/// `IMPRINT_FAULTS_SEED`, or another one each time.
fn seed() -> u64 {
    match std::env::var("IMPRINT_FAULTS_SEED") {
        Ok(seed) => seed.parse().expect("IMPRINT_FAULTS_SEED is a number"),
        Err(_) => u64::from(std::time::UNIX_EPOCH.elapsed().unwrap().subsec_nanos()),
    }
}
