//! The worker's side of publications: begin, advance, upload, go live, fail, clean up. Each step may be the last one of a worker
//! that dies, and each may be done again by the next one.

use crate::{
    Publications, ambient,
    links::{self, Link},
    publications::publication_key,
    reports::Reports,
    sent,
    table::{Change, Item, fault, from_item, n, s, until_settled},
};
use aws_sdk_dynamodb::types::{ReturnValue, TransactWriteItem};
use domain::{
    Outcome, Problem,
    progress::{MAKING_LINK, PUBLISHING, Status},
    publication::{BundleKey, LinkRef, Live, Publication, PublicationId, Ready, State},
    report::{Report, Source, Version},
};
use jiff::Timestamp;
use serde::Serialize;
use std::collections::BTreeMap;

/// A bundle as it is ready to be stored.
pub struct NewBundle {
    pub zip: Vec<u8>,
    /// The PDF, when it is too large for a function to answer.
    pub large_pdf: Option<Vec<u8>>,
    /// [`domain::bundle::Index::to_bytes`].
    pub index: Vec<u8>,
    pub filename: String,
    /// SHA-256 of the page's style, for the policy under which the page is served.
    pub style: String,
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

const UNFINISHED: &str = "(#status = :asked OR #status = :begun)";

/// Adds the condition that the publication is not finished.
fn unfinished(mut change: Change) -> Change {
    change.names.insert("#status".into(), "status".into());
    let values = [(":asked", s("NotStarted")), (":begun", s("InProgress"))];
    change.when(&format!("attribute_exists(pk) AND {UNFINISHED}"), &values)
}

impl Publications {
    /// Records that a worker begins an attempt.
    ///
    /// # Errors
    /// `Internal` when DynamoDB does not answer.
    pub async fn begin(&self, id: PublicationId, attempt: &str) -> Outcome<Begun> {
        let list = |texts: &[&str]| serde_dynamo::to_attribute_value(texts).map_err(Problem::internal);
        let names = ["percent", "messages", "startedAt", "attempts"].map(|name| (format!("#{name}"), name.to_owned()));
        let change = Change {
            expression: "SET #status = :begun, #percent = :percent, #messages = :messages, \
                #startedAt = if_not_exists(#startedAt, :now), \
                #attempts = list_append(if_not_exists(#attempts, :none), :attempt)"
                .into(),
            names: names.into(),
            values: Item::from([
                (":percent".into(), n(5)),
                (":messages".into(), list(&[PUBLISHING])?),
                (":now".into(), s(ambient::now().to_string())),
                (":none".into(), list(&[])?),
                (":attempt".into(), list(&[attempt])?),
            ]),
            condition: None,
        };
        let change = unfinished(change);
        let update = self.catalog.changing(&publication_key(id), change).return_values(ReturnValue::AllNew);
        match sent::update_item(update).await {
            Ok(answer) => Ok(Begun::Work(Box::new(from_item(answer.attributes.unwrap_or_default())?))),
            Err(error) if error.as_service_error().is_some_and(|e| e.is_conditional_check_failed_exception()) => {
                match self.records().read(id).await? {
                    Some(found) if found.progress.status.is_final() => Ok(Begun::Finished(Box::new(found))),
                    // Nothing there, or it was written between the two requests.
                    _ => Ok(Begun::Unknown),
                }
            }
            Err(error) => Err(fault(error)),
        }
    }

    /// Records how far the attempt has come. A publication that was finished meanwhile keeps its end.
    ///
    /// # Errors
    /// `Internal` when DynamoDB does not answer.
    pub async fn advance(&self, id: PublicationId, percent: u64, messages: &[&str]) -> Outcome<()> {
        #[derive(Serialize)]
        struct Advance<'a> {
            percent: u64,
            messages: &'a [&'a str],
        }
        let change = unfinished(Change::set(&Advance { percent, messages }, &[])?);
        let update = self.catalog.changing(&publication_key(id), change);
        match sent::update_item(update).await {
            Err(error) if error.as_service_error().is_some_and(|e| e.is_conditional_check_failed_exception()) => Ok(()),
            answer => answer.map(drop).map_err(fault),
        }
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

