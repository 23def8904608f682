//! Reports by mail while things go wrong: whatever happens, nobody gets a report twice under one key, and the answer says what is known.

mod busy;
mod killed;
mod returned;
mod storm;
mod unanswered;

use imprint_tests::{
    api::{Answer, Api},
    faults::{Faults, Rule},
    mail::{SENT, deliveries, send_under, sent_to, somebody},
    samples, unique,
};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// The function that sends.
const SENDER: &str = "GrafanaSendReport";

/// Longer than a dead function keeps a key.
const LEASE_LIMIT: Duration = Duration::from_secs(120);

/// What is said when the mail system took nothing.
const NOT_SENT: &str = "The report was not sent: the mail system did not take it.";

/// What is said when there is no answer.
const NOBODY_KNOWS: &str = "Nobody knows whether the report was sent to ";

/// A report of a test's own, the people who are to get it, and the key of the request.
#[derive(Clone)]
struct Sending {
    admin: Api,
    uid: String,
    to: Vec<String>,
    key: String,
}

impl Sending {
    async fn new(admin: &Api, recipients: usize) -> Self {
        let made =
            admin.post("/api/reports", &samples::body(&unique("mailed"), "Revenue grew.")).await.expect(201).json();
        let to = (0..recipients).map(|_| somebody("reader")).collect();
        Self { admin: admin.clone(), uid: made["id"].as_str().unwrap().to_owned(), to, key: unique("key") }
    }

    /// Sends the report, or asks for it once more.
    async fn send(&self) -> Answer {
        send_under(&self.admin, &self.key, &json!({"id": self.uid, "emails": self.to.join(",")})).await
    }

    /// Asks again until nobody else is serving the request: the key of a function that died is free after a while.
    async fn send_again(&self) -> Answer {
        let begun = Instant::now();
        loop {
            let answer = self.send().await;
            if answer.status != 409 {
                return answer;
            }
            assert!(answer.text().contains("still being served"), "{}", answer.text());
            assert!(begun.elapsed() < LEASE_LIMIT, "the key is never free: {}", answer.text());
        }
    }

    /// A fault of the `first` hand-over of a mail of this report, and of the `times - 1` after it, about which a text says something.
    async fn fault(&self, faults: &Faults, fault: &str, text: &str, first: usize, times: usize) -> Rule {
        let rule = json!({"functions": [SENDER], "services": ["ses"], "operations": ["SendRawEmail"], "text": text,
            "first": first, "times": times, "fault": fault});
        faults.set(&rule).await
    }

    /// How many mails each recipient got.
    fn mails(&self) -> Vec<usize> {
        self.to.iter().map(|address| sent_to(address).len()).collect()
    }

    /// Each recipient got so many mails.
    #[track_caller]
    fn expect_mails(&self, count: usize, place: &str) {
        let mails = self.mails();
        assert!(mails.iter().all(|found| *found == count), "{place}: not {count} for all, but {mails:?}");
    }

    /// The only delivery of the report.
    async fn delivery(&self) -> Value {
        let mut all = deliveries(&self.admin, &self.uid).await;
        assert_eq!(all.len(), 1, "{all:?}");
        all.remove(0)
    }

    /// The outcomes of all recipients, and that of the whole.
    async fn outcomes(&self) -> (Value, Vec<Value>) {
        let delivery = self.delivery().await;
        let all = delivery["recipients"].as_array().unwrap().iter().map(|one| one["outcome"].clone()).collect();
        (delivery["status"].clone(), all)
    }
}

/// The words of a refusal with this status, which tell what was not done and no cause of ours.
#[track_caller]
fn refusal(answer: &Answer, status: u16, place: &str) -> String {
    assert_eq!(answer.status, status, "{place}: {}", answer.text());
    let body = answer.json();
    let message = body["message"].as_str().unwrap_or_default();
    assert!(!message.is_empty() && body.as_object().unwrap().len() == 1, "{place}: {}", answer.text());
    for word in ["Throttl", "ServiceUnavailable", "fault of the test", "SES", "verified", "imprint-", "dynamodb"] {
        assert!(!message.contains(word), "{place} tells of {word}: {message}");
    }
    message.to_owned()
}

#[track_caller]
fn expect_sent(answer: &Answer, place: &str) {
    assert_eq!((answer.status, answer.text().as_str()), (200, SENT), "{place}");
}
