//! Everything goes wrong at once, by chance, and clients ask again: nobody gets two mails, and what the answers say is true.

use super::{NOBODY_KNOWS, SENDER, Sending};
use crate::ROOM;
use imprint_tests::{
    api::Api,
    faults::{Faults, Rule},
    mail::sent_to,
};
use serde_json::{Value, json};
use tokio::task::JoinSet;

const SENDINGS: u64 = 12;

/// How often a client asks before the faults end.
const ROUNDS: usize = 3;

/// What goes wrong, where, and how often.
const FAULTS: [(&str, &str, f64); 9] = [
    ("kill-before", "", 0.02),
    ("kill-after", "", 0.02),
    ("refuse", "dynamodb", 0.05),
    ("lose", "dynamodb", 0.03),
    ("throttle", "ses", 0.2),
    ("refuse", "ses", 0.1),
    ("reset", "ses", 0.05),
    ("lose", "ses", 0.1),
    ("vanish", "ses", 0.1),
];

/// Sets all faults, each with a seed of its own.
async fn break_out(faults: &Faults, seed: u64) -> Vec<Rule> {
    let mut rules = Vec::new();
    for (number, (fault, service, chance)) in (0..).zip(FAULTS) {
        let mut rule = json!({"functions": [SENDER], "changes": true, "fault": fault, "chance": chance, "seed": seed * 100 + number});
        if !service.is_empty() {
            rule["services"] = json!([service]);
        }
        rules.push(faults.set(&rule).await);
    }
    rules
}

/// What a sending came to when nothing goes wrong any more.
async fn judge(sending: &Sending, place: &str) {
    let answer = sending.send_again().await;
    let text = answer.text();
    assert!(
        answer.status == 200 || answer.status == 500 && text.contains(NOBODY_KNOWS),
        "{place}: {} {text}",
        answer.status
    );
    let outcomes = sending.delivery().await;
    for address in &sending.to {
        let (mails, in_doubt) = (sent_to(address).len(), text.contains(address));
        assert!(
            mails == 1 || mails == 0 && in_doubt,
            "{place}: {address} got {mails} mails, and the answer was {text}"
        );
        let told: &Value = &imprint_tests::mail::told_of(&outcomes, address)["outcome"];
        assert_eq!(*told, if in_doubt { "Unknown" } else { "Sent" }, "{place}: {address}");
    }
}

#[tokio::test]
async fn whatever_goes_wrong_nobody_gets_two_mails_and_the_answers_are_true() {
    let _alone = ROOM.write().await;
    let seed = std::env::var("IMPRINT_FAULTS_SEED").map_or(1, |seed| seed.parse().unwrap());
    println!("seed {seed}");
    let (admin, faults) = (Api::admin(), Faults::connect());
    let mut sendings = Vec::new();
    for number in 0..SENDINGS {
        // One mail, or two.
        sendings.push(Sending::new(&admin, if number % 2 == 0 { 3 } else { 52 }).await);
    }
    let before = faults.counts().await;
    let rules = break_out(&faults, seed).await;
    let mut asking = JoinSet::new();
    for sending in sendings.clone() {
        asking.spawn(async move {
            for _ in 0..ROUNDS {
                if sending.send().await.status == 200 {
                    break;
                }
            }
        });
    }
    asking.join_all().await;
    for rule in &rules {
        faults.remove(rule).await;
    }
    let after = faults.counts().await;
    let made: u64 = after.iter().map(|(fault, count)| count - before.get(fault).unwrap_or(&0)).sum();
    assert!(made > SENDINGS, "hardly anything went wrong: {made}");
    println!("{made} faults");
    let mut judging = JoinSet::new();
    for (number, sending) in sendings.into_iter().enumerate() {
        judging.spawn(async move { judge(&sending, &format!("seed {seed}, sending {number}")).await });
    }
    judging.join_all().await;
}
