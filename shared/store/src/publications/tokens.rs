//! The links of a report: beside the one that publishing opens, its owner may have more, each with a name and an end of its own.

use crate::{OpenReport, PublicReports, ambient, links, table::until_settled};
use domain::{
    Outcome, Problem,
    publication::LinkRef,
    token::{Link, PublicToken},
};
use jiff::Timestamp;
use uuid::Uuid;

fn no_link() -> Problem {
    Problem::NotFound("There is no link with this id.".into())
}

impl PublicReports {
    /// The token of a link, and the link, expired ones included.
    ///
    /// # Errors
    /// `NotFound` when there is none.
    pub async fn link(&self, id: Uuid) -> Outcome<(PublicToken, Link)> {
        let token = self.key.token(&id.to_string());
        let link = links::by_hash(&self.links, &token.hash()).await?.ok_or_else(no_link)?;
        Ok((token, link))
    }

    /// The link of a published report that is told when one is asked for.
    ///
    /// # Errors
    /// `Internal` when DynamoDB does not answer.
    pub async fn bookmark(&self, report: Uuid) -> Outcome<Option<(PublicToken, Link)>> {
        let state = self.state(report).await?;
        match state.bookmark(ambient::now()) {
            Some(link) => self.link(link.id).await.map(Some),
            None => Ok(None),
        }
    }

    /// The token of a link.
    pub fn token(&self, link: &LinkRef) -> PublicToken {
        self.key.token(&link.id.to_string())
    }

    /// All links of a report, oldest first, expired ones included.
    ///
    /// # Errors
    /// `Internal` when DynamoDB does not answer.
    pub async fn links_of(&self, found: &OpenReport) -> Outcome<Vec<(PublicToken, Link)>> {
        let refs = found.state.links();
        let keys: Vec<_> = refs.iter().map(|link| links::key(&self.hash(link))).collect();
        let mut found: Vec<Link> = self.links.get_all(&keys).await?;
        let take = |link: &LinkRef| {
            let position = found.iter().position(|other| other.id == link.id)?;
            Some((self.token(link), found.swap_remove(position)))
        };
        Ok(refs.iter().filter_map(take).collect())
    }

    /// Opens one more link to what is live now and what will be live later.
    ///
    /// # Errors
    /// `Conflict` when the report is not published or has too many links, `Busy` when others were always faster.
    pub async fn open_link(
        &self,
        found: &OpenReport,
        name: Option<String>,
        expires_at: Option<Timestamp>,
    ) -> Outcome<(PublicToken, Link)> {
        let (report, now) = (&found.report, ambient::now());
        // Drawn once: if the answer to the write is lost, the link is found instead of opened twice.
        let wanted = LinkRef { id: ambient::uid()?, created_at: now, name, expires_at };
        until_settled(async || {
            let before = self.state(report.uid).await?;
            if before.published(now).is_none() {
                return Err(Problem::Conflict("The report is not published; publish it first.".into()));
            }
            let Some(next) = before.link(wanted.clone())? else { return self.link(wanted.id).await.map(Some) };
            let Some(other) = before.links().first() else { return Ok(None) };
            // What is live cannot change until this is written: the state's revision would.
            let Some(other) = links::by_hash(&self.links, &self.hash(other)).await? else { return Ok(None) };
            let link = Link { views: 0, ..pointing(other, &wanted) };
            let mut writes = vec![links::point(&self.links, &self.hash(&wanted), &link)?];
            writes.extend(self.listing(report, &before, &next)?);
            let written = self.replace(report.uid, &before, &next, writes).await?;
            Ok(written.then(|| (self.token(&wanted), link)))
        })
        .await
    }

    /// Ends a link. Without its last link the report is taken from the public; what was asked for later goes on.
    ///
    /// # Errors
    /// `Internal` when a service does not answer, `Busy` when others were always faster.
    pub async fn end_link(&self, found: &OpenReport, id: Uuid) -> Outcome<()> {
        let report = &found.report;
        let withdrawn = until_settled(async || {
            let before = self.state(report.uid).await?;
            let Some(next) = before.unlink(id) else { return Ok(Some(before.withdrawn)) };
            let ended: Vec<_> = before.links().iter().filter(|link| link.id == id).cloned().collect();
            let mut writes = self.end(&ended)?;
            writes.extend(self.listing(report, &before, &next)?);
            let written = self.replace(report.uid, &before, &next, writes).await?;
            Ok(written.then_some(next.withdrawn))
        });
        self.discard_up_to(report.uid, withdrawn.await?).await
    }
}

/// The link, pointing where `other` does.
pub(crate) fn pointing(other: Link, link: &LinkRef) -> Link {
    let LinkRef { id, created_at, name, expires_at } = link.clone();
    Link { id, created_at, name, expires_at, ..other }
}
