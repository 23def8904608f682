//! A mail system that is too busy, for a moment or for good, or that does not want our mail.

use super::{NOT_SENT, Sending, expect_sent, refusal};
use crate::ROOM;
use imprint_tests::{api::Api, aws::Aws, faults::Faults, logs, mail::sent_to};
use serde_json::json;
use tokio::task::JoinSet;

#[tokio::test]
async fn who_is_put_off_for_a_moment_sends_all_the_same() {
    let _room = ROOM.read().await;
    let (admin, faults) = (Api::admin(), Faults::connect());
    for fault in ["throttle", "refuse"] {
        let sending = Sending::new(&admin, 2).await;
        let rule = sending.fault(&faults, fault, &sending.uid, 1, 2).await;
        expect_sent(&sending.send().await, fault);
        assert_eq!(faults.remove(&rule).await.applied, 2, "{fault}");
        sending.expect_mails(1, fault);
    }
}

/// Several at once: the time for an attempt runs out at another moment for each.
#[tokio::test]
async fn who_is_put_off_for_good_is_told_so_and_sends_later_under_the_same_key() {
    let _room = ROOM.read().await;
    let mut all = JoinSet::new();
    for number in 0..8 {
        all.spawn(put_off(if number % 2 == 0 { "throttle" } else { "refuse" }));
    }
    all.join_all().await;
}

async fn put_off(fault: &'static str) {
    let (admin, faults) = (Api::admin(), Faults::connect());
    let sending = Sending::new(&admin, 1).await;
    let rule = sending.fault(&faults, fault, &sending.uid, 1, 10_000).await;
    let message = refusal(&sending.send().await, 500, fault);
    assert!(message.starts_with(&format!("{NOT_SENT} The log has the reason under request ")), "{fault}: {message}");
    sending.expect_mails(0, fault);
    assert_eq!(sending.outcomes().await, (json!("Failed"), vec![json!("Failed")]), "{fault}");
    assert!(faults.remove(&rule).await.applied > 3, "{fault}: it was tried several times");
    expect_sent(&sending.send().await, fault);
    expect_sent(&sending.send().await, fault);
    sending.expect_mails(1, fault);
    assert_eq!(sending.outcomes().await, (json!("Sent"), vec![json!("Sent")]), "{fault}");
}

#[tokio::test]
async fn of_several_mails_the_answer_names_those_that_were_not_taken_and_the_same_key_sends_only_these() {
    let _room = ROOM.read().await;
    let (admin, faults) = (Api::admin(), Faults::connect());
    let sending = Sending::new(&admin, 120).await;
    let (first, rest) = sending.to.split_at(50);
    let rule = sending.fault(&faults, "throttle", &rest[0], 1, 10_000).await;
    let message = refusal(&sending.send().await, 500, "the second of three");
    assert!(message.starts_with("The report was sent, but not to "), "{message}");
    for (position, address) in sending.to.iter().enumerate() {
        assert_eq!(
            message.contains(address),
            !first.contains(address) && sent_to(address).is_empty(),
            "{position}: {message}"
        );
    }
    assert!(first.iter().all(|address| sent_to(address).len() == 1), "the first fifty have theirs");
    assert!(rest[..50].iter().all(|address| sent_to(address).is_empty()));
    assert_eq!(sending.outcomes().await.0, "PartlySent");
    faults.remove(&rule).await;
    expect_sent(&sending.send().await, "to the rest");
    sending.expect_mails(1, "to the rest");
    let (status, outcomes) = sending.outcomes().await;
    assert!(status == "Sent" && outcomes.iter().all(|outcome| outcome == "Sent"), "{status} {outcomes:?}");
}

/// The log of the function that sends.
fn log() -> String {
    logs::text(super::SENDER)
}

/// It is the sender of all: nobody else sends meanwhile.
#[tokio::test]
async fn a_sender_who_is_not_verified_sends_nothing_and_only_the_log_says_why() {
    let _alone = ROOM.write().await;
    let (admin, aws) = (Api::admin(), Aws::connect().await);
    let sending = Sending::new(&admin, 60).await;
    let senders = aws.ses.list_identities().send().await.unwrap().identities;
    assert!(!senders.is_empty());
    for sender in &senders {
        aws.forget_sender(sender).await;
    }
    let answer = sending.send().await;
    for sender in &senders {
        aws.ses.verify_email_identity().email_address(sender).send().await.unwrap();
    }
    let message = refusal(&answer, 500, "not verified");
    assert!(message.starts_with(NOT_SENT), "{message}");
    sending.expect_mails(0, "not verified");
    let request = message.trim_end_matches('.').rsplit(' ').next().unwrap().to_owned();
    let log = log();
    let line = log.lines().find(|line| line.contains(&request) && line.contains("not verified"));
    assert!(line.is_some(), "nothing in the log about {request}");
    let (status, outcomes) = sending.outcomes().await;
    assert!(status == "Failed" && outcomes.iter().all(|outcome| outcome == "Failed"), "{outcomes:?}");
    expect_sent(&sending.send().await, "verified again");
    sending.expect_mails(1, "verified again");
}
