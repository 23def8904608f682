//! Publications that no worker survives, and messages that no worker understands.

use crate::{
    ROOM,
    redrive::{OPERATOR, redrive},
    subject::{Subject, drained},
};
use imprint_tests::{api::Api, aws::Aws, faults::Faults, variable};
use serde_json::json;

#[tokio::test]
async fn a_publication_whose_worker_dies_each_time_fails_with_a_reason() {
    let _room = ROOM.read().await;
    let (admin, aws, faults) = (Api::admin(), Aws::connect().await, Faults::connect());
    let subject = Subject::new(&admin, "doomed").await;
    let deadly = json!({"functions": ["PublishWorker"], "text": subject.uid, "fault": "kill-after", "times": 1000});
    let rule = faults.set(&deadly).await;
    let asked = subject.ask(&admin).await;
    let end = admin.finished(&asked.progress).await;
    let told = faults.remove(&rule).await;
    assert_eq!(end["status"], "Failed", "{end}");
    assert!(end["reason"].as_str().unwrap().contains("tried several times"), "{end}");
    assert!(told.applied >= 4, "{told:?}");
    subject.expect_gone(&aws, "given up").await;
    let _operator = OPERATOR.lock().await;
    redrive(&aws, &subject).await;
    assert_eq!(subject.end(&aws, 1).await.status, "Done", "tried again, without the fault");
    subject.expect_live(&admin, &aws, "tried again").await;
}

#[tokio::test]
async fn a_message_that_is_no_json_blocks_nobody() {
    let _room = ROOM.read().await;
    let (admin, aws) = (Api::admin(), Aws::connect().await);
    for poison in ["no JSON", "{}", "[1, 2]"] {
        let send = aws.sqs.send_message().queue_url(variable("PUBLISH_QUEUE_URL")).message_body(poison);
        send.send().await.unwrap();
        let subject = Subject::new(&admin, "beside the poison").await;
        admin.publish_and_wait(&subject.name).await;
        subject.expect_live(&admin, &aws, poison).await;
    }
}

#[tokio::test]
async fn a_message_about_nothing_is_dropped() {
    let _alone = ROOM.write().await;
    let aws = Aws::connect().await;
    let nothing = Subject { name: "nothing".into(), uid: "11111111-1111-4111-8111-111111111111".into() };
    aws.send_publish_message(&json!({"publication": {"report": nothing.uid, "sequence": 1}})).await;
    drained(&aws).await;
    nothing.expect_gone(&aws, "a message about nothing").await;
    let catalog = aws.dump("CATALOG_TABLE").await;
    assert!(!catalog.contains(&nothing.uid), "the message made a record");
}
