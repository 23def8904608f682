//! What comes back: bounces and complaints, who is left out because of them, and how that is lifted.

use super::{report, uid};
use imprint_tests::{
    api::{Answer, Api},
    aws::Aws,
    mail::{deliveries, only_one_to, outcome, send, send_under, sent_to, somebody, told_of},
    now, unique,
};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tokio::time::sleep;

/// An address of SES's mailbox simulator that behaves like this.
fn simulated(what: &str) -> String {
    format!("{what}+{}@simulator.amazonses.com", unique("x"))
}

/// The address of the suppression of an address.
fn lifting(address: &str) -> String {
    format!("/api/mail/suppressions/{}", address.replace('+', "%2B").replace('@', "%40"))
}

/// The suppression of an address, as it is listed.
async fn suppression(admin: &Api, address: &str) -> Option<Value> {
    let list = admin.get("/api/mail/suppressions").await.expect(200).json();
    assert_eq!(list["_links"]["self"]["href"], "/api/mail/suppressions");
    let listed = list["_embedded"]["inf:suppression"].as_array().unwrap();
    assert_eq!(list["total"], listed.len());
    listed.iter().find(|one| one["address"] == address).cloned()
}

async fn send_to(admin: &Api, report: &Value, emails: &str) -> Answer {
    send(admin, &json!({"id": report["id"], "emails": emails})).await
}

#[tokio::test]
async fn who_bounced_or_complained_gets_nothing_more_until_that_is_lifted() {
    let admin = Api::admin();
    for (mailbox, wanted, kind) in [("bounce", "Bounced", "bounced"), ("complaint", "Complained", "complained")] {
        let (record, address, other) = (report(&admin, json!({})).await, simulated(mailbox), somebody("other"));
        send_to(&admin, &record, &address).await.expect(200);
        let told = outcome(&admin, uid(&record), &address, wanted).await;
        assert!(told["at"].is_string() && told["messageId"].is_string(), "{told}");
        if mailbox == "bounce" {
            assert!(told["detail"].as_str().unwrap().contains("user unknown"), "{told}");
        }
        let first = deliveries(&admin, uid(&record)).await.remove(0);
        assert_eq!(first["status"], "Sent", "SES took it: {first}");

        let listed = suppression(&admin, &address).await.expect("it is listed");
        assert_eq!(
            (&listed["kind"], &listed["report"], &listed["delivery"]),
            (&json!(kind), &record["id"], &first["id"])
        );
        assert_eq!(listed["at"], told["at"], "{listed}");

        let refused = send_to(&admin, &record, &address.to_uppercase()).await.expect(400);
        let message = refused.json()["message"].as_str().unwrap().to_owned();
        assert!(message.to_lowercase().contains(&address), "{message}");
        assert!(message.contains("/api/mail/suppressions"), "it says how that is lifted: {message}");
        assert_eq!(sent_to(&address).len(), 1);

        // A request that was refused uses no key up.
        let key = unique("key");
        let under = async |emails: &str| send_under(&admin, &key, &json!({"id": record["id"], "emails": emails})).await;
        under(&address).await.expect(400);
        under(&address).await.expect(400);
        let third = somebody("third");
        under(&third).await.expect(200);
        only_one_to(&third);

        let answer = send_to(&admin, &record, &format!("{address}, {other}")).await.expect(200).json();
        assert_eq!(answer["message"], "Report was sent");
        assert_eq!(
            (&answer["skipped"][0]["address"], answer["skipped"].as_array().unwrap().len()),
            (&json!(address), 1)
        );
        let reason = answer["skipped"][0]["reason"].as_str().unwrap();
        assert!(reason.starts_with(&format!("A mail of {} ", &told["at"].as_str().unwrap()[..10])), "{reason}");
        assert_eq!(only_one_to(&other).envelope, std::slice::from_ref(&other));
        let second = deliveries(&admin, uid(&record)).await.remove(0);
        assert_eq!((&second["status"], &told_of(&second, &other)["outcome"]), (&json!("Sent"), &json!("Sent")));
        let skipped = told_of(&second, &address);
        assert_eq!((&skipped["outcome"], skipped["detail"].as_str().unwrap()), (&json!("Skipped"), reason));

        admin.delete(&lifting(&address)).await.expect(204);
        assert_eq!(admin.delete(&lifting(&address)).await.expect(404).json()["statusCode"], 404);
        assert!(suppression(&admin, &address).await.is_none());
        send_to(&admin, &record, &address).await.expect(200);
        assert_eq!(sent_to(&address).len(), 2);
    }
}

#[tokio::test]
async fn of_several_recipients_only_the_one_that_bounced_is_left_out() {
    let admin = Api::admin();
    let (record, bounced, good) = (report(&admin, json!({})).await, simulated("bounce"), somebody("good"));
    send_to(&admin, &record, &format!("{good},{bounced}")).await.expect(200);
    outcome(&admin, uid(&record), &bounced, "Bounced").await;
    let delivery = deliveries(&admin, uid(&record)).await.remove(0);
    assert_eq!(told_of(&delivery, &good)["outcome"], "Sent");
    assert!(suppression(&admin, &good).await.is_none());
}

