//! PDFs that were too large for a mail: kept for a week, and opened by the link in the mail.
//!
//! The links are in the table of public links, since the function that follows them serves the public. A link ends by itself, by its own
//! withdrawal, and with all links of its report: a mark in the same table ends those of all deliveries up to an instant. So ending them takes one write,
//! however many there are, and a mail that is on its way meanwhile brings none back.

use crate::{
    Aws, Deliveries, ambient,
    aws::Variable,
    change::{Change, Condition},
    objects::Objects,
    table::{Item, Key, Table, n, s, to_item},
};
use aws_sdk_dynamodb::types::TransactWriteItem;
use domain::{
    Outcome, Problem,
    delivery::{Delivery, LINK_LIFETIME},
    token::{LinkKey, PublicToken},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use uuid::Uuid;

/// The PDFs, and the links to them.
#[derive(Clone)]
pub struct MailedFiles {
    pub(crate) links: Table,
    pub(crate) objects: Objects,
}

/// A PDF that a mail links to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MailedFile {
    pub report: Uuid,
    /// Begins with the time at which it was asked for (UUID version 7).
    pub delivery: Uuid,
    /// How it is called when it is saved.
    pub filename: String,
    /// In bytes.
    pub size: u64,
    pub crc32: u32,
    pub expires_at: Timestamp,
    /// When its owner ended it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub withdrawn_at: Option<Timestamp>,
}

/// Up to when the deliveries of a report were asked for whose links are dead, in milliseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    until: u64,
}

/// How long an address of the file itself works: enough to follow a redirect.
const ADDRESS_LIFETIME: Duration = Duration::from_secs(60);
const PDF: &str = "application/pdf";

impl MailedFile {
    /// The PDF of a delivery.
    pub fn new(delivery: &Delivery, filename: String, expires_at: Timestamp, pdf: &[u8]) -> Self {
        let (size, crc32) = (pdf.len() as u64, crc32fast::hash(pdf));
        Self { report: delivery.report, delivery: delivery.id, filename, size, crc32, expires_at, withdrawn_at: None }
    }

    fn works(&self, now: Timestamp) -> bool {
        self.expires_at > now && self.withdrawn_at.is_none()
    }
}

impl Ended {
    /// Of a deleted report nothing is mailed any more, and nothing that is on its way is opened.
    const FOR_GOOD: Self = Self { until: u64::MAX };

    /// Whether the link of this delivery is dead.
    pub fn includes(self, delivery: Uuid) -> bool {
        let (seconds, nanos) = delivery.get_timestamp().map_or((0, 0), |time| time.to_unix());
        seconds * 1_000 + u64::from(nanos / 1_000_000) <= self.until
    }
}

fn key(token: &PublicToken) -> Key {
    Key::new(format!("MAILED#{}", token.hash()), "MAILED")
}

fn ended_key(report: Uuid) -> Key {
    Key::new(format!("MAILED#{report}"), "ENDED")
}

fn folder(report: Uuid) -> String {
    format!("mailed/{report}/")
}

fn object(report: Uuid, delivery: Uuid) -> String {
    format!("{}{delivery}.pdf", folder(report))
}

/// The mark that ends the links of a report. It is needed until the last of them is over.
fn mark(report: Uuid, ended: Ended) -> Outcome<Item> {
    let mut item = to_item(&ended_key(report), &ended)?;
    item.insert("expires".into(), n((ambient::now() + LINK_LIFETIME * 2).as_second().unsigned_abs()));
    Ok(item)
}

impl MailedFiles {
    /// # Errors
    /// `Internal` if a variable is missing.
    pub fn new(aws: &Aws) -> Outcome<Self> {
        let links = Table::new(aws, Variable::LinksTable)?;
        Ok(Self { links, objects: Objects::new(aws)? })
    }

    /// Keeps a PDF, and opens it to who has the token. A link that was withdrawn stays so.
    ///
    /// # Errors
    /// `Internal` when a service does not answer.
    pub async fn keep(&self, token: &PublicToken, file: &MailedFile, pdf: Vec<u8>) -> Outcome<()> {
        self.objects.put(&object(file.report, file.delivery), pdf, PDF).await?;
        let mut item = to_item(&key(token), file)?;
        item.insert("expires".into(), n(file.expires_at.as_second().unsigned_abs()));
        self.links.write(item, Some(Condition::missing("withdrawnAt"))).await.map(drop)
    }

    /// The PDF that a token opens.
    ///
    /// # Errors
    /// `NotFound` when there is none, its time is over, or its link was ended.
    pub async fn open(&self, token: &PublicToken, now: Timestamp) -> Outcome<MailedFile> {
        let found: Option<MailedFile> = self.links.get(&key(token)).await?;
        let file = found.filter(|file| file.works(now)).ok_or_else(dead)?;
        let ended = self.ended(file.report).await?.is_some_and(|ended| ended.includes(file.delivery));
        if ended { Err(dead()) } else { Ok(file) }
    }

