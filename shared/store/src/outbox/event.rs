//! What SES tells of a mail later: that it bounced, or that its recipient complained.
//!
//! Source: “Contents of event data that Amazon SES publishes to Amazon SNS”.

use domain::delivery::{Feedback, FeedbackKind};
use jiff::Timestamp;
use serde::Deserialize;
use std::collections::BTreeMap;
use uuid::Uuid;

/// What came back of a mail of ours.
#[derive(Debug, PartialEq)]
pub struct MailEvent {
    pub report: Uuid,
    pub delivery: Uuid,
    /// By [`domain::address::Address::key`].
    pub feedback: Vec<(String, Feedback)>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    mail: Mail,
    bounce: Option<Bounce>,
    complaint: Option<Complaint>,
}

#[derive(Deserialize)]
struct Mail {
    /// As [`super::Outbox`] named them.
    #[serde(default)]
    tags: BTreeMap<String, Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Bounce {
    bounce_type: String,
    bounce_sub_type: String,
    bounced_recipients: Vec<Recipient>,
    timestamp: Timestamp,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Complaint {
    complained_recipients: Vec<Recipient>,
    complaint_feedback_type: Option<String>,
    timestamp: Timestamp,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Recipient {
    email_address: String,
    diagnostic_code: Option<String>,
}

/// The longest text of another mail system that is kept.
const LONGEST_DETAIL: usize = 500;

impl MailEvent {
    /// Reads an event; `None` for one that tells of nothing that came back, or of a mail that is not ours.
    ///
    /// # Errors
    /// When it is no event of SES.
    pub fn parse(text: &str) -> Result<Option<Self>, serde_json::Error> {
        let event: Event = serde_json::from_str(text)?;
        let tag = |name: &str| event.mail.tags.get(name)?.first()?.parse().ok();
        let (Some(report), Some(delivery)) = (tag("report"), tag("delivery")) else { return Ok(None) };
        let bounces = event.bounce.into_iter().flat_map(Bounce::feedback);
        let feedback: Vec<_> = bounces.chain(event.complaint.into_iter().flat_map(Complaint::feedback)).collect();
        Ok((!feedback.is_empty()).then_some(Self { report, delivery, feedback }))
    }
}

impl Bounce {
    fn feedback(self) -> Vec<(String, Feedback)> {
        let kind = if self.bounce_type == "Permanent" { FeedbackKind::Bounced } else { FeedbackKind::Deferred };
        let (at, why) = (self.timestamp, self.bounce_sub_type);
        let one = |recipient: Recipient| {
            let detail = recipient.diagnostic_code.clone().unwrap_or_else(|| why.clone());
            recipient.with(Feedback { kind, detail: Some(cut(&detail)), at })
        };
        self.bounced_recipients.into_iter().map(one).collect()
    }
}

impl Complaint {
    fn feedback(self) -> Vec<(String, Feedback)> {
        let (at, detail) = (self.timestamp, self.complaint_feedback_type.map(|detail| cut(&detail)));
        let feedback = Feedback { kind: FeedbackKind::Complained, detail, at };
        self.complained_recipients.into_iter().map(|recipient| recipient.with(feedback.clone())).collect()
    }
}

impl Recipient {
    /// Some systems answer with a name before the address.
    fn with(&self, feedback: Feedback) -> (String, Feedback) {
        let address = self.email_address.rsplit('<').next().unwrap_or_default().trim_end_matches('>');
        (address.trim().to_ascii_lowercase(), feedback)
    }
}

fn cut(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(LONGEST_DETAIL).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    const UID: &str = "00000000-0000-0000-0000-000000000007";

    fn parsed(mut event: Value) -> Option<MailEvent> {
        event["mail"] =
            json!({"messageId": "m", "tags": {"report": [UID], "delivery": [UID], "ses:source-ip": ["::1"]}});
        MailEvent::parse(&event.to_string()).unwrap()
    }

    fn bounce(kind: &str) -> Value {
        json!({"eventType": "Bounce", "bounce": {
            "bounceType": kind, "bounceSubType": "General", "timestamp": "2026-11-22T10:00:00.123Z", "feedbackId": "f",
            "bouncedRecipients": [
                {"emailAddress": "Ada <Ada@Example.com>", "action": "failed", "status": "5.1.1", "diagnosticCode": "smtp; 550 user unknown"},
                {"emailAddress": "b@example.com"},
            ],
        }})
    }

    #[test]
    fn a_bounce_for_good_and_one_for_now_are_told_apart() {
        for (word, kind) in [
            ("Permanent", FeedbackKind::Bounced),
            ("Transient", FeedbackKind::Deferred),
            ("Undetermined", FeedbackKind::Deferred),
        ] {
            let event = parsed(bounce(word)).unwrap();
            let told: Vec<_> = event
                .feedback
                .iter()
                .map(|(address, it)| (address.as_str(), it.kind, it.detail.as_deref().unwrap()))
                .collect();
            assert_eq!(
                told,
                [("ada@example.com", kind, "smtp; 550 user unknown"), ("b@example.com", kind, "General")],
                "{word}"
            );
        }
    }

    #[test]
    fn a_complaint_is_read() {
        let event = parsed(json!({"eventType": "Complaint", "complaint": {
            "complainedRecipients": [{"emailAddress": "a@example.com"}],
            "complaintFeedbackType": "abuse", "timestamp": "2026-11-22T10:00:00Z",
        }}));
        let (address, feedback) = event.unwrap().feedback.remove(0);
        assert_eq!((address.as_str(), feedback.kind), ("a@example.com", FeedbackKind::Complained));
        assert!(feedback.kind.suppresses() && !FeedbackKind::Deferred.suppresses());
    }

    #[test]
    fn other_events_and_mails_of_others_are_nothing_to_us() {
        assert_eq!(parsed(json!({"eventType": "Delivery", "delivery": {}})), None);
        let foreign = json!({"eventType": "Bounce", "mail": {"messageId": "m"}}).to_string();
        assert_eq!(MailEvent::parse(&foreign).unwrap(), None);
        assert!(MailEvent::parse("no JSON").is_err() && MailEvent::parse("{}").is_err());
    }
}
