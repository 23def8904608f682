//! Messages that come twice, late, and in another order than they were sent.

use crate::{
    ROOM,
    reader::{Sight, look},
    subject::{Subject, drained},
};
use imprint_tests::{
    api::Api,
    aws::Aws,
    faults::{Faults, Rule},
};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::sleep;

#[tokio::test]
async fn fifty_doubled_and_shuffled_messages_change_nothing() {
    let _alone = ROOM.write().await;
    let (admin, aws) = (Api::admin(), Aws::connect().await);
    let subject = Subject::new(&admin, "version one").await;
    for version in 2..=5 {
        admin.publish_and_wait(&subject.name).await;
        subject.rewrite(&admin, &format!("version {version}")).await;
    }
    admin.publish_and_wait(&subject.name).await;
    let shown = subject.expect_live(&admin, &aws, "before").await;
    let before = subject.records(&aws).await;
    let newest = before.len();
    assert!(newest >= 5, "{newest} publications");
    for number in 0..50 {
        let sequence = (number * 7) % newest + 1;
        aws.send_publish_message(&json!({"publication": {"report": subject.uid, "sequence": sequence}})).await;
    }
    drained(&aws).await;
    assert_eq!(subject.expect_live(&admin, &aws, "after").await, shown);
    assert_eq!(subject.records(&aws).await, before, "a publication ended twice");
    assert!(before.iter().all(|record| record.status == "Done"), "{before:?}");
}

#[tokio::test]
async fn publications_whose_messages_come_in_reverse_order_end_with_the_last_one_live() {
    let _room = ROOM.read().await;
    let (admin, aws, faults) = (Api::admin(), Aws::connect().await, Faults::connect());
    let subject = Subject::new(&admin, "words 0").await;
    let mut asked = Vec::new();
    for (number, seconds) in [8, 4, 0].into_iter().enumerate() {
        let late = json!({"text": subject.uid, "fault": "postpone", "seconds": seconds});
        let rule = faults.set(&late).await;
        subject.rewrite(&admin, &format!("words {number}")).await;
        asked.push(subject.ask(&admin).await);
        assert_eq!(faults.remove(&rule).await.applied, 1, "message {number} was not postponed");
    }
    let last = admin.finished(&asked[2].progress).await;
    let before = [status(&admin, &asked[0].progress).await, status(&admin, &asked[1].progress).await];
    assert_eq!(before, ["NotStarted", "NotStarted"], "the last message was to come first");
    assert_eq!(last["status"], "Done", "{last}");
    let seen = subject.expect_live(&admin, &aws, "the last one came first").await;
    assert!(seen.page.contains("words 2"));
    for late in &asked[..2] {
        let end = admin.finished(&late.progress).await;
        assert_eq!(end["status"], "Done", "{end}");
        assert!(end["reason"].as_str().unwrap_or_default().contains("later publication"), "{end}");
    }
    assert_eq!(subject.expect_live(&admin, &aws, "all came").await, seen);
}

async fn status(admin: &Api, progress: &str) -> Value {
    admin.get(progress).await.expect(200).json()["status"].clone()
}

/// Two workers make one publication side by side. Wherever the one is stopped, the other finishes it, and the first changes nothing any more.
#[tokio::test]
async fn of_two_workers_for_one_publication_the_slower_one_changes_nothing() {
    let _room = ROOM.read().await;
    let (admin, aws, faults) = (Api::admin(), Aws::connect().await, Faults::connect());
    for step in 1..=6 {
        let place = format!("held before change {step}");
        let subject = Subject::new(&admin, "made twice").await;
        let held = faults.at_change("PublishWorker", &subject.uid, step, "hold-before").await;
        made_twice(&admin, &aws, &faults, &subject, &held).await;
        let end = subject.end(&aws, 1).await;
        assert_eq!(end.status, "Done", "{place}: {end:?}");
        let link = admin.live_link(&aws, &subject.uid).await;
        let Sight::Whole(seen) = look(&link).await else { panic!("{place}: {link} is not whole") };
        faults.remove(&held).await;
        assert_eq!(subject.expect_live(&admin, &aws, &place).await, seen, "{place}");
        let after = subject.end(&aws, 1).await;
        assert_eq!((after.finished_at, after.bundle), (end.finished_at, end.bundle), "{place}: it ended twice");
    }
}

#[tokio::test]
async fn of_two_workers_for_a_report_at_fault_the_slower_one_changes_nothing() {
    let _room = ROOM.read().await;
    let (admin, aws, faults) = (Api::admin(), Aws::connect().await, Faults::connect());
    let subject = Subject::at_fault(&admin).await;
    // It has found the fault, and reads the state next.
    let held = faults.before_read("PublishWorker", &subject.uid, 2).await;
    made_twice(&admin, &aws, &faults, &subject, &held).await;
    let end = subject.end(&aws, 1).await;
    assert_eq!(end.status, "Failed", "{end:?}");
    faults.remove(&held).await;
    sleep(Duration::from_secs(2)).await;
    assert_eq!(subject.end(&aws, 1).await.finished_at, end.finished_at, "it ended twice");
}

/// Asks for a publication whose first worker is held, and sends its message once more.
async fn made_twice(admin: &Api, aws: &Aws, faults: &Faults, subject: &Subject, held: &Rule) {
    subject.ask(admin).await;
    assert!(faults.holds(held).await, "{subject:?}: nobody is held");
    aws.send_publish_message(&json!({"publication": {"report": subject.uid, "sequence": 1}})).await;
}

/// The proxy sends every message of a publish call twice.
#[tokio::test]
async fn a_doubled_message_publishes_once() {
    let _room = ROOM.read().await;
    let (admin, aws, faults) = (Api::admin(), Aws::connect().await, Faults::connect());
    let subject = Subject::new(&admin, "sent twice").await;
    let doubled = faults.set(&json!({"text": subject.uid, "fault": "duplicate"})).await;
    admin.publish_and_wait(&subject.name).await;
    assert_eq!(faults.remove(&doubled).await.applied, 1, "the message was not doubled");
    subject.expect_live(&admin, &aws, "sent twice").await;
}

/// The call's function has 29 seconds. What it lost before it began to wait is taken off the wait, or its caller would learn nothing.
#[tokio::test]
async fn a_publish_call_that_begins_slowly_answers_before_its_time_is_over() {
    let _room = ROOM.read().await;
    let (admin, faults) = (Api::admin(), Faults::connect());
    let subject = Subject::new(&admin, "asked slowly").await;
    let write = json!({"text": subject.uid, "operations": ["TransactWriteItems"], "fault": "delay", "seconds": 5});
    let slow = faults.set(&write).await;
    let late = faults.set(&json!({"text": subject.uid, "fault": "postpone", "seconds": 32})).await;
    let accepted = admin.publish(&subject.name).await.expect(202);
    assert_eq!([faults.remove(&slow).await.applied, faults.remove(&late).await.applied], [1, 1]);
    let end = admin.finished(accepted.header("location")).await;
    assert_eq!(end["status"], "Done", "{end}");
}