    /// Makes a stored bundle live, unless a later publication or an unpublish came first: one conditional transaction.
    /// Answers how the publication ended.
    ///
    /// # Errors
    /// `Internal` when DynamoDB does not answer, `Busy` when others were always faster.
    pub async fn go_live(
        &self,
        pinned: &Pinned,
        id: PublicationId,
        key: BundleKey,
        bundle: &NewBundle,
    ) -> Outcome<Publication> {
        until_settled(async || {
            let before = self.state(id.report).await?;
            let fresh = LinkRef { id: ambient::uid()?, created_at: ambient::now() };
            match before.ready(id.sequence, key.clone(), fresh) {
                Ready::Live { next, live, replaced } => {
                    let link = self.key.token(&live.link.id.to_string()).hash();
                    let link = links::point(&self.links, &link, &opened(pinned, id, &live, bundle))?;
                    let end = End { bundle: Some(key.clone()), replaced, ..End::done() };
                    self.finish(id, &before, &next, end, vec![link]).await
                }
                Ready::Superseded { next } => {
                    let reason = Some("A later publication of this report is live.".to_owned());
                    self.finish(id, &before, &next, End { reason, ..End::done() }, vec![]).await
                }
                Ready::Withdrawn { next } => {
                    let why = "The report was unpublished or deleted before this publication was ready.";
                    self.finish(id, &before, &next, End::failed(why), vec![]).await
                }
            }
        })
        .await
    }

    /// Records that the publication failed, with a reason for the report's author. One that is finished stays as it is.
    ///
    /// # Errors
    /// `Internal` when DynamoDB does not answer, `Busy` when others were always faster.
    pub async fn fail(&self, id: PublicationId, reason: &str) -> Outcome<Option<Publication>> {
        if self.records().read(id).await?.is_none() {
            return Ok(None);
        }
        let ended = until_settled(async || {
            let before = self.state(id.report).await?;
            self.finish(id, &before, &before.failed(id.sequence), End::failed(reason), vec![]).await
        });
        ended.await.map(Some)
    }

    /// Writes the end of a publication with the state that follows; `None`: somebody else was faster.
    async fn finish(
        &self,
        id: PublicationId,
        before: &State,
        next: &State,
        end: End,
        mut more: Vec<TransactWriteItem>,
    ) -> Outcome<Option<Publication>> {
        more.push(self.catalog.update(&publication_key(id), unfinished(Change::set(&end, &[])?))?);
        let written = self.replace(id.report, before, next, more).await?;
        let publication = self.records().read(id).await?.filter(|publication| publication.progress.status.is_final());
        // Whoever finished it, this attempt or another one: it ends once.
        if !written && publication.is_none() {
            return Ok(None);
        }
        Ok(publication)
    }

    /// Deletes what a finished publication does not need: lost attempts, and the bundle that it replaced.
    ///
    /// # Errors
    /// `Internal` when the bucket does not answer.
    pub async fn clean_up(&self, publication: &Publication) -> Outcome<()> {
        let rubbish = publication.rubbish();
        self.objects.delete(rubbish.iter().flat_map(|key| [key.zip(), key.pdf()]).collect()).await
    }
}

/// What a publication is made of.
pub struct Pinned {
    pub report: Report,
    pub version: Version,
    pub source: Source,
    pub assets: BTreeMap<String, Vec<u8>>,
}

/// The link of a report once its bundle is live.
fn opened(pinned: &Pinned, publication: PublicationId, live: &Live, bundle: &NewBundle) -> Link {
    Link {
        id: live.link.id,
        created_at: live.link.created_at,
        workspace: pinned.report.workspace.clone(),
        report: pinned.report.natural_id.to_string(),
        publication,
        bundle: live.bundle.clone(),
        index: bundle.index.clone(),
        filename: bundle.filename.clone(),
        style: bundle.style.clone(),
        expires_at: None,
        views: 0,
    }
}

/// The attributes of a publication that its end sets.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct End {
    status: Status,
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
    replaced: Option<BundleKey>,
}

impl End {
    fn done() -> Self {
        Self {
            status: Status::Done,
            percent: Some(100),
            messages: Some(vec![PUBLISHING.into(), MAKING_LINK.into()]),
            finished_at: ambient::now(),
            reason: None,
            bundle: None,
            replaced: None,
        }
    }

    fn failed(reason: &str) -> Self {
        Self { status: Status::Failed, percent: None, messages: None, reason: Some(reason.to_owned()), ..Self::done() }
    }
}
