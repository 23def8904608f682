//! A report by mail: what was sent to whom, how far it came, and what became of it.

use crate::literal::literals;
use crate::{
    address::Address,
    credential::Caller,
    problem::{Outcome, Problem},
    report::Actor,
};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use uuid::Uuid;

/// SES takes at most so many recipients a mail.
pub const MAX_PER_MAIL: usize = 50;
/// How long deliveries are told.
pub const KEPT: SignedDuration = SignedDuration::from_hours(90 * 24);
/// How long a key of a client stands for one delivery.
pub const KEY_KEPT: SignedDuration = SignedDuration::from_hours(24);
/// Longer than the function that sends can live: an attempt that has not ended by then is dead.
pub const ATTEMPT: SignedDuration = SignedDuration::from_secs(35);
/// How long the link to a PDF works that was too large for the mail.
pub const LINK_LIFETIME: SignedDuration = SignedDuration::from_hours(7 * 24);

/// One request to send a report: the record that `GET /api/reports/{id}/deliveries` tells.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Delivery {
    /// Begins with the time (UUID version 7): in the order of ids, the newest is the last.
    pub id: Uuid,
    pub report: Uuid,
    /// The version that was sent.
    pub version: u64,
    /// Who asked for it.
    pub actor: Actor,
    /// When it was asked for.
    pub at: Timestamp,
    pub subject: String,
    pub contents: Contents,
    pub mails: Vec<Mail>,
    /// Who was left out, and why.
    pub skipped: Vec<Skipped>,
    /// Why the report could not be made; then there are mails that were never sent.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<String>,
    /// What is not in the report as asked for, with the place of each.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub warnings: Vec<String>,
    /// What came back, by [`Address::key`].
    #[serde(default)]
    pub feedback: BTreeMap<String, Feedback>,
    /// When its link to the PDF was withdrawn.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub link_withdrawn_at: Option<Timestamp>,
    pub expires_at: Timestamp,
}

/// What a mail carries.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Contents {
    /// The names of the attached files.
    pub attached: Vec<String>,
    /// Whether page one is shown in the mail.
    pub picture: bool,
    /// Whether the mail has a link to the PDF, in its place.
    pub linked: bool,
}

/// One mail.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Mail {
    pub to: Vec<Address>,
    pub status: MailStatus,
    /// The name that SES gave it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub message_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub sent_at: Option<Timestamp>,
    /// Why it was not sent.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<String>,
}

literals! {
    /// How far a mail came.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
    pub enum MailStatus {
        /// Not handed over yet.
        Waiting = "Waiting",
        /// It is being handed over.
        Sending = "Sending",
        /// SES took it.
        Sent = "Sent",
        /// SES did not take it; the same request may send it again.
        Failed = "Failed",
        /// Nobody knows whether SES took it: no answer came, or the function died. It is never sent a second time.
        Unknown = "Unknown",
    }
}

/// Who was left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Skipped {
    pub address: Address,
    pub reason: String,
}

/// What came back from an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Feedback {
    pub kind: FeedbackKind,
    /// In the words of the mail system that did not take it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub detail: Option<String>,
    pub at: Timestamp,
}

literals! {
    /// The kinds of what comes back.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
    pub enum FeedbackKind {
        /// There is no such mailbox.
        Bounced = "bounced",
        /// The mailbox could not take it this time: it is full, for example.
        Deferred = "deferred",
        /// The recipient called it unwanted.
        Complained = "complained",
    }
}

impl FeedbackKind {
    /// Whether nothing more is to be sent to the address.
    pub fn suppresses(self) -> bool {
        self != Self::Deferred
    }

    /// The word in a sentence about an address.
    pub fn word(self) -> &'static str {
        match self {
            Self::Bounced => "bounced",
            Self::Deferred => "could not be delivered",
            Self::Complained => "was called unwanted",
        }
    }
}

/// An address to which nothing is sent, until somebody lifts this.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Suppression {
    /// [`Address::key`].
    pub address: String,
    #[serde(flatten)]
    pub feedback: Feedback,
    /// The report and delivery that brought it about.
    pub report: Uuid,
    pub delivery: Uuid,
}

impl Suppression {
    /// Why the address is left out, as the sender is told.
    pub fn reason(&self) -> String {
        format!("A mail of {} {}.", self.feedback.at.strftime("%Y-%m-%d"), self.feedback.kind.word())
    }
}

literals! {
    /// How a delivery stands, all its mails together.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
    pub enum DeliveryStatus {
        Sending = "Sending",
        Sent = "Sent",
        /// Some mails were sent and some were not.
        PartlySent = "PartlySent",
        Failed = "Failed",
    }
}

