//! The worker's side of publications: begin, advance, upload, go live, fail, clean up. Each step may be the last one of a worker
//! that dies, and each may be done again by the next one.

use crate::{
    PublicReports, Publications, ambient,
    change::Change,
    links,
    publications::{moved, publication_key},
    reports::Reports,
    table::{n, s, until_settled},
};
use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};
use bytes::Bytes;
use domain::{
    Outcome, Problem,
    bundle::Index,
    progress::{MAKING_LINK, PUBLISHING},
    publication::{BundleKey, LinkRef, Publication, PublicationId, Ready, State, writes::Step},
    report::{Report, Source, Version},
    token::Link,
};
use jiff::Timestamp;
use serde::Serialize;
use std::collections::BTreeMap;

/// A bundle as it is ready to be stored.
pub struct NewBundle {
    pub zip: Bytes,
    /// The PDF, when it is too large for a function to answer.
    pub large_pdf: Option<Bytes>,
    pub index: Index,
    pub filename: String,
    /// SHA-256 of the page's style, for the policy under which the page is served.
    pub style: String,
    /// What is not in the report as asked for, with the place of each.
    pub warnings: Vec<String>,
}

/// What a beginning worker finds.
pub enum Begun {
    /// The publication is to be made.
    Work(Box<Publication>),
    /// It was finished before; what it left behind may be cleaned up.
    Finished(Box<Publication>),
    /// No such publication was recorded (yet).
    Unknown,
}

impl Publications {
    /// Records that a worker begins an attempt. With `redrive` one that was given up begins anew.
    ///
    /// # Errors
    /// `Internal` when DynamoDB does not answer.
    pub async fn begin(&self, id: PublicationId, attempt: &str, redrive: bool) -> Outcome<Begun> {
        let key = publication_key(id);
        let own = list(&[attempt])?;
        let begun = beginning()?.set_once("startedAt", s(ambient::now().to_string())).append("attempts", own.clone());
        let begun = moved(Step::Begin, begun, None);
        if let Some(publication) = self.catalog.change(&key, begun).await? {
            return Ok(Begun::Work(publication));
        }
        match self.records().read(id).await? {
            Some(found) if found.progress.status.is_final() => {
                if redrive && found.given_up {
                    let again = beginning()?.set("startedAt", s(ambient::now().to_string())).set("attempts", own);
                    let again = again.remove("finishedAt").remove("reason").remove("givenUp");
                    if let Some(publication) = self.catalog.change(&key, moved(Step::Reopen, again, None)).await? {
                        return Ok(Begun::Work(publication));
                    }
                }
                Ok(Begun::Finished(Box::new(found)))
            }
            // Nothing there, or it was written between the two requests.
            _ => Ok(Begun::Unknown),
        }
    }

