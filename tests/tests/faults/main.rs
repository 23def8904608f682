//! The rules of publication while things go wrong: workers killed, messages doubled and shuffled, publish against unpublish.
//!
//! A test program of its own, which runs after the other: killed workers would slow the others' publications down.
//!
//! Seen to fail: without the condition on the state's revision (`Publications::replace`), the unpublish at the moment of going
//! live loses, and publications at the same time never end; with a found but unfinished record taken for a finished one
//! (`Publications::begin`), publications stay NotStarted.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use imprint_tests::{api::Api, aws::Aws, samples, unique, workers};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tokio::{sync::Mutex, task::JoinSet, time::sleep};

/// Killing is everybody's business: one of these tests at a time.
static ALONE: Mutex<()> = Mutex::const_new(());

/// A report, its uid and the address of its progress, just asked to be published.
struct Asked {
    report: String,
    uid: String,
    progress: String,
}

/// Asks for a publication without waiting for its end.
async fn ask(admin: &Api, report: &str) -> Asked {
    let uid = admin.get(&format!("/api/reports/{report}")).await.expect(200).json()["id"].as_str().unwrap().to_owned();
    let monitor = unique("asked");
    let asking = (admin.clone(), format!("/api/reports/{report}/_cloud-publish"), json!({"progress": monitor}));
    tokio::spawn(async move { asking.0.post(&asking.1, &asking.2).await });
    let progress = loop {
        let answer = admin.get(&format!("/api/progress/{monitor}")).await;
        if answer.status == 200 {
            break answer.json()["_links"]["self"]["href"].as_str().unwrap().to_owned();
        }
        sleep(Duration::from_millis(20)).await;
    };
    Asked { report: report.to_owned(), uid, progress }
}

/// The bundles of a report, once those that nobody uses had time to go: they go when the message comes again.
async fn bundles_at_rest(aws: &Aws, uid: &str, expected: usize) -> Vec<String> {
    let begun = Instant::now();
    loop {
        let found = aws.objects(&format!("bundles/{uid}/")).await;
        if found.len() == expected || begun.elapsed() > Duration::from_secs(90) {
            return found;
        }
        sleep(Duration::from_millis(500)).await;
    }
}

