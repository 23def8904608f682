//! Publications and unpublishes of one report at the same time.

use crate::{
    ROOM,
    subject::{Subject, drained},
};
use imprint_tests::{api::Api, aws::Aws, faults::Faults};
use serde_json::json;
use std::time::Duration;
use tokio::{task::JoinSet, time::sleep};

#[tokio::test]
async fn publications_at_the_same_time_end_with_the_last_one_live_and_one_bundle() {
    let _alone = ROOM.write().await;
    let (admin, aws) = (Api::admin(), Aws::connect().await);
    let subject = Subject::new(&admin, "words 0").await;
    let mut asked = Vec::new();
    for number in 1..=6 {
        asked.push(subject.ask(&admin).await);
        subject.rewrite(&admin, &format!("words {number}")).await;
    }
    for one in &asked {
        assert_eq!(admin.finished(&one.progress).await["status"], "Done");
    }
    drained(&aws).await;
    // The last one asked for was of version 6, whose words are those of the fifth change.
    assert!(subject.expect_live(&admin, &aws, "the last one").await.page.contains("words 5"));
}

#[tokio::test]
async fn after_an_unpublish_has_answered_nothing_of_what_was_asked_before_is_ever_reachable() {
    let _alone = ROOM.write().await;
    let (admin, aws) = (Api::admin(), Aws::connect().await);
    let mut rounds = JoinSet::new();
    for round in 0..8u64 {
        let admin = admin.clone();
        rounds.spawn(async move { unpublished_after(&admin, round).await });
    }
    let unpublished = rounds.join_all().await;
    drained(&aws).await;
    for (subject, link) in &unpublished {
        expect_unreachable(&admin, subject, link.as_ref()).await;
        subject.expect_gone(&aws, "after the race").await;
    }
}

/// A report that is unpublished so many times 25 ms after a publication was asked for, and the link that it had before.
async fn unpublished_after(admin: &Api, round: u64) -> (Subject, Option<String>) {
    let subject = Subject::new(admin, "now you see me").await;
    let mut link = None;
    if round.is_multiple_of(2) {
        link = admin.publish_and_wait(&subject.name).await["url"].as_str().map(str::to_owned);
    }
    let asked = subject.ask(admin).await;
    sleep(Duration::from_millis(round * 25)).await;
    admin.unpublish(&subject.name).await.expect(204);
    expect_unreachable(admin, &subject, link.as_ref()).await;
    let end = admin.finished(&asked.progress).await;
    expect_unreachable(admin, &subject, link.as_ref()).await;
    assert!(end["status"] == "Done" || end["reason"].as_str().unwrap().contains("unpublished"), "round {round}: {end}");
    (subject, link)
}

async fn expect_unreachable(admin: &Api, subject: &Subject, link: Option<&String>) {
    if let Some(link) = link {
        Api::anonymous().get(link).await.expect(404);
    }
    let record = admin.get(&format!("/api/reports/{}", subject.name)).await.json();
    assert_eq!(record["published"], false, "{subject:?}");
}

#[tokio::test]
async fn an_unpublish_at_the_very_moment_of_going_live_wins() {
    let _alone = ROOM.write().await;
    let (admin, aws) = (Api::admin(), Aws::connect().await);
    let mut races = JoinSet::new();
    for _ in 0..24 {
        let admin = admin.clone();
        races.spawn(async move {
            let asked = Subject::new(&admin, "a photo finish").await.ask(&admin).await;
            // The second message is recorded right before the bundle becomes live.
            while admin.get(&asked.progress).await.expect(200).json()["percent"].as_u64() < Some(90) {}
            admin.unpublish(&asked.subject.name).await.expect(204);
            asked
        });
    }
    let asked = races.join_all().await;
    drained(&aws).await;
    for asked in &asked {
        let record = admin.get(&format!("/api/reports/{}", asked.subject.name)).await.json();
        assert_eq!(record["published"], false, "{}", admin.get(&asked.progress).await.text());
        asked.subject.expect_gone(&aws, "after the photo finish").await;
    }
}

/// Two calls find the same state, and one of them is stopped before it writes what follows.
#[tokio::test]
async fn two_calls_that_publish_for_the_first_time_have_numbers_of_their_own() {
    let _room = ROOM.read().await;
    let (admin, aws, faults) = (Api::admin(), Aws::connect().await, Faults::connect());
    let subject = Subject::new(&admin, "words 0").await;
    let rule = json!({
        "functions": ["InformerPublishReport"], "operations": ["TransactWriteItems"], "text": subject.uid, "fault": "hold-before",
    });
    let held = faults.set(&rule).await;
    let (slow, path) = (admin.clone(), format!("/api/reports/{}/_cloud-publish", subject.uid));
    let slow = tokio::spawn(async move { slow.post(&path, &json!({})).await });
    assert!(faults.holds(&held).await, "no call is held");
    subject.rewrite(&admin, "words 1").await;
    admin.publish_and_wait(&subject.name).await;
    faults.remove(&held).await;
    let answer = slow.await.unwrap();
    assert!(matches!(answer.status, 200 | 202), "{}", answer.text());
    for sequence in 1..=2 {
        let end = subject.end(&aws, sequence).await;
        assert_eq!(end.status, "Done", "publication {sequence}: {end:?}");
    }
    assert!(subject.expect_live(&admin, &aws, "both are done").await.page.contains("words 1"));
}
