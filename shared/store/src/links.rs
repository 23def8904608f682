//! Public links, in a table of their own: the functions that serve the public can read nothing else.

use crate::{
    Aws, ambient,
    aws::Variable,
    change::{Change, Condition},
    objects::Objects,
    parts,
    table::{Key, Table, n},
};
use aws_sdk_dynamodb::types::TransactWriteItem;
use domain::{
    Outcome, Problem,
    bundle::{Entry, Part},
    token::{Link, PublicToken},
};
use jiff::Timestamp;

/// The links and the bundles that they open.
#[derive(Clone)]
pub struct Links {
    table: Table,
    objects: Objects,
}

/// The largest PDF that a function answers itself, in bytes: Lambda carries 6 MB, in base64, with the headers.
pub const LARGEST_ANSWER: u64 = 4_500_000;

pub(crate) fn key(hash: &str) -> Key {
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
        let table = Table::new(aws, Variable::LinksTable)?;
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
        // The update must not make an item of a link that is gone.
        let change = Change::default().add("views", n(1)).when(Condition::known_item());
        let counted = self.table.change(&key(&token.hash()), change).await?;
        live(counted, now)
    }

    /// A part of the link's bundle: its entry and its bytes as they are packed. If the bundle went away after the link was read,
    /// because another one became live, the link is read once more.
    ///
    /// # Errors
    /// `NotFound` when the bundle has no such part or the link is dead, `Internal` when the bucket does not answer or the bytes are damaged.
    pub async fn part(&self, token: &PublicToken, link: Link, part: Part) -> Outcome<(Entry, Vec<u8>)> {
        let fetch = async |link: &Link| parts::fetch(&self.objects, &link.bundle.zip(), &link.index, part).await;
        if let Some(found) = fetch(&link).await? {
            return Ok(found);
        }
        let link = self.open(token, ambient::now()).await?;
        fetch(&link).await?.ok_or_else(|| gone(&link))
    }

    /// An address that serves the PDF itself for half a minute.
    ///
    /// # Errors
    /// As [`Links::part`].
    pub async fn pdf_address(&self, token: &PublicToken, link: Link, disposition: &str) -> Outcome<String> {
        let sign = async |link: &Link| {
            parts::pdf_address(&self.objects, &link.bundle.pdf(), &link.index.pdf, disposition).await
        };
        if let Some(address) = sign(&link).await? {
            return Ok(address);
        }
        let link = self.open(token, ambient::now()).await?;
        sign(&link).await?.ok_or_else(|| gone(&link))
    }
}

fn gone(link: &Link) -> Problem {
    Problem::internal(format!("{} is gone", link.bundle.zip()))
}

fn live(link: Option<Link>, now: Timestamp) -> Outcome<Link> {
    link.filter(|link| link.works(now)).ok_or_else(dead)
}

/// The write that points a link at a bundle; its views go on counting.
pub(crate) fn point(table: &Table, hash: &str, link: &Link) -> Outcome<TransactWriteItem> {
    let key = key(hash);
    table.update(&key, Change::all_of(link, &["views"])?.layout_of(&key))
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
    use domain::{
        bundle::{Index, PageTable},
        publication::{BundleKey, PublicationId},
    };
    use uuid::Uuid;

    #[test]
    fn a_link_is_dead_from_the_second_that_it_names() {
        let second = |second| Timestamp::from_second(second).ok();
        let link = |expires_at| Link {
            id: Uuid::nil(),
            created_at: Timestamp::UNIX_EPOCH,
            name: None,
            workspace: "default".into(),
            report: "team:x".into(),
            publication: PublicationId { report: Uuid::nil(), sequence: 1 },
            bundle: BundleKey::new(PublicationId { report: Uuid::nil(), sequence: 1 }, "a"),
            index: Index { page: Entry::LEFT_OUT, pdf: Entry::LEFT_OUT, pages: PageTable { offset: 0, count: 0 } },
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
