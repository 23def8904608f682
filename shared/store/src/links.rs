//! Public links, in a table of their own: the functions that serve the public can read nothing else.

use crate::{
    Aws,
    aws::Variable,
    objects::Objects,
    sent,
    table::{Change, Key, Table, fault, from_item, n},
};
use aws_sdk_dynamodb::types::{ReturnValue, TransactWriteItem};
use domain::{
    Outcome, Problem,
    bundle::{Entry, Index},
    publication::{BundleKey, PublicationId},
    token::PublicToken,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use uuid::Uuid;

/// The links and the bundles that they open.
#[derive(Clone)]
pub struct Links {
    table: Table,
    objects: Objects,
}

/// A link: what it opens.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Link {
    pub id: Uuid,
    pub created_at: Timestamp,
    pub workspace: String,
    pub report: String,
    pub publication: PublicationId,
    pub bundle: BundleKey,
    /// [`Index::to_bytes`].
    #[serde(with = "serde_bytes")]
    pub index: Vec<u8>,
    /// How the PDF is called when it is saved.
    pub filename: String,
    /// The hash of the page's style, as a policy names it (`sha256-…`): a bundle may be older than the function that serves it.
    pub style: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub expires_at: Option<Timestamp>,
    #[serde(default)]
    pub views: u64,
}

/// The largest PDF that a function answers itself, in bytes: Lambda carries 6 MB, in base64, with the headers.
pub const LARGEST_ANSWER: u64 = 4_500_000;

/// How long an address of a large PDF works: enough to follow a redirect.
const ADDRESS_LIFETIME: Duration = Duration::from_secs(30);

fn key(hash: &str) -> Key {
    Key::new(format!("LINK#{hash}"), "LINK")
}

/// What the public is told of a link that is not there, whatever the reason.
fn dead() -> Problem {
    Problem::NotFound("This link does not work (any more).".into())
}

impl Links {
    /// # Errors
    /// `Internal` if a variable is missing.
    pub fn new(aws: &Aws) -> Outcome<Self> {
        let table = Table { client: aws.dynamodb(), name: Variable::LinksTable.text()? };
        Ok(Self { table, objects: Objects::new(aws)? })
    }

    /// The link that a token opens, without counting a view.
    ///
    /// # Errors
    /// `NotFound` when there is none or its time is over.
    pub async fn open(&self, token: &PublicToken, now: Timestamp) -> Outcome<Link> {
        live(self.table.get(&key(&token.hash())).await?, now)
    }

    /// As [`Links::open`], and counts a view in the same request.
    ///
    /// # Errors
    /// As [`Links::open`].
    pub async fn view(&self, token: &PublicToken, now: Timestamp) -> Outcome<Link> {
        let update = self.table.client.update_item().table_name(&self.table.name);
        let update = update
            .set_key(Some(key(&token.hash()).item()))
            .update_expression("SET #views = #views + :one")
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_names("#views", "views")
            .expression_attribute_values(":one", n(1))
            .return_values(ReturnValue::AllNew);
        match sent::update_item(update).await {
            Ok(answer) => live(answer.attributes.map(from_item).transpose()?, now),
            Err(error) if error.as_service_error().is_some_and(|e| e.is_conditional_check_failed_exception()) => {
                Err(dead())
            }
            Err(error) => Err(fault(error)),
        }
    }

    /// A part of the link's bundle: its entry and its bytes as they are packed. If the bundle went away after the link was read,
    /// because another one became live, the link is read once more.
    ///
    /// # Errors
    /// `NotFound` when the bundle has no such part or the link is dead, `Internal` when the bucket does not answer.
    pub async fn part(
        &self,
        token: &PublicToken,
        link: Link,
        choose: impl Fn(&Index) -> Option<Entry>,
    ) -> Outcome<(Entry, Vec<u8>)> {
        if let Some(part) = self.stored(&link, &choose).await? {
            return Ok(part);
        }
        let link = live(self.table.get(&key(&token.hash())).await?, crate::ambient::now())?;
        self.stored(&link, &choose).await?.ok_or_else(|| Problem::internal(format!("{:?} is gone", link.bundle)))
    }

    async fn stored(&self, link: &Link, choose: impl Fn(&Index) -> Option<Entry>) -> Outcome<Option<(Entry, Vec<u8>)>> {
        let entry = choose(&link.index()?).ok_or_else(dead)?;
        let bytes = self.objects.get(&link.bundle.zip(), Some(entry.offset..entry.offset + entry.compressed)).await?;
        Ok(bytes.map(|bytes| (entry, bytes)))
    }

    /// An address that serves the PDF itself for half a minute.
    ///
    /// # Errors
    /// `Internal` when it cannot be signed.
    pub async fn pdf_address(&self, link: &Link, disposition: &str) -> Outcome<String> {
        self.objects.address(&link.bundle.pdf(), disposition, "application/pdf", ADDRESS_LIFETIME).await
    }
}

impl Link {
    /// Where the parts of the bundle are.
    ///
    /// # Errors
    /// `Internal` if the index cannot be read.
    pub fn index(&self) -> Outcome<Index> {
        Index::from_bytes(&self.index)
            .map_err(|error| Problem::internal(format!("the index of {:?}: {error}", self.bundle)))
    }
}

fn live(link: Option<Link>, now: Timestamp) -> Outcome<Link> {
    link.filter(|link| link.expires_at.is_none_or(|at| at > now)).ok_or_else(dead)
}

/// The write that points a link at a bundle; its views go on counting.
pub(crate) fn point(table: &Table, hash: &str, link: &Link) -> Outcome<TransactWriteItem> {
    table.update(&key(hash), Change::set(link, &["views"])?)
}

/// The write that ends a link.
pub(crate) fn end(table: &Table, hash: &str) -> Outcome<TransactWriteItem> {
    table.delete(&key(hash))
}

/// The link's own record, by the hash of its token.
pub(crate) async fn by_hash(table: &Table, hash: &str) -> Outcome<Option<Link>> {
    table.get(&key(hash)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_dead_from_the_second_that_it_names() {
        let second = |second| Timestamp::from_second(second).ok();
        let link = |expires_at| Link {
            id: Uuid::nil(),
            created_at: Timestamp::UNIX_EPOCH,
            workspace: "default".into(),
            report: "team:x".into(),
            publication: PublicationId { report: Uuid::nil(), sequence: 1 },
            bundle: BundleKey::new(PublicationId { report: Uuid::nil(), sequence: 1 }, "a"),
            index: Vec::new(),
            filename: "x.pdf".into(),
            style: String::new(),
            expires_at,
            views: 0,
        };
        let now = Timestamp::UNIX_EPOCH;
        assert!(live(Some(link(None)), now).is_ok() && live(Some(link(second(1))), now).is_ok());
        assert!(live(Some(link(second(0))), now).is_err() && live(None, now).is_err());
    }
}
