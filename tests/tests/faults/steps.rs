//! A function killed before and after each thing that it changes: the worker, the publish call and the unpublish call.
//!
//! Which changes they make is read from the proxy's journal of a publication to which nothing happens, so that a step that is added to the
//! product is killed here too.

use crate::{
    ROOM,
    reader::{Sight, look},
    subject::Subject,
};
use imprint_tests::{
    api::Api,
    aws::Aws,
    faults::{Entry, Faults, Rule},
    unique,
};
use serde_json::{Value, json};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{
    sync::Semaphore,
    task::JoinSet,
    time::{sleep, timeout},
};

/// So many publications at once: as many as the template allows workers.
const AT_ONCE: usize = 10;

/// So many publications to which nothing happens.
const SAMPLES: usize = 3;

/// How long a caller tries a call again whose function was killed.
const PATIENCE: Duration = Duration::from_secs(60);

/// What there is to publish.
#[derive(Debug, Clone, Copy)]
enum Story {
    /// A report that nobody has seen yet.
    First,
    /// A new version of a report that is live.
    Replacing,
    /// A report that cannot be rendered.
    Failing,
}

/// What a test needs to make a publication and to look at it.
#[derive(Clone)]
struct Desk {
    admin: Api,
    aws: Arc<Aws>,
    faults: Faults,
}

impl Desk {
    async fn new() -> Self {
        Self { admin: Api::admin(), aws: Arc::new(Aws::connect().await), faults: Faults::connect() }
    }

    /// The report of a story, right before the publication that it is about.
    async fn subject(&self, story: Story) -> Subject {
        match story {
            Story::First => Subject::new(&self.admin, "the first words").await,
            Story::Replacing => {
                let subject = Subject::new(&self.admin, "the first words").await;
                self.admin.publish_and_wait(&subject.name).await;
                subject.rewrite(&self.admin, "other words").await;
                subject
            }
            Story::Failing => Subject::at_fault(&self.admin).await,
        }
    }

    /// The changes that a function made for a report so far.
    async fn changes(&self, function: &str, subject: &Subject) -> Vec<Entry> {
        let journal = self.faults.journal(function, &subject.uid).await;
        journal.into_iter().filter(|entry| entry.changes && entry.status == Some(200)).collect()
    }

    /// The changes that are made when nothing goes wrong: of several samples the shortest, since writers that collide begin anew.
    async fn sampled(&self, sample: impl AsyncFn(&Self) -> Vec<Entry>) -> Vec<Entry> {
        let mut samples = Vec::new();
        for _ in 0..SAMPLES {
            samples.push(sample(self).await);
        }
        samples.into_iter().min_by_key(Vec::len).unwrap()
    }

    /// The publication has ended as its story says.
    async fn expect_end(&self, story: Story, subject: &Subject, end: &Value, place: &str) {
        match story {
            Story::First | Story::Replacing => {
                assert_eq!(end["status"], "Done", "{place}: {end}");
                let seen = subject.expect_live(&self.admin, &self.aws, place).await;
                assert!(!matches!(story, Story::Replacing) || seen.page.contains("other words"), "{place}");
            }
            Story::Failing => {
                assert_eq!(end["status"], "Failed", "{place}: {end}");
                assert!(end["reason"].as_str().unwrap().contains("nothing"), "{place}: {end}");
                subject.expect_gone(&self.aws, place).await;
            }
        }
    }

    /// Waits until a fault has happened: the last change of a function comes after the end that its caller sees.
    async fn expect_applied(&self, rule: &Rule, place: &str) {
        let begun = Instant::now();
        while self.faults.told(rule).await.applied == 0 {
            assert!(begun.elapsed() < Duration::from_secs(20), "{place}: nobody was killed");
            sleep(Duration::from_millis(100)).await;
        }
    }

    /// Makes a publish call until it does not fail because its function was killed. The link.
    async fn published(&self, path: &str, body: &Value) -> String {
        let persistent = async {
            loop {
                let answer = self.admin.post(path, body).await;
                if answer.status < 500 {
                    return answer;
                }
            }
        };
        let answer = timeout(PATIENCE, persistent).await.unwrap_or_else(|_| panic!("{path} fails again and again"));
        let token = match answer.status {
            202 => self.admin.finished(answer.header("location")).await["token"].clone(),
            _ => answer.expect(200).json(),
        };
        token["url"].as_str().unwrap_or_else(|| panic!("{path}: {token}")).to_owned()
    }
}