impl Delivery {
    /// A delivery before its first mail: the recipients in as many mails as it takes.
    pub fn new(id: Uuid, report: Uuid, version: u64, actor: Actor, to: &[Address], at: Timestamp) -> Self {
        let mail = |some: &[Address]| Mail {
            to: some.to_vec(),
            status: MailStatus::Waiting,
            message_id: None,
            sent_at: None,
            reason: None,
        };
        Self {
            id,
            report,
            version,
            actor,
            at,
            subject: String::new(),
            contents: Contents::default(),
            mails: to.chunks(MAX_PER_MAIL).map(mail).collect(),
            skipped: Vec::new(),
            reason: None,
            warnings: Vec::new(),
            feedback: BTreeMap::new(),
            link_withdrawn_at: None,
            expires_at: at + KEPT,
        }
    }

    /// How the delivery stands.
    pub fn status(&self) -> DeliveryStatus {
        let any = |status| self.mails.iter().any(|mail| mail.status == status);
        let sent = any(MailStatus::Sent);
        match () {
            () if any(MailStatus::Sending) || any(MailStatus::Waiting) && self.reason.is_none() => {
                DeliveryStatus::Sending
            }
            () if self.mails.iter().all(|mail| mail.status == MailStatus::Sent) => DeliveryStatus::Sent,
            () if sent => DeliveryStatus::PartlySent,
            () => DeliveryStatus::Failed,
        }
    }

    /// The delivery as the next attempt takes it up: of a mail that was being handed over nobody knows whether it was taken.
    pub fn taken_up(mut self) -> Self {
        for mail in self.mails.iter_mut().filter(|mail| mail.status == MailStatus::Sending) {
            mail.status = MailStatus::Unknown;
            mail.reason = Some("The attempt ended while it was being handed over.".to_owned());
        }
        self
    }

    /// The delivery as it is told: an attempt that died hands nothing over any more.
    pub fn seen(self, now: Timestamp) -> Self {
        // Of a report that could not be made the reason is known.
        if now < self.at + ATTEMPT || self.reason.is_some() {
            return self;
        }
        let mut seen = self.taken_up();
        for mail in seen.mails.iter_mut().filter(|mail| mail.status == MailStatus::Waiting) {
            mail.status = MailStatus::Failed;
            mail.reason.get_or_insert_with(|| "The attempt ended before it was handed over.".to_owned());
        }
        seen
    }

    /// Whether it has a link to its PDF that has neither expired nor been withdrawn by itself.
    pub fn link_works(&self, now: Timestamp) -> bool {
        self.contents.linked && self.link_withdrawn_at.is_none() && now < self.at + LINK_LIFETIME
    }

    /// The positions of the mails that are still to be sent.
    pub fn left(&self) -> Vec<usize> {
        let open = |mail: &Mail| [MailStatus::Waiting, MailStatus::Failed].contains(&mail.status);
        self.mails.iter().enumerate().filter(|(_, mail)| open(mail)).map(|(position, _)| position).collect()
    }

    /// Refuses to say that all was sent when it was not. The causes are for the log.
    ///
    /// # Errors
    /// `Failed`, naming the recipients who got nothing and those of whom nobody knows.
    pub fn check_sent(&self, causes: &[String]) -> Outcome<()> {
        let list = |statuses: &[MailStatus]| {
            let mails = self.mails.iter().filter(|mail| statuses.contains(&mail.status));
            mails.flat_map(|mail| mail.to.iter().map(Address::as_str)).collect::<Vec<_>>().join(", ")
        };
        let not_sent = list(&[MailStatus::Waiting, MailStatus::Failed]);
        let (unknown, sent) = (list(&[MailStatus::Sending, MailStatus::Unknown]), list(&[MailStatus::Sent]));
        let mut told = Vec::new();
        if !not_sent.is_empty() {
            let whom = match (sent.is_empty(), unknown.is_empty()) {
                (true, true) => "not sent".to_owned(),
                (true, false) => format!("not sent to {not_sent}"),
                (false, _) => format!("sent, but not to {not_sent}"),
            };
            told.push(format!("The report was {whom}: the mail system did not take it."));
        }
        if !unknown.is_empty() {
            told.push(format!(
                "Nobody knows whether the report was sent to {unknown}: the mail system gave no answer. \
                 It is not sent to them again under the same Idempotency-Key."
            ));
        }
        if told.is_empty() {
            return Ok(());
        }
        Err(Problem::Failed { told: told.join(" "), cause: causes.join("; ") })
    }
}

/// The key by which a client means the same delivery: `Idempotency-Key`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryKey {
    /// What is stored in its place; of each access token's own.
    pub hash: String,
    /// What the request says besides: a key stands for one request.
    pub fingerprint: String,
}

impl DeliveryKey {
    /// # Errors
    /// `Invalid` for a key that is empty, longer than 255 characters, or holds others than printable ASCII.
    pub fn new(key: &str, caller: &Caller, request: &str) -> Outcome<Self> {
        if !(1..=255).contains(&key.len()) || !key.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ') {
            return Err(Problem::invalid("Idempotency-Key", "use 1 to 255 printable ASCII characters."));
        }
        let hash = |text: &str| hex::encode(Sha256::digest(text));
        Ok(Self { hash: hash(&format!("{}\n{key}", caller.token_id)), fingerprint: hash(request) })
    }
}

#[cfg(test)]
mod tests;
