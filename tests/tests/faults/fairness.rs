//! What one workspace, or one caller, leaves to the others: a worker for their publications, and executions for their requests.

use crate::{ROOM, subject::Subject};
use aws_sdk_dynamodb::types::AttributeValue;
use imprint_tests::{
    api::{Answer, Api, read},
    aws::Aws,
    faults::Faults,
    now, samples, unique, variable,
};
use serde_json::{Value, json};
use tokio::task::JoinSet;

/// How many publications of one workspace wait in front of that of another.
const CROWD: usize = 30;
/// How many the template lets be published at a time. So many may begin at once, and which of them says so first is chance.
const WORKERS: usize = 10;
/// How many requests of an access token may wait: `MOST_WAITS`.
const WAITS: usize = 5;

/// A workspace, and reports in it.
async fn reports(admin: &Api, count: usize) -> (String, Vec<Value>) {
    let code = unique("fair");
    admin.put(&format!("/api/v1/workspaces/{code}"), &json!({"name": "Fair"})).await.expect(201);
    let mut reports = Vec::new();
    for _ in 0..count {
        let mut body = samples::body(&unique("report"), "in a crowd");
        body["workspace"] = json!(code);
        reports.push(admin.post("/api/reports", &body).await.expect(201).json());
    }
    (code, reports)
}

/// Asks for a publication, without waiting for it.
async fn ask(admin: &Api, report: &Value) {
    read(admin.request("POST", &format!("/files/documents/{}/publications", report["number"]))).await.expect(202);
}

/// When the first publication of a report was asked for and when it began, once it is finished.
async fn times(admin: &Api, aws: &Aws, report: &Value) -> (String, String) {
    let uid = report["id"].as_str().unwrap();
    admin.finished(&format!("/api/progress/{uid}-1")).await;
    let record = aws.item("CATALOG_TABLE", &format!("REPORT#{uid}"), "PUB#0000000001").await;
    let text = |name: &str| record[name].as_s().unwrap().clone();
    (text("requestedAt"), text("startedAt"))
}

#[tokio::test]
async fn a_publication_begins_before_those_of_another_workspace_that_wait_already() {
    let _alone = ROOM.write().await;
    let (admin, aws, faults) = (Api::admin(), Aws::connect().await, Faults::connect());
    let (crowded, crowd) = reports(&admin, CROWD).await;
    let (_, lone) = reports(&admin, 1).await;
    // Each worker of the crowded workspace stops where it looks for the workspace's fonts.
    let rule = json!({"functions": ["PublishWorker"], "text": format!("FONTS#{crowded}"), "fault": "hold-before", "times": 1000});
    let held = faults.set(&rule).await;
    for report in &crowd {
        ask(&admin, report).await;
    }
    assert!(faults.holds(&held).await, "no worker is held");
    ask(&admin, &lone[0]).await;
    let all_at_work = faults.told(&held).await.holding;
    faults.remove(&held).await;
    let (asked, began) = times(&admin, &aws, &lone[0]).await;
    let mut waiting = Vec::new();
    for report in &crowd {
        waiting.extend(Some(times(&admin, &aws, report).await.1).filter(|began| *began > asked));
    }
    assert!(
        waiting.len() >= CROWD / 3,
        "only {} of the crowd waited, {all_at_work} of {WORKERS} were at work",
        waiting.len()
    );
    let before = waiting.iter().filter(|crowd| **crowd < began).count();
    assert!(before < WORKERS, "{before} of {} began before the lone publication", waiting.len());
}

fn id(caller: &Api) -> String {
    caller.token().trim_start_matches("imp_").split_once('.').unwrap().0.to_owned()
}

/// A publication that does not end until the rule is removed, and the address of its progress.
async fn endless(admin: &Api, faults: &Faults) -> (imprint_tests::faults::Rule, Subject, String) {
    let subject = Subject::new(admin, "watched by many").await;
    let rule = json!({"functions": ["PublishWorker"], "text": subject.uid, "fault": "hold-before", "times": 1000});
    let held = faults.set(&rule).await;
    let asked = subject.ask(admin).await;
    (held, subject, asked.progress)
}

fn refused(answers: &[Answer]) -> usize {
    answers.iter().filter(|answer| !answer.header("retry-after").is_empty()).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_the_requests_of_one_token_some_wait_and_the_others_are_answered_at_once() {
    let _room = ROOM.read().await;
    let (admin, faults) = (Api::admin(), Faults::connect());
    let (held, subject, progress) = endless(&admin, &faults).await;
    let many = Api::with_role("publisher", &[]).await;
    let ask = |_| {
        let (many, path) = (many.clone(), format!("{progress}?wait=8"));
        async move { many.get(&path).await.expect(200) }
    };
    let answers = (0..WAITS + 3).map(ask).collect::<JoinSet<_>>().join_all().await;
    assert_eq!(refused(&answers), 3);
    for answer in &answers {
        assert_ne!(answer.json()["status"], "Done", "each is told how it stands: {}", answer.text());
    }
    let again = many.get(&format!("{progress}?wait=1")).await.expect(200);
    assert!(again.header("retry-after").is_empty(), "those that waited are counted no more");
    faults.remove(&held).await;
    let asked = many.publish(&subject.name).await;
    assert!([200, 202].contains(&asked.status), "{}", asked.text());
    assert_eq!(many.finished(&progress).await["status"], "Done");
}

/// An execution that was killed did not say that it no longer waits.
#[tokio::test]
async fn a_wait_whose_time_is_over_is_not_counted() {
    let _room = ROOM.read().await;
    let (admin, aws, faults) = (Api::admin(), Aws::connect().await, Faults::connect());
    let (held, _, progress) = endless(&admin, &faults).await;
    let caller = Api::with_role("publisher", &[]).await;
    let key = format!("WAITS#{}", id(&caller));
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let fill = async |seconds: i64| {
        let end = now().as_millisecond() + seconds * 1_000;
        let waits = AttributeValue::Ss((0..WAITS).map(|n| format!("{end}#{n}")).collect());
        let put = aws.dynamodb.put_item().table_name(variable("ACCESS_TABLE")).item("pk", text(&key));
        put.item("sk", text("WAITS")).item("waits", waits).send().await.unwrap();
    };
    let path = format!("{progress}?wait=1");
    fill(60).await;
    assert_eq!(refused(&[caller.get(&path).await.expect(200)]), 1);
    assert_eq!(refused(&[admin.get(&path).await.expect(200)]), 0, "another caller waits");
    fill(-1).await;
    assert_eq!(refused(&[caller.get(&path).await.expect(200)]), 0);
    let left = aws.item("ACCESS_TABLE", &key, "WAITS").await;
    assert!(!left.contains_key("waits"), "{left:?}");
    faults.remove(&held).await;
}