/// Runs `killed` for each change and each side of it, as many at once as the machine takes.
async fn each<F>(changes: &[Entry], killed: impl Fn(usize, &'static str, String) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    println!("killed at {}", changes.iter().map(|change| change.operation.as_str()).collect::<Vec<_>>().join(", "));
    let (room, mut running) = (Arc::new(Semaphore::new(AT_ONCE)), JoinSet::new());
    for (number, change) in changes.iter().enumerate() {
        for fault in ["kill-before", "kill-after"] {
            let place =
                format!("{} {fault} change {} ({} {})", change.function, number + 1, change.service, change.operation);
            let (room, killed) = (room.clone(), killed(number + 1, fault, place));
            running.spawn(async move {
                let _room = room.acquire().await.unwrap();
                killed.await;
            });
        }
    }
    running.join_all().await;
}

async fn worker_killed(story: Story, at_least: usize) {
    let _room = ROOM.read().await;
    let desk = Desk::new().await;
    let sampled = desk.sampled(async |desk| {
        let sample = desk.subject(story).await;
        let before = desk.changes("PublishWorker", &sample).await.len();
        let asked = sample.ask(&desk.admin).await;
        let end = desk.admin.finished(&asked.progress).await;
        desk.expect_end(story, &sample, &end, "without a fault").await;
        // It cleans up after the end.
        sleep(Duration::from_secs(1)).await;
        desk.changes("PublishWorker", &sample).await.split_off(before)
    });
    let changes = sampled.await;
    assert!(changes.len() >= at_least, "{story:?} makes {changes:?}");
    each(&changes, |number, fault, place| {
        let (desk, place) = (desk.clone(), format!("{story:?}: {place}"));
        async move {
            let subject = desk.subject(story).await;
            let rule = desk.faults.at_change("PublishWorker", &subject.uid, number, fault).await;
            let asked = subject.ask(&desk.admin).await;
            let end = desk.admin.finished(&asked.progress).await;
            desk.expect_applied(&rule, &place).await;
            desk.expect_end(story, &subject, &end, &place).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_first_publication_survives_its_worker_killed_at_any_step() {
    worker_killed(Story::First, 6).await;
}

#[tokio::test]
async fn a_new_version_survives_its_worker_killed_at_any_step() {
    worker_killed(Story::Replacing, 6).await;
}

#[tokio::test]
async fn a_report_at_fault_fails_with_its_reason_wherever_its_worker_is_killed() {
    worker_killed(Story::Failing, 2).await;
}

#[tokio::test]
async fn a_publish_call_killed_at_any_step_and_made_again_publishes_once() {
    let _room = ROOM.read().await;
    let desk = Desk::new().await;
    let publish = |subject: &Subject| {
        (format!("/api/reports/{}/_cloud-publish", subject.uid), json!({"progress": unique("killed")}))
    };
    let sampled = desk.sampled(async |desk| {
        let sample = desk.subject(Story::First).await;
        let (path, body) = publish(&sample);
        desk.published(&path, &body).await;
        desk.changes("InformerPublishReport", &sample).await
    });
    let changes = sampled.await;
    assert!(changes.len() >= 3, "{changes:?}");
    each(&changes, |number, fault, place| {
        let desk = desk.clone();
        async move {
            let subject = desk.subject(Story::First).await;
            let rule = desk.faults.at_change("InformerPublishReport", &subject.uid, number, fault).await;
            let (path, body) = publish(&subject);
            let link = desk.published(&path, &body).await;
            desk.expect_applied(&rule, &place).await;
            let seen = subject.expect_live(&desk.admin, &desk.aws, &place).await;
            let Sight::Whole(shown) = look(&link).await else { panic!("{place}: {link} is not whole") };
            assert_eq!(shown, seen, "{place}");
            for record in subject.records(&desk.aws).await {
                assert_eq!(record.status, "Done", "{place}: {record:?}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn an_unpublish_call_killed_at_any_step_is_completed_by_the_next_one() {
    let _room = ROOM.read().await;
    let desk = Desk::new().await;
    let sampled = desk.sampled(async |desk| {
        let sample = desk.subject(Story::Replacing).await;
        desk.admin.unpublish(&sample.uid).await.expect(204);
        desk.changes("InformerUnpublishReport", &sample).await
    });
    let changes = sampled.await;
    assert!(changes.len() >= 2, "{changes:?}");
    each(&changes, |number, fault, place| {
        let desk = desk.clone();
        async move {
            let subject = desk.subject(Story::Replacing).await;
            let link = desk.admin.live_link(&desk.aws, &subject.uid).await;
            let rule = desk.faults.at_change("InformerUnpublishReport", &subject.uid, number, fault).await;
            assert!(
                desk.admin.unpublish(&subject.uid).await.status >= 500,
                "{place}: the call was killed, and answered"
            );
            desk.expect_applied(&rule, &place).await;
            desk.admin.unpublish(&subject.uid).await.expect(204);
            assert!(matches!(look(&link).await, Sight::Nothing), "{place}: {link} is alive");
            subject.expect_gone(&desk.aws, &place).await;
        }
    })
    .await;
}
