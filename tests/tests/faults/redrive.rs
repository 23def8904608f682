//! Publications that are given up, and that an operator has tried again. To be given up at once, a message is sent to where it comes
//! otherwise after four attempts.

use crate::{
    ROOM,
    subject::{Subject, collect},
};
use imprint_tests::{api::Api, aws::Aws, faults::Faults};
use serde_json::json;
use std::time::{Duration, Instant};
use tokio::{sync::Mutex, time::sleep};

/// How long the drain may take to give a publication up, and then to park its message.
const LIMIT: Duration = Duration::from_secs(30);

/// Of operators there is one: a redrive moves everything that is parked, also what another test has just had given up.
pub static OPERATOR: Mutex<()> = Mutex::const_new(());

/// Sends the message of the report's first publication to the drain.
async fn give_up(aws: &Aws, subject: &Subject) {
    let queues = aws.sqs.list_queues().queue_name_prefix("imprint-PublishDeadLetters").send().await.unwrap();
    let message = json!({"publication": {"report": subject.uid, "sequence": 1}}).to_string();
    aws.sqs.send_message().queue_url(&queues.queue_urls()[0]).message_body(message).send().await.unwrap();
}

/// Has everything that is parked tried again, until the publication is under way or done.
pub async fn redrive(aws: &Aws, subject: &Subject) {
    let (begun, function) = (Instant::now(), aws.function_name("OperatorRedrivePublications").await);
    while subject.records(aws).await[0].status == "Failed" {
        assert!(begun.elapsed() < LIMIT, "{subject:?} is not tried again");
        aws.lambda.invoke().function_name(&function).send().await.unwrap();
        sleep(Duration::from_millis(200)).await;
    }
}

/// Waits until the publication has this status.
async fn becomes(aws: &Aws, subject: &Subject, status: &str) {
    let begun = Instant::now();
    while subject.records(aws).await[0].status != status {
        assert!(begun.elapsed() < LIMIT, "{subject:?} does not become {status}: {:?}", subject.records(aws).await);
        sleep(Duration::from_millis(50)).await;
    }
}

/// A worker is stopped, and its publication given up and begun anew by another one: from then on the first one changes nothing.
#[tokio::test]
async fn a_worker_that_slept_through_a_redrive_changes_nothing() {
    let _room = ROOM.read().await;
    let _operator = OPERATOR.lock().await;
    let (admin, aws, faults) = (Api::admin(), Aws::connect().await, Faults::connect());
    for step in 2..=6 {
        let place = format!("asleep before change {step}");
        let subject = Subject::new(&admin, "a long sleep").await;
        let asleep = faults.at_change("PublishWorker", &subject.uid, step, "hold-before").await;
        subject.ask(&admin).await;
        assert!(faults.holds(&asleep).await, "{place}: nobody is held");
        let sleeper = subject.records(&aws).await[0].attempts[0].clone();
        give_up(&aws, &subject).await;
        becomes(&aws, &subject, "Failed").await;
        // It has begun anew, and is about to tell how far it has come.
        let other = json!({
            "functions": ["PublishWorker"], "text": subject.uid, "operations": ["UpdateItem"], "first": 2, "fault": "hold-before",
        });
        let other = faults.set(&other).await;
        redrive(&aws, &subject).await;
        assert!(faults.holds(&other).await, "{place}: the other worker is not held");
        faults.remove(&asleep).await;
        // Time enough for all that the first one would still do.
        sleep(Duration::from_secs(2)).await;
        let progress = admin.get(&format!("/api/progress/{}-1", subject.uid)).await.expect(200).json();
        assert_eq!(progress["percent"], 5, "{place}: the first one tells of its own progress: {progress}");
        faults.remove(&other).await;
        let end = subject.end(&aws, 1).await;
        assert_eq!((end.status.as_str(), &end.reason), ("Done", &None), "{place}");
        assert!(
            end.bundle.as_ref().is_some_and(|bundle| !bundle.ends_with(&sleeper)),
            "{place}: {sleeper} went on: {end:?}"
        );
        // What it stored under its own name is no longer named by any record.
        collect(&aws).await;
        subject.expect_live(&admin, &aws, &place).await;
    }
}

#[tokio::test]
async fn a_publication_that_is_done_while_it_is_given_up_stays_done() {
    let _room = ROOM.read().await;
    let (admin, aws, faults) = (Api::admin(), Aws::connect().await, Faults::connect());
    let subject = Subject::new(&admin, "done after all").await;
    let worker = faults.at_change("PublishWorker", &subject.uid, 6, "hold-before").await;
    // The drain has read the record, which is not finished, and reads the state next.
    let drain = faults.before_read("PublishDrain", &subject.uid, 2).await;
    subject.ask(&admin).await;
    assert!(faults.holds(&worker).await, "no worker is held");
    give_up(&aws, &subject).await;
    assert!(faults.holds(&drain).await, "the drain is not held");
    faults.remove(&worker).await;
    becomes(&aws, &subject, "Done").await;
    let seen = subject.expect_live(&admin, &aws, "done").await;
    let before = subject.records(&aws).await;
    faults.remove(&drain).await;
    sleep(Duration::from_secs(2)).await;
    assert_eq!(subject.records(&aws).await, before, "it was given up after its end");
    assert_eq!(subject.expect_live(&admin, &aws, "given up").await, seen);
}

/// Of two workers that find a publication given up, one begins it anew and is done before the other does the same.
#[tokio::test]
async fn what_two_redrives_find_given_up_is_begun_anew_once() {
    let _room = ROOM.read().await;
    let _operator = OPERATOR.lock().await;
    let (admin, aws, faults) = (Api::admin(), Aws::connect().await, Faults::connect());
    let subject = Subject::new(&admin, "tried again twice").await;
    let asleep = faults.at_change("PublishWorker", &subject.uid, 2, "hold-before").await;
    subject.ask(&admin).await;
    assert!(faults.holds(&asleep).await, "nobody is held");
    give_up(&aws, &subject).await;
    becomes(&aws, &subject, "Failed").await;
    // It has read that the publication was given up, and has not heard the answer.
    let read = json!({
        "functions": ["PublishWorker"], "text": subject.uid, "operations": ["GetItem"], "fault": "hold-after",
    });
    let slower = faults.set(&read).await;
    let again = json!({"publication": {"report": subject.uid, "sequence": 1}, "redrive": true});
    aws.send_publish_message(&again).await;
    assert!(faults.holds(&slower).await, "no worker looks at the record");
    aws.send_publish_message(&again).await;
    becomes(&aws, &subject, "Done").await;
    let before = subject.records(&aws).await;
    faults.remove(&slower).await;
    sleep(Duration::from_secs(2)).await;
    assert_eq!(subject.records(&aws).await, before, "it was begun anew after its end");
    faults.remove(&asleep).await;
    sleep(Duration::from_secs(2)).await;
    // What the sleeper uploads is named by no record.
    assert!(collect(&aws).await, "the collector failed");
    subject.expect_live(&admin, &aws, "tried again").await;
}
