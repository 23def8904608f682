//! An author in the storm: publishes a report, changes it, takes it back, and tries each call again that a fault befell.

use super::{
    board::{Board, Promise},
    chance::Chance,
};
use crate::subject::Subject;
use imprint_tests::{
    api::{Answer, Api},
    aws::Aws,
    samples, unique,
};
use serde_json::{Value, json};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::time::sleep;

/// How long an author tries one call again.
const PATIENCE: Duration = Duration::from_secs(90);

/// What an author does with a report.
#[derive(Debug, Clone, Copy)]
enum Plan {
    Once,
    /// Three versions, one after the other.
    Versions,
    /// Publishes, and unpublishes while that goes on.
    Unpublished,
    /// Publishes, unpublishes, and publishes anew.
    Again,
    /// Publishes two versions, and unpublishes while the second one goes on.
    Replaced,
    /// Publishes, and deletes while that goes on.
    Deleted,
}

/// How often each plan is chosen.
const PLANS: [Plan; 8] = [
    Plan::Once,
    Plan::Once,
    Plan::Versions,
    Plan::Versions,
    Plan::Unpublished,
    Plan::Again,
    Plan::Replaced,
    Plan::Deleted,
];

/// What must be true of a report after the storm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is published, and its page has these words.
    Live(String),
    /// Nothing of it is left.
    Gone,
}

/// A report at the end of its author's work.
pub struct Work {
    pub subject: Subject,
    /// Author and plan, for messages.
    pub place: String,
    pub outcome: Outcome,
}

pub struct Author {
    place: String,
    plan: Plan,
    subject: Subject,
    admin: Api,
    aws: Arc<Aws>,
    board: Arc<Board>,
    chance: Chance,
    /// The links of this report.
    links: Vec<String>,
    words: usize,
    outcome: Outcome,
}

/// The words of a version.
pub fn words(number: usize) -> String {
    format!("words number {number}.")
}

impl Author {
    pub fn new(number: u64, subject: Subject, aws: &Arc<Aws>, board: &Arc<Board>, chance: Chance) -> Self {
        let plan = PLANS[number as usize % PLANS.len()];
        Self {
            place: format!("author {number} ({plan:?}, {})", subject.uid),
            plan,
            subject,
            admin: Api::admin(),
            aws: aws.clone(),
            board: board.clone(),
            chance,
            links: Vec::new(),
            words: 0,
            outcome: Outcome::Gone,
        }
    }

    pub async fn work(mut self) -> Work {
        match self.plan {
            Plan::Once => self.publish().await,
            Plan::Versions => {
                self.publish().await;
                for _ in 0..2 {
                    self.rewrite().await;
                    self.publish().await;
                }
            }
            Plan::Unpublished => self.end_while_publishing().await,
            Plan::Again => {
                self.publish().await;
                self.end().await;
                self.rewrite().await;
                self.publish().await;
            }
            Plan::Replaced => {
                self.publish().await;
                self.rewrite().await;
                self.end_while_publishing().await;
            }
            Plan::Deleted => self.end_while_publishing().await,
        }
        Work { subject: self.subject, place: self.place, outcome: self.outcome }
    }

    /// Publishes and waits for the end. One that was given up changes nothing.
    async fn publish(&mut self) {
        let answer = self.call("POST", "_cloud-publish", None).await;
        let end = match answer.status {
            200 => json!({"status": "Done", "token": answer.json()}),
            202 => self.finished(answer.header("location")).await,
            422 => json!({"status": "Failed", "reason": answer.json()["message"]}),
            status => panic!("{}: publishing answered {status}: {}", self.place, answer.text()),
        };
        if end["status"] == "Done" {
            self.outcome = Outcome::Live(words(self.words));
            let link = end["token"]["url"].as_str().unwrap_or_else(|| panic!("{}: {end}", self.place)).to_owned();
            self.board.tell(&link, Promise::Live);
            self.links.push(link);
        } else {
            assert!(end["reason"].as_str().is_some_and(|reason| reason.len() > 20), "{}: {end}", self.place);
        }
    }