    /// Records how far the attempt has come. A publication that was finished meanwhile keeps its end.
    ///
    /// # Errors
    /// `Internal` when DynamoDB does not answer.
    pub async fn advance(&self, id: PublicationId, attempt: &str, percent: u64, messages: &[&str]) -> Outcome<()> {
        #[derive(Serialize)]
        struct Advance<'a> {
            percent: u64,
            messages: &'a [&'a str],
        }
        let change = moved(Step::Advance, Change::all_of(&Advance { percent, messages }, &[])?, Some(attempt));
        self.catalog.change::<Publication>(&publication_key(id), change).await.map(drop)
    }

    /// The pinned version of a publication: report, version, source and the assets' contents; `None` if the report was deleted.
    ///
    /// # Errors
    /// `Internal` when it cannot be read.
    pub async fn pinned(&self, reports: &Reports, publication: &Publication) -> Outcome<Option<Pinned>> {
        let report = publication.id.report;
        let found = self.reopen(report).await?;
        if found.report.deleted_at.is_some() {
            return Ok(None);
        }
        let (version, source) = reports.version(report, publication.version).await?;
        let assets = reports.all_assets(report, &version).await?;
        Ok(Some(Pinned { report: found.report, version, source, assets }))
    }

    /// Stores a bundle whole. Nobody sees it yet.
    ///
    /// # Errors
    /// `Internal` when the bucket does not answer.
    pub async fn upload(&self, key: &BundleKey, bundle: &NewBundle) -> Outcome<()> {
        if let Some(pdf) = &bundle.large_pdf {
            self.objects.put(&key.pdf(), pdf.clone(), "application/pdf").await?;
        }
        self.objects.put(&key.zip(), bundle.zip.clone(), "application/zip").await
    }

    /// Records that the attempt failed by the report's own fault, with a reason for its author. A publication that is finished
    /// stays as it is.
    ///
    /// # Errors
    /// `Internal` when DynamoDB does not answer, `Busy` when others were always faster.
    pub async fn fail(&self, id: PublicationId, attempt: &str, reason: &str) -> Outcome<Publication> {
        self.end_failed(id, attempt, &End::failed(reason)).await
    }

    /// Records that the report was deleted before the attempt could begin. A publication that is finished stays as it is.
    ///
    /// # Errors
    /// As [`Publications::fail`].
    pub async fn withdraw(&self, id: PublicationId, attempt: &str) -> Outcome<Publication> {
        self.end_failed(id, attempt, &End::withdrawn("The report was deleted before this publication was ready.")).await
    }

    async fn end_failed(&self, id: PublicationId, attempt: &str, end: &End) -> Outcome<Publication> {
        until_settled(async || {
            let before = self.state(id.report).await?;
            let end = (Step::Fail, end.clone());
            self.finish(id, Some(attempt), &before, &before.failed(id.sequence), end, vec![]).await
        })
        .await
    }

    /// Ends a publication of which attempt after attempt died; an operator may have it tried again. One that is finished stays as it
    /// is. `None`: there is no such publication.
    ///
    /// # Errors
    /// `Internal` when DynamoDB does not answer, `Busy` when others were always faster.
    pub async fn give_up(&self, id: PublicationId, reason: &str) -> Outcome<Option<Publication>> {
        match self.records().read(id).await? {
            Some(found) if !found.progress.status.is_final() => {}
            found => return Ok(found),
        }
        let ended = until_settled(async || {
            let before = self.state(id.report).await?;
            let end = (Step::GiveUp, End { given_up: Some(true), ..End::failed(reason) });
            self.finish(id, None, &before, &before.failed(id.sequence), end, vec![]).await
        });
        ended.await.map(Some)
    }

    /// Writes the end of a publication with the state that follows; `None`: somebody else was faster.
    async fn finish(
        &self,
        id: PublicationId,
        attempt: Option<&str>,
        before: &State,
        next: &State,
        (step, end): (Step, End),
        mut more: Vec<TransactWriteItem>,
    ) -> Outcome<Option<Publication>> {
        let change = moved(step, Change::all_of(&end, &[])?, attempt);
        more.push(self.catalog.update(&publication_key(id), change)?);
        let written = self.replace(id.report, before, next, more).await?;
        let found = self.records().read(id).await?.ok_or_else(|| Problem::internal(format!("{id} has no record")))?;
        // Whoever finished it, this attempt or another one: it ends once.
        if written || found.progress.status.is_final() {
            return Ok(Some(found));
        }
        match attempt.is_some_and(|attempt| !found.attempts.contains(attempt)) {
            true => Err(Problem::internal("this attempt was given up, and the publication was begun anew")),
            false => Ok(None),
        }
    }

    /// Deletes what attempts that came to nothing left behind, once a publication is finished.
    ///
    /// # Errors
    /// `Internal` when the bucket does not answer.
    pub async fn clean_up(&self, publication: &Publication) -> Outcome<()> {
        let lost = publication.lost_bundles();
        self.objects.delete(lost.iter().flat_map(|key| [key.zip(), key.pdf()]).collect()).await
    }
}

