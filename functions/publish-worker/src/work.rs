//! One publication, from its message to its end.

use domain::{
    Outcome, Problem,
    progress::{MAKING_LINK, PUBLISHING},
    publication::{BundleKey, Publication},
};
use lambda::store::{
    Aws, PublicReports, Reports, ambient,
    links::LARGEST_ANSWER,
    publications::PublishMessage,
    publishing::{Begun, NewBundle, Pinned},
};
use lambda::{
    log_context,
    queue::{SqsMessage, begin_recorded, without_record},
};
use render::{
    bundle::{BundleInfo, bundle},
    page::file_name,
};
use renditions::renderer::{Contents, Failure, Renderer, warnings};

/// What every publication needs.
pub struct Handler {
    publications: PublicReports,
    reports: Reports,
    renderer: Renderer,
}

impl Handler {
    /// # Errors
    /// `Internal` if a variable is missing.
    pub fn new(aws: &Aws) -> Outcome<Self> {
        Ok(Self { publications: PublicReports::new(aws)?, reports: Reports::new(aws)?, renderer: Renderer::new(aws)? })
    }

    /// Handles one message. A failure lets the queue send it again.
    ///
    /// # Errors
    /// When a service does not answer; whatever was done by then can be done again.
    pub async fn handle(&self, message: &SqsMessage) -> Outcome<()> {
        let body = message.body.as_deref().unwrap_or_default();
        let PublishMessage { publication: id, redrive } = serde_json::from_str(body).map_err(Problem::internal)?;
        log_context::publication(id);
        let attempt = ambient::uid()?.simple().to_string();
        let begin = || self.publications.begin(id, &attempt, redrive);
        match begin_recorded(begin, |begun| matches!(begun, Begun::Unknown)).await? {
            Begun::Work(publication) => {
                tracing::info!(version = publication.version, attempt, queuedMs = age(&publication), "publishing");
                let ended = self.publish(&publication, &attempt).await?;
                let (outcome, reason) = (ended.progress.status, &ended.progress.reason);
                tracing::info!(publications = 1, ?outcome, reason, publicationMs = age(&ended), "ended");
                self.publications.clean_up(&ended).await
            }
            // A second message, or a worker that died after the end: at most something is left to be cleaned up.
            Begun::Finished(publication) => self.publications.clean_up(&publication).await,
            Begun::Unknown => without_record(message),
        }
    }

    async fn publish(&self, publication: &Publication, attempt: &str) -> Outcome<Publication> {
        let (id, key) = (publication.id, BundleKey::new(publication.id, attempt));
        let Some(mut pinned) = self.publications.pinned(&self.reports, publication).await? else {
            return self.publications.withdraw(id, attempt).await;
        };
        let made = match self.make(publication, attempt, &mut pinned).await {
            Ok(made) => made,
            Err(failure) => return self.publications.fail(id, attempt, &failure.reason()?).await,
        };
        self.publications.advance(id, attempt, 70, &[PUBLISHING]).await?;
        self.publications.upload(&key, &made).await?;
        self.publications.advance(id, attempt, 90, &[PUBLISHING, MAKING_LINK]).await?;
        self.publications.go_live(&pinned, id, attempt, &made).await
    }

    async fn make(&self, publication: &Publication, attempt: &str, pinned: &mut Pinned) -> Result<NewBundle, Failure> {
        let assets = std::mem::take(&mut pinned.assets);
        let contents = Contents { report: &pinned.report, version: &pinned.version, source: &pinned.source, assets };
        let look = self.renderer.own_look(&pinned.report).await?;
        // Not dated by the present time: each attempt makes the same bytes.
        let date = publication.progress.requested_at;
        let (job, rendered) = self.renderer.render(contents, look, date, |job| job).await?;
        self.publications.advance(publication.id, attempt, 60, &[PUBLISHING]).await?;
        let packed = bundle(&job, &rendered, &info(publication, pinned))?;
        Ok(NewBundle {
            filename: file_name(&rendered.title, "pdf"),
            style: render::page::style_hash(),
            index: packed.index,
            zip: packed.zip.into(),
            warnings: warnings(&rendered),
            large_pdf: (rendered.pdf.len() as u64 > LARGEST_ANSWER).then(|| rendered.pdf.into()),
        })
    }
}

/// How long ago a publication was asked for, in milliseconds.
fn age(publication: &Publication) -> i64 {
    ambient::now().as_millisecond() - publication.progress.requested_at.as_millisecond()
}

fn info(publication: &Publication, pinned: &Pinned) -> BundleInfo {
    BundleInfo {
        report: pinned.report.uid.to_string(),
        number: pinned.report.number,
        natural_id: pinned.report.natural_id.to_string(),
        version: publication.version,
        publication: publication.id.to_string(),
        at: publication.progress.requested_at,
    }
}
