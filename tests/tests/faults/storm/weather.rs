//! The faults of the storm, and how often each of them befalls a request.

use imprint_tests::faults::{Faults, Rule};
use serde_json::json;
use std::collections::BTreeMap;

/// A fault, how many of a thousand requests it befalls, how many seconds it takes, and whose requests they are: nobody's name is everybody.
const FAULTS: [(&str, u32, f32, &[&str]); 13] = [
    ("kill-before", 15, 0.0, &["PublishWorker"]),
    ("kill-after", 15, 0.0, &["PublishWorker"]),
    ("kill-after", 2, 0.0, &["InformerPublishReport", "InformerUnpublishReport", "NativeDeleteReport", "PublishDrain"]),
    ("throttle", 20, 0.0, &[]),
    ("conflict", 40, 0.0, &[]),
    ("refuse", 10, 0.0, &[]),
    ("reset", 10, 0.0, &[]),
    ("lose", 5, 0.0, &[]),
    ("vanish", 5, 0.0, &[]),
    ("stall", 2, 8.0, &[]),
    ("delay", 30, 0.3, &[]),
    ("duplicate", 200, 0.0, &[]),
    ("postpone", 150, 3.0, &[]),
];

/// Sets the rules. Each has a row of chance of its own, so that a fault more does not change the others.
pub async fn begin(faults: &Faults, seed: u64) -> Vec<Rule> {
    let mut rules = Vec::new();
    for (number, (fault, thousandths, seconds, functions)) in (0..).zip(FAULTS) {
        let rule = json!({
            "fault": fault, "chance": f64::from(thousandths) / 1e3, "seconds": seconds, "functions": functions,
            "seed": seed.wrapping_add(number),
        });
        rules.push(faults.set(&rule).await);
    }
    rules
}

pub async fn end(faults: &Faults, rules: Vec<Rule>) {
    for rule in rules {
        faults.remove(&rule).await;
    }
}

/// How often each fault happened; none may have been left out.
pub fn expect_all(before: &BTreeMap<String, u64>, after: &BTreeMap<String, u64>) -> BTreeMap<&'static str, u64> {
    let count = |counts: &BTreeMap<String, u64>, fault: &str| counts.get(fault).copied().unwrap_or_default();
    let happened: BTreeMap<_, _> =
        FAULTS.iter().map(|(fault, ..)| (*fault, count(after, fault) - count(before, fault))).collect();
    assert!(happened.values().all(|count| *count > 0), "a fault never happened: {happened:?}");
    happened
}