    async fn rewrite(&mut self) {
        self.words += 1;
        let definition = samples::body("x", &words(self.words))["definition"].clone();
        self.call("PUT", "", Some(json!({"definition": definition}))).await.expect(200);
    }

    /// Asks for a publication, and ends the report at any moment of it.
    async fn end_while_publishing(&mut self) {
        let monitor = unique("storm");
        let path = format!("/api/reports/{}/_cloud-publish", self.subject.uid);
        let (admin, body) = (self.admin.clone(), json!({"progress": monitor}));
        // Once only: made again it would rightly publish what was unpublished meanwhile.
        let mut asking = tokio::spawn(async move { admin.post(&path, &body).await.status });
        let recorded = tokio::select! {
            _ = &mut asking => None,
            recorded = self.recorded(&monitor) => Some(recorded),
        };
        sleep(self.chance.moment(4_000)).await;
        self.end().await;
        if let Some(sequence) = recorded {
            self.expect_nothing_up_to(sequence).await;
            // The call that asked may have lost the answer to its own request, and ask once more.
            asking.await.unwrap();
            self.end().await;
        }
    }

    /// Unpublishes or deletes.
    async fn end(&mut self) {
        for link in &self.links {
            self.board.tell(link, Promise::Ending);
        }
        match self.plan {
            Plan::Deleted => {
                let answer = self.call("DELETE", "", None).await;
                // Done before, by a call whose answer was lost.
                assert!(matches!(answer.status, 204 | 404), "{}: {}", self.place, answer.text());
            }
            _ => drop(self.call("POST", "_cloud-unpublish", None).await.expect(204)),
        }
        for link in &self.links {
            self.board.tell(link, Promise::Dead);
        }
        self.outcome = Outcome::Gone;
    }

    /// The number of the publication that was asked for under this name.
    async fn recorded(&self, monitor: &str) -> u64 {
        loop {
            let answer = self.admin.get(&format!("/api/progress/{monitor}")).await;
            if answer.status == 200 {
                return answer.json()["id"].as_str().unwrap().rsplit('-').next().unwrap().parse().unwrap();
            }
            sleep(Duration::from_millis(50)).await;
        }
    }

    /// Nothing is live that was asked for up to this number.
    async fn expect_nothing_up_to(&self, sequence: u64) {
        let state = self.aws.item("CATALOG_TABLE", &format!("REPORT#{}", self.subject.uid), "~STATE").await;
        let live = state.get("live").map(|live| live.as_m().unwrap()["sequence"].as_n().unwrap().clone());
        let live = live.map_or(u64::MAX, |live| live.parse().unwrap());
        assert!(live > sequence, "{}: publication {live} is live after an unpublish of {sequence}", self.place);
    }

    async fn finished(&self, path: &str) -> Value {
        let begun = Instant::now();
        loop {
            let progress = self.insist("GET", &format!("{path}?wait=5"), None).await.expect(200).json();
            if progress["status"] == "Done" || progress["status"] == "Failed" {
                return progress;
            }
            assert!(begun.elapsed() < Duration::from_secs(180), "{}: never finished: {progress}", self.place);
        }
    }

    /// A call about the report.
    async fn call(&self, method: &str, what: &str, body: Option<Value>) -> Answer {
        let path = format!("/api/reports/{}/{what}", self.subject.uid);
        self.insist(method, path.trim_end_matches('/'), body).await
    }

    /// Makes a call until no fault befalls it.
    async fn insist(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        let begun = Instant::now();
        loop {
            let request = self.admin.request(method, path);
            let answer = imprint_tests::api::read(body.iter().fold(request, |request, body| request.json(body))).await;
            if answer.status < 500 {
                return answer;
            }
            assert!(
                begun.elapsed() < PATIENCE,
                "{}: {method} {path} fails again and again: {}",
                self.place,
                answer.text()
            );
            sleep(Duration::from_millis(300)).await;
        }
    }
}