impl PublicReports {
    /// Makes the stored bundle of an attempt live, unless a later publication or an unpublish came first: one conditional transaction.
    /// Answers how the publication ended.
    ///
    /// # Errors
    /// `Internal` when DynamoDB does not answer, `Busy` when others were always faster.
    pub async fn go_live(
        &self,
        pinned: &Pinned,
        id: PublicationId,
        attempt: &str,
        bundle: &NewBundle,
    ) -> Outcome<Publication> {
        let report = &pinned.report;
        until_settled(async || {
            let before = self.state(id.report).await?;
            let (key, now) = (BundleKey::new(id, attempt), ambient::now());
            match before.ready(id.sequence, key.clone(), LinkRef::plain(ambient::uid()?, now), now) {
                Ready::Live { next, live, expired } => {
                    let mut writes = self.end(&expired)?;
                    for link in &live.links {
                        let opened = opened(pinned, id, &key, link, bundle);
                        writes.push(links::point(&self.links, &self.hash(link), &opened)?);
                    }
                    writes.extend(self.listing(report, &before, &next)?);
                    let end = End { bundle: Some(key), warnings: bundle.warnings.clone(), ..End::done() };
                    self.finish(id, Some(attempt), &before, &next, (Step::GoLive, end), writes).await
                }
                Ready::Superseded { next } => {
                    let reason = Some("A later publication of this report is live.".to_owned());
                    let end = (Step::Supersede, End { reason, ..End::done() });
                    self.finish(id, Some(attempt), &before, &next, end, vec![]).await
                }
                Ready::Withdrawn { next } => {
                    let why = "The report was unpublished or deleted before this publication was ready.";
                    self.finish(id, Some(attempt), &before, &next, (Step::Withdraw, End::withdrawn(why)), vec![]).await
                }
            }
        })
        .await
    }
}

/// What the beginning of every attempt sets.
fn beginning() -> Outcome<Change> {
    Ok(Change::default().set("percent", n(5)).set("messages", list(&[PUBLISHING])?))
}

fn list(texts: &[&str]) -> Outcome<AttributeValue> {
    serde_dynamo::to_attribute_value(texts).map_err(Problem::internal)
}

/// What a publication is made of.
pub struct Pinned {
    pub report: Report,
    pub version: Version,
    pub source: Source,
    pub assets: BTreeMap<String, Vec<u8>>,
}

/// A link of a report once the bundle is live.
fn opened(pinned: &Pinned, publication: PublicationId, key: &BundleKey, link: &LinkRef, bundle: &NewBundle) -> Link {
    let LinkRef { id, created_at, name, expires_at } = link.clone();
    Link {
        id,
        created_at,
        name,
        expires_at,
        workspace: pinned.report.workspace.clone(),
        report: pinned.report.natural_id.to_string(),
        publication,
        bundle: key.clone(),
        index: bundle.index,
        filename: bundle.filename.clone(),
        style: bundle.style.clone(),
        views: 0,
    }
}

/// The attributes of a publication that its end sets, besides the status.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct End {
    #[serde(skip_serializing_if = "Option::is_none")]
    percent: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    messages: Option<Vec<String>>,
    finished_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bundle: Option<BundleKey>,
    #[serde(skip_serializing_if = "Option::is_none")]
    given_up: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    withdrawn: Option<bool>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<String>,
}

impl End {
    fn done() -> Self {
        Self {
            percent: Some(100),
            messages: Some(vec![PUBLISHING.into(), MAKING_LINK.into()]),
            finished_at: ambient::now(),
            reason: None,
            bundle: None,
            given_up: None,
            withdrawn: None,
            warnings: Vec::new(),
        }
    }

    fn failed(reason: &str) -> Self {
        Self { percent: None, messages: None, reason: Some(reason.to_owned()), ..Self::done() }
    }

    fn withdrawn(reason: &str) -> Self {
        Self { withdrawn: Some(true), ..Self::failed(reason) }
    }
}