    /// An address that serves the PDF itself for a minute.
    ///
    /// # Errors
    /// `NotFound` when it is gone, `Internal` when the bucket does not answer or the object is not the one that was stored.
    pub async fn address(&self, file: &MailedFile, disposition: &str) -> Outcome<String> {
        let (key, what) = (object(file.report, file.delivery), (file.size, file.crc32));
        let address = self.objects.checked_address(&key, what, disposition, PDF, ADDRESS_LIFETIME).await?;
        address.ok_or_else(dead)
    }

    /// Which links of a report were ended all at once.
    ///
    /// # Errors
    /// `Internal` when DynamoDB does not answer.
    pub async fn ended(&self, report: Uuid) -> Outcome<Option<Ended>> {
        self.links.get(&ended_key(report)).await
    }

    /// Ends the links of all that was mailed of a report so far, and removes the PDFs, so that addresses that were given out are dead too.
    ///
    /// # Errors
    /// `Internal` when a service does not answer; the same call may be made again.
    pub(crate) async fn end(&self, report: Uuid, now: Timestamp) -> Outcome<()> {
        let ended = Ended { until: now.as_millisecond().unsigned_abs() };
        // Another call may have ended more.
        let more = vec![Condition::new_item(), Condition::Below("until".into(), n(ended.until))];
        self.links.write(mark(report, ended)?, Some(Condition::Any(more))).await?;
        self.erase(report, ended).await
    }

    /// The write that ends all links of a report that is deleted.
    pub(crate) fn end_for_good(&self, report: Uuid) -> Outcome<TransactWriteItem> {
        self.links.put_always(mark(report, Ended::FOR_GOOD)?)
    }

    /// Removes the PDFs of a report that is deleted.
    pub(crate) async fn erase_all(&self, report: Uuid) -> Outcome<()> {
        self.erase(report, Ended::FOR_GOOD).await
    }

    async fn erase(&self, report: Uuid, ended: Ended) -> Outcome<()> {
        let folder = folder(report);
        let delivery = |object: &str| object.strip_prefix(&folder)?.strip_suffix(".pdf")?.parse().ok();
        self.objects.delete_all(&folder, |object| delivery(object).is_some_and(|id| ended.includes(id))).await
    }
}

/// The links to mailed PDFs, for the owners of reports: with the key from which their tokens are derived.
#[derive(Clone)]
pub struct MailedLinks {
    files: MailedFiles,
    deliveries: Deliveries,
    key: LinkKey,
}

impl MailedLinks {
    /// # Errors
    /// `Internal` if a variable is missing or the link key is too short.
    pub fn new(aws: &Aws) -> Outcome<Self> {
        let key = LinkKey::new(&Variable::LinkKey.text()?);
        Ok(Self {
            files: MailedFiles::new(aws)?,
            deliveries: Deliveries::new(aws)?,
            key: key.ok_or_else(|| Problem::internal("LINK_KEY is shorter than 32 characters"))?,
        })
    }

    /// Ends the link of a delivery, if it has one, and removes its PDF. When this has answered, nobody gets the PDF any more.
    ///
    /// # Errors
    /// `NotFound` when the report has no such delivery, `Internal` when a service does not answer; the same call may be made again.
    pub async fn withdraw(&self, report: Uuid, delivery: Uuid, now: Timestamp) -> Outcome<()> {
        // The delivery is named by the caller: it may be one of another report.
        let change =
            Change::default().set_once("withdrawnAt", s(now.to_string())).when(Condition::is("report", s(report)));
        self.files.links.change::<MailedFile>(&key(&self.key.mailed_token(delivery)), change).await?;
        self.files.objects.delete(vec![object(report, delivery)]).await?;
        self.deliveries.put_withdrawn(report, delivery, now).await
    }
}

fn dead() -> Problem {
    Problem::NotFound("This link does not work (any more).".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_links_of_deliveries_up_to_an_instant_are_ended() {
        let delivery = |millis| uuid::Builder::from_unix_timestamp_millis(millis, &[7; 10]).into_uuid();
        let ended = Ended { until: 1_770_631_200_123 };
        assert!(ended.includes(delivery(1_770_631_200_123)) && ended.includes(delivery(0)));
        assert!(!ended.includes(delivery(1_770_631_200_124)), "what was mailed afterwards");
        assert!(Ended::FOR_GOOD.includes(delivery(1 << 47)) && Ended::FOR_GOOD.includes(Uuid::nil()));
    }
}