#[tokio::test]
async fn suppressions_are_the_administrators_business() {
    for role in ["viewer", "publisher", "designer"] {
        let caller = Api::with_role(role, &[]).await;
        for refused in [caller.get("/api/mail/suppressions").await, caller.delete(&lifting("a@example.com")).await] {
            assert_eq!(refused.status, 403, "{role}: {}", refused.text());
            assert!(refused.text().contains("workspace:admin"), "{}", refused.text());
        }
    }
    let admin = Api::admin();
    for odd in ["nobody", "a%0ab", "%00", &"x".repeat(300)] {
        let answer = admin.delete(&format!("/api/mail/suppressions/{odd}")).await;
        assert!([400, 404].contains(&answer.status), "{odd}: {}", answer.text());
    }
}

/// What SES tells of a mail, as it reaches the queue.
fn event(kind: &str, more: Value, record: &Value, delivery: &Value, address: &str) -> Value {
    let mut event = json!({"eventType": kind, "mail": {
        "timestamp": now().to_string(), "messageId": unique("m"), "source": "reports@example.com", "destination": [address],
        "tags": {"report": [record["id"]], "delivery": [delivery["id"]]}}});
    event.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    event
}

fn bounce(address: &str) -> Value {
    json!({"bounce": {"bounceType": "Permanent", "bounceSubType": "NoEmail", "timestamp": now().to_string(), "feedbackId": unique("f"),
        "bouncedRecipients": [{"emailAddress": address, "status": "5.1.1", "diagnosticCode": "smtp; 550 user unknown"}]}})
}

#[tokio::test]
async fn a_mailbox_that_is_full_is_told_and_written_to_again() {
    let admin = Api::admin();
    let (record, address) = (report(&admin, json!({})).await, simulated("mailboxfull"));
    send_to(&admin, &record, &address).await.expect(200);
    let told = outcome(&admin, uid(&record), &address, "Deferred").await;
    assert!(told["detail"].as_str().unwrap().contains("mailbox full"), "{told}");
    assert!(suppression(&admin, &address).await.is_none());
    send_to(&admin, &record, &address).await.expect(200);
    assert_eq!(sent_to(&address).len(), 2);
}

#[tokio::test]
async fn what_is_told_twice_changes_nothing_the_second_time() {
    let (admin, aws) = (Api::admin(), Aws::connect().await);
    let (record, address) = (report(&admin, json!({})).await, somebody("doubled"));
    send_to(&admin, &record, &address).await.expect(200);
    let delivery = deliveries(&admin, uid(&record)).await.remove(0);
    let message = event("Bounce", bounce(&address), &record, &delivery, &address);
    aws.send("MAIL_FEEDBACK_QUEUE_URL", &message).await;
    let told = outcome(&admin, uid(&record), &address, "Bounced").await;
    let listed = suppression(&admin, &address).await;
    aws.send("MAIL_FEEDBACK_QUEUE_URL", &message).await;
    drained(&aws).await;
    assert_eq!(outcome(&admin, uid(&record), &address, "Bounced").await, told);
    assert_eq!(suppression(&admin, &address).await, listed);
}

/// Waits until no message of the feedback queue is left, handled or not.
async fn drained(aws: &Aws) {
    let begun = Instant::now();
    while aws.messages("MAIL_FEEDBACK_QUEUE_URL").await > 0 {
        assert!(begun.elapsed() < Duration::from_secs(120), "the queue does not empty");
        sleep(Duration::from_millis(300)).await;
    }
}

#[tokio::test]
async fn messages_that_are_none_or_about_nothing_of_ours_block_nobody() {
    let (admin, aws) = (Api::admin(), Aws::connect().await);
    let (record, address) = (report(&admin, json!({})).await, somebody("behind"));
    send_to(&admin, &record, &address).await.expect(200);
    let delivery = deliveries(&admin, uid(&record)).await.remove(0);
    let (stranger, nobody) = (somebody("stranger"), json!({"id": "00000000-0000-7000-8000-000000000000"}));
    let mut untagged = event("Bounce", bounce(&stranger), &record, &delivery, &stranger);
    untagged["mail"]["tags"] = json!({});
    let mut odd = event("Bounce", bounce(&stranger), &record, &delivery, &stranger);
    odd["mail"]["tags"] = json!({"report": ["REPORT"], "delivery": [7]});
    let others = [
        "not JSON".to_owned(),
        String::from("[]"),
        json!({}).to_string(),
        json!({"eventType": "Bounce"}).to_string(),
        json!({"eventType": "Delivery", "mail": {}}).to_string(),
        json!({"Type": "Notification", "Message": "hello"}).to_string(),
        untagged.to_string(),
        odd.to_string(),
        event("Bounce", bounce(&stranger), &nobody, &nobody, &stranger).to_string(),
        event("Bounce", bounce(&stranger), &record, &nobody, &stranger).to_string(),
        event("Reject", json!({"reject": {"reason": "Bad content"}}), &record, &delivery, &address).to_string(),
    ];
    for body in &others {
        aws.send_text("MAIL_FEEDBACK_QUEUE_URL", body).await;
    }
    aws.send("MAIL_FEEDBACK_QUEUE_URL", &event("Bounce", bounce(&address), &record, &delivery, &address)).await;
    outcome(&admin, uid(&record), &address, "Bounced").await;
    drained(&aws).await;
    assert_eq!(aws.messages("MAIL_FEEDBACK_DEAD_LETTERS_URL").await, 0, "nothing of it is for an operator to read");
    let told = deliveries(&admin, uid(&record)).await.remove(0);
    assert_eq!(told["recipients"].as_array().unwrap().len(), 1, "{told}");
}
