//! What was mailed to whom, what became of it, and to whom nothing is mailed any more. Imprint's own calls, in Informer's form of lists.

use crate::{Href, ReportRecord};
use domain::{
    delivery::{Delivery, DeliveryStatus, FeedbackKind, LINK_LIFETIME, Mail, MailStatus, Skipped, Suppression},
    report::{Actor, Report},
};
use jiff::Timestamp;
use serde::Serialize;
use std::collections::BTreeMap;
use uuid::Uuid;

/// The answer of `GET /api/reports/{id}/deliveries`: newest first.
#[derive(Debug, Serialize)]
pub struct DeliveryList {
    #[serde(rename = "_links")]
    links: BTreeMap<&'static str, Href>,
    count: usize,
    #[serde(rename = "_embedded")]
    embedded: EmbeddedDeliveries,
}

#[derive(Debug, Serialize)]
struct EmbeddedDeliveries {
    #[serde(rename = "inf:delivery")]
    deliveries: Vec<DeliveryRecord>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct DeliveryRecord {
    id: Uuid,
    status: DeliveryStatus,
    at: Timestamp,
    actor: Actor,
    version: u64,
    subject: String,
    /// The names of the attached files.
    attached: Vec<String>,
    /// Whether page one is shown in the mail.
    picture: bool,
    /// Whether the mail has a link to the PDF in its place.
    linked: bool,
    /// That link; never its address.
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<MailedLink>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// What is not in the report as asked for, with the place of each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<String>,
    recipients: Vec<Recipient>,
}

/// The link to a PDF that was too large for its mails.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct MailedLink {
    expires_at: Timestamp,
    /// Whether it opens the PDF now: it has not expired, was not withdrawn, and did not end with an unpublish.
    works: bool,
}

/// What became of the mail to one address.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Recipient {
    address: String,
    outcome: RecipientOutcome,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
}

/// How far the mail came, or what came back.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum RecipientOutcome {
    Mail(MailStatus),
    Told(&'static str),
}

impl DeliveryList {
    /// Deliveries of a report, `more` of which are behind the last one; `works` says of which the link does.
    pub fn new(
        report: &Report,
        deliveries: Vec<Delivery>,
        more: bool,
        limit: u64,
        works: impl Fn(&Delivery) -> bool,
    ) -> Self {
        let path = ReportRecord::path(report);
        let own = format!("{path}/deliveries");
        let mut links = BTreeMap::from([("self", Href::new(&own)), ("inf:report", Href::new(path))]);
        if let Some(last) = deliveries.last().filter(|_| more) {
            links.insert("next", Href::new(format!("{own}?limit={limit}&before={}", last.id)));
        }
        let deliveries: Vec<_> =
            deliveries.into_iter().map(|delivery| DeliveryRecord::new(works(&delivery), delivery)).collect();
        Self { links, count: deliveries.len(), embedded: EmbeddedDeliveries { deliveries } }
    }
}

impl DeliveryRecord {
    fn new(works: bool, delivery: Delivery) -> Self {
        let link = delivery.contents.linked.then(|| MailedLink { expires_at: delivery.at + LINK_LIFETIME, works });
        let mails = delivery.mails.iter().flat_map(|mail| mail.to.iter().map(move |to| (mail, to)));
        let sent = mails.map(|(mail, to)| {
            let feedback = delivery.feedback.get(&to.key());
            Recipient {
                address: to.to_string(),
                outcome: feedback.map_or(outcome(&delivery, mail), |it| RecipientOutcome::Told(word(it.kind))),
                message_id: mail.message_id.clone(),
                at: feedback.map(|it| it.at).or(mail.sent_at),
                detail: feedback.and_then(|it| it.detail.clone()).or_else(|| mail.reason.clone()),
            }
        });
        let skipped = delivery.skipped.iter().map(|Skipped { address, reason }| Recipient {
            address: address.to_string(),
            outcome: RecipientOutcome::Told("Skipped"),
            message_id: None,
            at: None,
            detail: Some(reason.clone()),
        });
        Self {
            recipients: sent.chain(skipped).collect(),
            id: delivery.id,
            status: delivery.status(),
            at: delivery.at,
            version: delivery.version,
            attached: delivery.contents.attached,
            picture: delivery.contents.picture,
            linked: delivery.contents.linked,
            link,
            actor: delivery.actor,
            subject: delivery.subject,
            reason: delivery.reason,
            warnings: delivery.warnings,
        }
    }
}

/// Of a report that could not be made nothing waits to be sent.
fn outcome(delivery: &Delivery, mail: &Mail) -> RecipientOutcome {
    RecipientOutcome::Mail(if delivery.reason.is_some() { MailStatus::Failed } else { mail.status })
}

fn word(kind: FeedbackKind) -> &'static str {
    match kind {
        FeedbackKind::Bounced => "Bounced",
        FeedbackKind::Deferred => "Deferred",
        FeedbackKind::Complained => "Complained",
    }
}

/// The answer of `GET /api/mail/suppressions`.
#[derive(Debug, Serialize)]
pub struct SuppressionList {
    #[serde(rename = "_links")]
    links: BTreeMap<&'static str, Href>,
    total: usize,
    #[serde(rename = "_embedded")]
    embedded: EmbeddedSuppressions,
}

#[derive(Debug, Serialize)]
struct EmbeddedSuppressions {
    #[serde(rename = "inf:suppression")]
    suppressions: Vec<Suppression>,
}

impl SuppressionList {
    /// All of them.
    pub fn new(suppressions: Vec<Suppression>) -> Self {
        let links = [("self", Href::new("/api/mail/suppressions"))];
        Self { links: links.into(), total: suppressions.len(), embedded: EmbeddedSuppressions { suppressions } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{
        address::Address,
        delivery::{Contents, Feedback},
    };
    use serde_json::json;

    #[test]
    fn each_recipient_is_told_with_what_became_of_the_mail() {
        let address = |text: &str| Address::parse("emails", text).unwrap();
        let to = ["a@example.com", "B@example.com"].map(address);
        let actor = Actor { name: "ada".into(), email: None };
        let mut delivery = Delivery::new(Uuid::nil(), Uuid::nil(), 2, actor, &to, Timestamp::UNIX_EPOCH);
        delivery.subject = "Sales".into();
        delivery.contents = Contents { attached: vec!["Sales.pdf".into()], picture: true, linked: false };
        let mail = &mut delivery.mails[0];
        (mail.status, mail.message_id, mail.sent_at) =
            (MailStatus::Sent, Some("m-1".into()), Some(Timestamp::UNIX_EPOCH));
        delivery.skipped = vec![Skipped { address: address("c@example.com"), reason: "It bounced.".into() }];
        let at = "2026-11-22T10:00:00Z".parse().unwrap();
        let bounced = Feedback { kind: FeedbackKind::Bounced, detail: Some("550 user unknown".into()), at };
        delivery.feedback.insert("b@example.com".into(), bounced);
        let told = serde_json::to_value(DeliveryRecord::new(false, delivery)).unwrap();
        assert_eq!(told["status"], "Sent");
        assert_eq!((&told["attached"], &told["link"]), (&json!(["Sales.pdf"]), &json!(null)));
        assert_eq!(
            told["recipients"],
            json!([
                {"address": "a@example.com", "outcome": "Sent", "messageId": "m-1", "at": "1970-01-01T00:00:00Z"},
                {"address": "B@example.com", "outcome": "Bounced", "messageId": "m-1", "at": "2026-11-22T10:00:00Z", "detail": "550 user unknown"},
                {"address": "c@example.com", "outcome": "Skipped", "detail": "It bounced."},
            ])
        );
    }
}
