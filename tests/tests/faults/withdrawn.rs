//! Unpublish, and delete, at every step of a publication: the worker is held there, and goes on when the call has answered.

use crate::{
    ROOM,
    reader::{Sight, look},
    subject::Subject,
};
use imprint_tests::{api::Api, aws::Aws, faults::Faults};
use std::sync::Arc;
use tokio::{sync::Semaphore, task::JoinSet};

/// So many workers are held at once: fewer than the template allows, so that others go on.
const AT_ONCE: usize = 8;

/// So many publications to which nothing happens.
const SAMPLES: usize = 3;

#[derive(Debug, Clone, Copy)]
enum Call {
    Unpublish,
    Delete,
}

impl Call {
    async fn make(self, admin: &Api, subject: &Subject) {
        match self {
            Self::Unpublish => admin.unpublish(&subject.name).await.expect(204),
            Self::Delete => admin.delete(&format!("/api/reports/{}", subject.name)).await.expect(204),
        };
    }
}

/// The moment of a call: a change of the worker, and whether it has been executed.
#[derive(Debug, Clone, Copy)]
struct Moment {
    change: usize,
    fault: &'static str,
    /// The report was published before.
    live: bool,
    call: Call,
}

impl Moment {
    async fn happens(self, admin: &Api, aws: &Aws, faults: &Faults) {
        let place = format!("{self:?}");
        let subject = Subject::new(admin, "now you see me").await;
        let mut links = Vec::new();
        if self.live {
            links.push(admin.publish_and_wait(&subject.name).await["url"].as_str().unwrap().to_owned());
            subject.rewrite(admin, "now you do not").await;
        }
        let held = faults.at_change("PublishWorker", &subject.uid, self.change, self.fault).await;
        let asked = subject.ask(admin).await;
        assert!(faults.holds(&held).await, "{place}: the worker makes no such change");
        self.call.make(admin, &subject).await;
        self.expect_unreachable(admin, &subject, &links, &place).await;
        faults.remove(&held).await;
        self.expect_unreachable(admin, &subject, &links, &place).await;
        let end = subject.end(aws, asked.sequence()).await;
        assert!(end.status == "Done" || end.says("deleted"), "{place}: {end:?}");
        self.expect_unreachable(admin, &subject, &links, &place).await;
        subject.expect_gone(aws, &place).await;
    }

    async fn expect_unreachable(self, admin: &Api, subject: &Subject, links: &[String], place: &str) {
        for link in links {
            assert!(matches!(look(link).await, Sight::Nothing), "{place}: {link} is alive");
        }
        let record = admin.get(&format!("/api/reports/{}", subject.name)).await;
        match self.call {
            Call::Unpublish => assert_eq!(record.expect(200).json()["published"], false, "{place}"),
            Call::Delete => assert_eq!(record.status, 404, "{place}"),
        }
    }
}

/// How many changes a worker makes for a publication.
async fn changes(admin: &Api, aws: &Aws, faults: &Faults) -> usize {
    let subject = Subject::new(admin, "a sample").await;
    admin.publish_and_wait(&subject.name).await;
    subject.expect_live(admin, aws, "a sample").await;
    let journal = faults.journal("PublishWorker", &subject.uid).await;
    // What was refused was tried again.
    journal.iter().filter(|entry| entry.changes && entry.status == Some(200)).count()
}

async fn withdrawn_at_every_step(call: Call) {
    let _room = ROOM.read().await;
    let (admin, aws, faults) = (Api::admin(), Arc::new(Aws::connect().await), Faults::connect());
    let mut samples = Vec::new();
    for _ in 0..SAMPLES {
        samples.push(changes(&admin, &aws, &faults).await);
    }
    // A call that collides with another one sends a second message: then two workers make changes.
    let changes = samples.into_iter().min().unwrap();
    assert!(changes >= 6, "a publication makes {changes} changes");
    let (room, mut running) = (Arc::new(Semaphore::new(AT_ONCE)), JoinSet::new());
    for change in 1..=changes {
        for (fault, live) in
            [("hold-before", false), ("hold-before", true), ("hold-after", false), ("hold-after", true)]
        {
            let moment = Moment { change, fault, live, call };
            let (admin, aws, faults, room) = (admin.clone(), aws.clone(), faults.clone(), room.clone());
            running.spawn(async move {
                let _room = room.acquire().await.unwrap();
                moment.happens(&admin, &aws, &faults).await;
            });
        }
    }
    running.join_all().await;
}

#[tokio::test]
async fn an_unpublish_at_any_step_of_a_publication_wins() {
    withdrawn_at_every_step(Call::Unpublish).await;
}

#[tokio::test]
async fn a_delete_at_any_step_of_a_publication_wins() {
    withdrawn_at_every_step(Call::Delete).await;
}

/// The call that waits for a publication says that another one was faster, wherever the worker was, and not that the report is at fault.
#[tokio::test]
async fn a_publication_that_loses_against_an_unpublish_or_a_delete_is_answered_with_a_conflict() {
    let _room = ROOM.read().await;
    let (admin, faults) = (Api::admin(), Faults::connect());
    // A token of its own: of the administrator's many calls wait, and of each token a few only.
    let publisher = Api::with_role("publisher", &["default"]).await;
    for (change, call) in [(1, Call::Unpublish), (2, Call::Unpublish), (1, Call::Delete), (2, Call::Delete)] {
        let subject = Subject::new(&admin, "overtaken").await;
        let held = faults.at_change("PublishWorker", &subject.uid, change, "hold-before").await;
        let (_, asking) = subject.asking(&publisher).await;
        assert!(faults.holds(&held).await, "{call:?}: the worker makes no change {change}");
        call.make(&admin, &subject).await;
        faults.remove(&held).await;
        let refusal = asking.await.unwrap().expect(409).json();
        assert!(refusal["message"].as_str().unwrap().contains("deleted before"), "{call:?} at {change}: {refusal}");
    }
}
