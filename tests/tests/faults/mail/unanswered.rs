//! A mail system of which nobody knows whether it took the mail: the answer says so, and the same key never sends it again.

use super::{NOBODY_KNOWS, SENDER, Sending, expect_sent, refusal};
use crate::ROOM;
use imprint_tests::{api::Api, faults::Faults, mail::sent_to, unique};
use serde_json::json;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

#[tokio::test]
async fn a_mail_without_an_answer_is_never_sent_again_under_its_key() {
    let _room = ROOM.read().await;
    let (admin, faults) = (Api::admin(), Faults::connect());
    for (fault, mails) in [("reset", 0), ("lose", 1), ("vanish", 1)] {
        let sending = Sending::new(&admin, 2).await;
        let rule = sending.fault(&faults, fault, &sending.uid, 1, 1).await;
        for place in [fault, "asked again", "asked once more"] {
            let message = refusal(&sending.send().await, 500, &format!("{fault}: {place}"));
            assert!(message.starts_with(&format!("{NOBODY_KNOWS}{}: ", sending.to.join(", "))), "{message}");
            sending.expect_mails(mails, place);
            assert_eq!(sending.outcomes().await, (json!("Failed"), vec![json!("Unknown"); 2]), "{fault}: {place}");
        }
        let told = faults.remove(&rule).await;
        assert_eq!((told.applied, told.matched), (1, 1), "{fault}: it was handed over once");
        let anew = Sending { key: unique("key"), ..sending.clone() };
        expect_sent(&anew.send().await, "under a new key");
        anew.expect_mails(mails + 1, "under a new key");
    }
}

#[tokio::test]
async fn of_several_mails_only_the_one_without_an_answer_is_in_doubt() {
    let _room = ROOM.read().await;
    let (admin, faults) = (Api::admin(), Faults::connect());
    let sending = Sending::new(&admin, 120).await;
    let rule = sending.fault(&faults, "vanish", &sending.to[50], 1, 1).await;
    for _ in 0..2 {
        let message = refusal(&sending.send().await, 500, "the second of three");
        assert!(message.starts_with(NOBODY_KNOWS), "{message}");
        for (position, address) in sending.to.iter().enumerate() {
            assert_eq!(message.contains(address), (50..100).contains(&position), "{position}: {message}");
        }
        sending.expect_mails(1, "the second of three");
        assert_eq!(sending.outcomes().await.0, "PartlySent");
    }
    assert_eq!(faults.remove(&rule).await.applied, 1);
}

/// While one request waits for the mail system, another one under its key waits for that one.
#[tokio::test]
async fn a_request_under_the_key_of_another_waits_for_it_and_answers_the_same() {
    let _room = ROOM.read().await;
    let (admin, faults) = (Api::admin(), Faults::connect());
    for fault in ["hold-before", "hold-after"] {
        let sending = Sending::new(&admin, 1).await;
        let rule = sending.fault(&faults, fault, &sending.uid, 1, 1).await;
        let first = tokio::spawn({
            let sending = sending.clone();
            async move { sending.send().await }
        });
        assert!(faults.holds(&rule).await, "{fault}");
        assert_eq!(sending.outcomes().await, (json!("Sending"), vec![json!("Sending")]), "{fault}");
        let second = tokio::spawn({
            let sending = sending.clone();
            async move { sending.send().await }
        });
        tokio::time::sleep(Duration::from_secs(2)).await;
        assert!(!second.is_finished(), "{fault}: the second waits");
        faults.remove(&rule).await;
        expect_sent(&first.await.unwrap(), fault);
        expect_sent(&second.await.unwrap(), fault);
        sending.expect_mails(1, fault);
    }
}

/// Both are answered by the function, and not by the gateway that gave up.
#[tokio::test]
async fn a_mail_system_that_says_nothing_is_not_waited_for_longer_than_the_gateway_waits() {
    let _room = ROOM.read().await;
    let (admin, faults) = (Api::admin(), Faults::connect());
    let sending = Sending::new(&admin, 60).await;
    let rule = sending.fault(&faults, "hold-before", &sending.to[0], 1, 1).await;
    let begun = Instant::now();
    let (first, second) = tokio::join!(sending.send(), async {
        faults.holds(&rule).await;
        sending.send().await
    });
    assert!(begun.elapsed() < Duration::from_secs(58), "{:?}", begun.elapsed());
    let message = refusal(&first, 500, "mute");
    assert!(message.contains(&format!("{NOBODY_KNOWS}{}", sending.to[..50].join(", "))), "{message}");
    assert!(
        message.contains("not sent") && message.contains(&sending.to[55]),
        "there was no time for the others: {message}"
    );
    let second = match second.status {
        409 => refusal(&second, 409, "the second"),
        // The first one ended in time.
        _ => refusal(&second, 500, "the second"),
    };
    assert!(second.contains("still being served") || second.contains(NOBODY_KNOWS), "{second}");
    // What is let go arrives late, and is not sent a second time.
    faults.remove(&rule).await;
    let last = refusal(&sending.send_again().await, 500, "later");
    assert!(last.contains(NOBODY_KNOWS) && !last.contains(&sending.to[55]), "{last}");
    assert!(sending.to[50..].iter().all(|address| sent_to(address).len() == 1), "the others have theirs");
    assert!(sending.to[..50].iter().all(|address| sent_to(address).len() <= 1));
    assert!(
        faults.journal(SENDER, &sending.to[0]).await.iter().filter(|entry| entry.operation == "SendRawEmail").count()
            == 1
    );
}

#[tokio::test]
async fn a_mail_whose_record_cannot_be_written_afterwards_is_not_sent_again() {
    let _room = ROOM.read().await;
    let (admin, faults) = (Api::admin(), Faults::connect());
    let sending = Sending::new(&admin, 1).await;
    // It claims the key, records the delivery, marks the mail, hands it over: then nothing can be written any more.
    let deaf = json!({"functions": [SENDER], "services": ["dynamodb"], "text": sending.uid, "changes": true,
        "first": 4, "times": 10_000, "fault": "refuse"});
    let rule = faults.set(&deaf).await;
    expect_sent(&sending.send().await, "no record");
    assert!(faults.remove(&rule).await.applied >= 1);
    sending.expect_mails(1, "no record");
    let message = refusal(&sending.send_again().await, 500, "asked again");
    assert!(message.starts_with(NOBODY_KNOWS), "{message}");
    sending.expect_mails(1, "asked again");
}

#[tokio::test]
async fn an_answer_of_the_table_that_is_lost_costs_nobody_anything() {
    let _room = ROOM.read().await;
    let mut all = JoinSet::new();
    // It claims the key, records the delivery, marks the mail, and records the answer; between the last two it hands the mail over.
    for step in [1, 2, 3, 5] {
        for fault in ["lose", "vanish"] {
            all.spawn(async move {
                let (place, faults) = (format!("{fault} {step}"), Faults::connect());
                let sending = Sending::new(&Api::admin(), 1).await;
                let rule = faults.at_change(SENDER, &sending.uid, step, fault).await;
                expect_sent(&sending.send().await, &place);
                assert_eq!(faults.remove(&rule).await.applied, 1, "{place}");
                expect_sent(&sending.send().await, &place);
                sending.expect_mails(1, &place);
            });
        }
    }
    all.join_all().await;
}
