//! Publications with the public links that lead to them.

use crate::{
    Aws, Publications, ambient,
    aws::Variable,
    links,
    mailed::MailedFiles,
    reports::{OpenReport, Reports},
    table::{Table, until_settled},
};
use aws_sdk_dynamodb::types::TransactWriteItem;
use domain::{Outcome, Problem, publication::LinkRef, token::LinkKey};
use std::ops::Deref;

/// The publications, their links, and the key from which the tokens of links are derived: for the functions that open, tell or end
/// links, and for no other.
#[derive(Clone)]
pub struct PublicReports {
    publications: Publications,
    pub(crate) links: Table,
    mailed: MailedFiles,
    pub(crate) key: LinkKey,
}

/// All that can be done with publications can be done with public ones.
impl Deref for PublicReports {
    type Target = Publications;

    fn deref(&self) -> &Publications {
        &self.publications
    }
}

impl PublicReports {
    /// # Errors
    /// `Internal` if a variable is missing or the link key is too short.
    pub fn new(aws: &Aws) -> Outcome<Self> {
        let key = LinkKey::new(&Variable::LinkKey.text()?);
        let publications = Publications::new(aws)?;
        let links = Table::new(aws, Variable::LinksTable)?;
        Ok(Self {
            mailed: MailedFiles { links: links.clone(), objects: publications.objects.clone() },
            publications,
            links,
            key: key.ok_or_else(|| Problem::internal("LINK_KEY is shorter than 32 characters"))?,
        })
    }

    /// Takes a report from the public. When this has answered, nothing of it can be reached without credentials: its links are gone,
    /// those in mails that were sent so far are dead, and the objects are gone to which addresses may be about. A call that died half way is completed by the next one.
    ///
    /// # Errors
    /// `Internal` when a service does not answer, `Busy` when others were always faster; the same call may be made again.
    pub async fn unpublish(&self, found: &OpenReport) -> Outcome<()> {
        let report = &found.report;
        self.mailed.end(report.uid, ambient::now()).await?;
        let withdrawn = until_settled(async || {
            let before = self.state(report.uid).await?;
            let Some(next) = before.unpublish() else { return Ok(Some(before.withdrawn)) };
            let mut writes = self.end(before.links())?;
            writes.extend(self.listing(report, &before, &next)?);
            let written = self.replace(report.uid, &before, &next, writes).await?;
            Ok(written.then_some(next.withdrawn))
        });
        self.discard_up_to(report.uid, withdrawn.await?).await
    }

    /// The writes that end links.
    pub(crate) fn end(&self, links: &[LinkRef]) -> Outcome<Vec<TransactWriteItem>> {
        links.iter().map(|link| links::end(&self.links, &self.hash(link))).collect()
    }

    /// The name under which a link is kept.
    pub(crate) fn hash(&self, link: &LinkRef) -> String {
        self.key.token(&link.id.to_string()).hash()
    }

    /// Deletes a report: its place in the tree, its links, those in mails too, and its contents. A mark remains that it was there.
    ///
    /// # Errors
    /// `Internal` when a service does not answer, `Busy` when others were always faster; then nothing was changed.
    pub async fn delete_report(&self, reports: &Reports, found: &OpenReport) -> Outcome<()> {
        let uid = found.report.uid;
        let withdrawn = until_settled(async || {
            let found = self.reopen(uid).await?;
            if found.report.deleted_at.is_some() {
                return Err(Problem::no_report(&uid));
            }
            let next = found.state.end();
            let mut writes = reports.removal(&found.report, ambient::now())?;
            writes.extend(self.end(found.state.links())?);
            writes.extend(self.listing(&found.report, &found.state, &next)?);
            writes.push(self.mailed.end_for_good(uid)?);
            let written = self.replace(uid, &found.state, &next, writes).await?;
            Ok(written.then_some(next.withdrawn))
        });
        self.discard_up_to(uid, withdrawn.await?).await?;
        self.mailed.erase_all(uid).await?;
        reports.erase(uid).await
    }
}
