//! The function that sends is killed at any step: the same request under the same key then sends what was not handed over.

use super::{NOBODY_KNOWS, SENDER, Sending};
use crate::ROOM;
use imprint_tests::{api::Api, faults::Faults};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::task::JoinSet;

/// A step at which the function dies, by the requests that it makes, and what is known afterwards: whether all is sent in the end, and how
/// many mails there are.
struct Step {
    what: &'static str,
    fault: &'static str,
    /// Of the requests that change something and say the report, or the key where the report is not said.
    at: (&'static str, usize),
    sent: bool,
    mails: usize,
}

const fn step(what: &'static str, fault: &'static str, at: (&'static str, usize), sent: bool, mails: usize) -> Step {
    Step { what, fault, at, sent, mails }
}

const STEPS: [Step; 12] = [
    step("claims the key", "kill-before", ("report", 1), true, 1),
    step("claims the key", "kill-after", ("report", 1), true, 1),
    step("records the delivery", "kill-before", ("report", 2), true, 1),
    step("records the delivery", "kill-after", ("report", 2), true, 1),
    step("marks the mail", "kill-before", ("report", 3), true, 1),
    step("marks the mail", "kill-after", ("report", 3), false, 0),
    step("hands the mail over", "kill-before", ("report", 4), false, 0),
    step("hands the mail over", "kill-after", ("report", 4), false, 1),
    step("records the answer", "kill-before", ("report", 5), false, 1),
    step("records the answer", "kill-after", ("report", 5), true, 1),
    step("gives the key back", "kill-before", ("key", 2), true, 1),
    step("gives the key back", "kill-after", ("key", 2), true, 1),
];

/// What is kept in the place of a key.
fn kept(sending: &Sending) -> String {
    let token = sending.admin.token().split('.').next().unwrap().trim_start_matches("imp_");
    let hash = Sha256::digest(format!("{token}\n{}", sending.key));
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn die_at(step: &Step, admin: &Api, faults: &Faults) {
    let place = format!("{}, {}", step.fault, step.what);
    let sending = Sending::new(admin, 1).await;
    let text = if step.at.0 == "key" { kept(&sending) } else { sending.uid.clone() };
    let rule = faults.at_change(SENDER, &text, step.at.1, step.fault).await;
    let answer = sending.send().await;
    assert!(answer.status >= 500, "{place}: {}", answer.text());
    assert_eq!(faults.remove(&rule).await.applied, 1, "{place}: it was not killed");
    for _ in 0..2 {
        let again = sending.send_again().await;
        let wanted = if step.sent { (200, true) } else { (500, again.text().contains(NOBODY_KNOWS)) };
        assert_eq!((again.status, true), wanted, "{place}: {}", again.text());
        sending.expect_mails(step.mails, &place);
    }
    let (status, outcome) = if step.sent { ("Sent", "Sent") } else { ("Failed", "Unknown") };
    assert_eq!(sending.outcomes().await, (json!(status), vec![json!(outcome)] as Vec<Value>), "{place}");
}

/// Nobody waits for a dead function twice: all die at once.
#[tokio::test]
async fn whichever_step_it_dies_at_nobody_gets_two_mails_and_the_answer_is_true() {
    let _room = ROOM.read().await;
    let mut dying = JoinSet::new();
    for step in &STEPS {
        dying.spawn(async move { die_at(step, &Api::admin(), &Faults::connect()).await });
    }
    dying.join_all().await;
}

#[tokio::test]
async fn of_several_mails_those_that_were_not_handed_over_are_sent_by_the_next_request() {
    let _room = ROOM.read().await;
    let (admin, faults) = (Api::admin(), Faults::connect());
    let sending = Sending::new(&admin, 120).await;
    let rule = sending.fault(&faults, "kill-after", &sending.to[50], 1, 1).await;
    assert!(sending.send().await.status >= 500);
    assert_eq!(faults.remove(&rule).await.applied, 1);
    let again = sending.send_again().await;
    let message = super::refusal(&again, 500, "the second of three");
    assert!(message.starts_with(NOBODY_KNOWS), "{message}");
    for (position, address) in sending.to.iter().enumerate() {
        assert_eq!(message.contains(address), (50..100).contains(&position), "{position}: {message}");
    }
    sending.expect_mails(1, "all three");
}