#[tokio::test]
async fn twenty_publications_survive_ten_killed_workers() {
    let _alone = ALONE.lock().await;
    let (admin, aws) = (Api::admin(), Aws::connect().await);
    let mut asking = JoinSet::new();
    for _ in 0..20 {
        let admin = admin.clone();
        asking.spawn(async move {
            let report = samples::report(&admin, "survivor").await;
            ask(&admin, &report).await
        });
    }
    let killer = tokio::spawn(kill_at_random_moments(10));
    let asked = asking.join_all().await;
    let killed = killer.await.unwrap();
    assert_eq!(killed, 10, "there were not enough workers to kill");
    for Asked { report, uid, progress } in &asked {
        let end = admin.finished(progress).await;
        assert_eq!(end["status"], "Done", "{end}");
        let link = admin.live_link(&aws, uid).await;
        Api::anonymous().get(&link).await.expect(200);
        let bundles = bundles_at_rest(&aws, uid, 1).await;
        assert_eq!(bundles.len(), 1, "{report} has {bundles:?}");
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

#[tokio::test]
async fn a_publication_whose_worker_dies_each_time_fails_with_a_reason() {
    let _alone = ALONE.lock().await;
    let (admin, aws) = (Api::admin(), Aws::connect().await);
    let report = samples::report(&admin, "doomed").await;
    let stop = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let stopped = stop.clone();
    let killer = tokio::spawn(async move {
        while !stopped.load(std::sync::atomic::Ordering::Relaxed) {
            workers::running().into_iter().for_each(workers::kill);
            sleep(Duration::from_millis(3)).await;
        }
    });
    let asked = ask(&admin, &report).await;
    let end = admin.finished(&asked.progress).await;
    stop.store(true, std::sync::atomic::Ordering::Relaxed);
    killer.await.unwrap();
    assert_eq!(end["status"], "Failed", "{end}");
    assert!(end["reason"].as_str().unwrap().contains("tried several times"), "{end}");
    assert!(bundles_at_rest(&aws, &asked.uid, 0).await.is_empty());
    admin.publish_and_wait(&report).await;
}

#[tokio::test]
async fn fifty_doubled_and_shuffled_messages_change_nothing() {
    let _alone = ALONE.lock().await;
    let (admin, aws) = (Api::admin(), Aws::connect().await);
    let report = samples::report(&admin, "version one").await;
    let uid = admin.get(&format!("/api/reports/{report}")).await.json()["id"].as_str().unwrap().to_owned();
    for version in 2..=5 {
        admin.publish_and_wait(&report).await;
        let definition = samples::body("x", &format!("version {version}"))["definition"].clone();
        admin.put(&format!("/api/reports/{report}"), &json!({"definition": definition})).await.expect(200);
    }
    let token = admin.publish_and_wait(&report).await;
    let (bundle, shown) = (aws.objects(&format!("bundles/{uid}/")).await, page(&token).await);
    let newest = newest_publication(&admin, &uid).await;
    for number in 0..50 {
        let sequence = (number * 7) % newest + 1;
        aws.send_publish_message(&json!({"publication": {"report": uid, "sequence": sequence}})).await;
    }
    drained(&aws).await;
    assert_eq!(aws.objects(&format!("bundles/{uid}/")).await, bundle, "the live bundle, and no other");
    assert_eq!(page(&token).await, shown);
    for sequence in 1..=newest {
        let progress = admin.get(&format!("/api/progress/{uid}-{sequence}")).await.expect(200).json();
        assert_eq!(progress["status"], "Done", "{progress}");
    }
}

async fn page(token: &Value) -> String {
    Api::anonymous().get(token["url"].as_str().unwrap()).await.expect(200).text()
}

async fn newest_publication(admin: &Api, uid: &str) -> u64 {
    let mut sequence = 0;
    while admin.get(&format!("/api/progress/{uid}-{}", sequence + 1)).await.status == 200 {
        sequence += 1;
    }
    assert!(sequence >= 5, "{sequence} publications");
    sequence
}

/// Waits until the publish queue is empty and nothing of it is being handled.
async fn drained(aws: &Aws) {
    use aws_sdk_sqs::types::QueueAttributeName::{ApproximateNumberOfMessages, ApproximateNumberOfMessagesNotVisible};
    let begun = Instant::now();
    loop {
        let request = aws.sqs.get_queue_attributes().queue_url(imprint_tests::variable("PUBLISH_QUEUE_URL"));
        let request =
            request.attribute_names(ApproximateNumberOfMessages).attribute_names(ApproximateNumberOfMessagesNotVisible);
        let answer = request.send().await.unwrap();
        if answer.attributes().unwrap().values().all(|count| count == "0") {
            return;
        }
        assert!(begun.elapsed() < Duration::from_secs(120), "the queue does not empty");
        sleep(Duration::from_millis(200)).await;
    }
}

#[tokio::test]
async fn publications_at_the_same_time_end_with_the_last_one_live_and_one_bundle() {
    let _alone = ALONE.lock().await;
    let (admin, aws) = (Api::admin(), Aws::connect().await);
    let report = samples::report(&admin, "words 0").await;
    let mut asked = Vec::new();
    for number in 1..=6 {
        asked.push(ask(&admin, &report).await);
        let definition = samples::body("x", &format!("words {number}"))["definition"].clone();
        admin.put(&format!("/api/reports/{report}"), &json!({"definition": definition})).await.expect(200);
    }
    for one in &asked {
        assert_eq!(admin.finished(&one.progress).await["status"], "Done");
    }
    drained(&aws).await;
    let uid = &asked[0].uid;
    assert_eq!(bundles_at_rest(&aws, uid, 1).await.len(), 1);
    // The last one asked for was of version 6, whose words are those of the fifth change.
    let link = admin.live_link(&aws, uid).await;
    assert!(Api::anonymous().get(&link).await.expect(200).text().contains("words 5"));
}

#[tokio::test]
async fn after_an_unpublish_has_answered_nothing_of_what_was_asked_before_is_ever_reachable() {
    let _alone = ALONE.lock().await;
    let (admin, aws) = (Api::admin(), Aws::connect().await);
    for round in 0..8u64 {
        let report = samples::report(&admin, "now you see me").await;
        let first = (round % 2 == 0).then_some(admin.publish_and_wait(&report).await);
        let asked = ask(&admin, &report).await;
        sleep(Duration::from_millis(round * 25)).await;
        admin.unpublish(&report).await.expect(204);
        let unreachable = async || {
            if let Some(token) = &first {
                Api::anonymous().get(token["url"].as_str().unwrap()).await.expect(404);
            }
            let record = admin.get(&format!("/api/reports/{report}")).await.json();
            assert_eq!(record["published"], false, "round {round}");
        };
        unreachable().await;
        let end = admin.finished(&asked.progress).await;
        unreachable().await;
        assert!(end["status"] == "Done" || end["reason"].as_str().unwrap().contains("unpublished"), "{end}");
        drained(&aws).await;
        unreachable().await;
        let left = bundles_at_rest(&aws, &asked.uid, 0).await;
        assert!(left.is_empty(), "round {round}: {left:?}");
    }
}

#[tokio::test]
async fn an_unpublish_at_the_very_moment_of_going_live_wins() {
    let _alone = ALONE.lock().await;
    let (admin, aws) = (Api::admin(), Aws::connect().await);
    let mut races = JoinSet::new();
    for _ in 0..24 {
        let admin = admin.clone();
        races.spawn(async move {
            let report = samples::report(&admin, "a photo finish").await;
            let asked = ask(&admin, &report).await;
            // The second message is recorded right before the bundle becomes live.
            while admin.get(&asked.progress).await.expect(200).json()["percent"].as_u64() < Some(90) {}
            admin.unpublish(&report).await.expect(204);
            asked
        });
    }
    let asked = races.join_all().await;
    drained(&aws).await;
    let links = aws.dump("LINKS_TABLE").await;
    for Asked { report, uid, progress } in &asked {
        let record = admin.get(&format!("/api/reports/{report}")).await.json();
        assert_eq!(record["published"], false, "{}", admin.get(progress).await.text());
        assert!(!links.contains(uid.as_str()), "{report} has a link");
    }
}

#[tokio::test]
async fn a_message_about_nothing_is_dropped() {
    let _alone = ALONE.lock().await;
    let aws = Aws::connect().await;
    let report = uuid_of_nothing();
    aws.send_publish_message(&json!({"publication": {"report": report, "sequence": 1}})).await;
    drained(&aws).await;
    assert!(aws.objects(&format!("bundles/{report}/")).await.is_empty());
}

fn uuid_of_nothing() -> &'static str {
    "11111111-1111-4111-8111-111111111111"
}
