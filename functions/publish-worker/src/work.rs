//! One publication, from its message to its end.

use domain::{
    Outcome, Problem,
    progress::{MAKING_LINK, PUBLISHING},
    publication::{BundleKey, Publication},
};
use lambda::store::{
    Aws, Fonts, Presets, PublicReports, Reports, ambient,
    aws::Variable,
    links::LARGEST_ANSWER,
    publications::PublishMessage,
    publishing::{Begun, NewBundle, Pinned},
};
use lambda::{
    log_context,
    queue::{SqsMessage, begin_recorded, without_record},
};
use render::{
    Cause, Files, Job, RenderError,
    bundle::{BundleInfo, bundle},
    page::file_name,
    sandbox::{Limits, render_within},
};
use std::time::Instant;

/// What every publication needs.
pub struct Handler {
    publications: PublicReports,
    reports: Reports,
    presets: Presets,
    fonts: Fonts,
    limits: Limits,
}

impl Handler {
    /// # Errors
    /// `Internal` if a variable is missing.
    pub fn new(aws: &Aws) -> Outcome<Self> {
        let limits =
            Limits { seconds: Variable::RenderSeconds.number()?, memory_mb: Variable::RenderMemoryMb.number()? };
        let (publications, reports) = (PublicReports::new(aws)?, Reports::new(aws)?);
        let (presets, fonts) = (Presets::new(aws)?, Fonts::new(aws)?);
        Ok(Self { publications, reports, presets, fonts, limits })
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
            Err(Failure::Report(reason)) => return self.publications.fail(id, attempt, &reason).await,
            Err(Failure::Ours(problem)) => return Err(problem),
        };
        self.publications.advance(id, attempt, 70, &[PUBLISHING]).await?;
        self.publications.upload(&key, &made).await?;
        self.publications.advance(id, attempt, 90, &[PUBLISHING, MAKING_LINK]).await?;
        self.publications.go_live(&pinned, id, attempt, &made).await
    }

    async fn make(&self, publication: &Publication, attempt: &str, pinned: &mut Pinned) -> Result<NewBundle, Failure> {
        let job = self.job(publication, pinned).await?;
        let begun = Instant::now();
        let rendered = render_within(&job, self.limits).await?;
        tracing::info!(pages = rendered.pages.len(), renderMs = begun.elapsed().as_secs_f64() * 1e3, "rendered");
        self.publications.advance(publication.id, attempt, 60, &[PUBLISHING]).await?;
        let packed = bundle(&job, &rendered, &info(publication, pinned))?;
        Ok(NewBundle {
            filename: file_name(&rendered.title, "pdf"),
            style: render::page::style_hash(),
            index: packed.index,
            zip: packed.zip.into(),
            warnings: rendered.warnings.iter().map(ToString::to_string).collect(),
            large_pdf: (rendered.pdf.len() as u64 > LARGEST_ANSWER).then(|| rendered.pdf.into()),
        })
    }

    /// The assets move into the job: fonts and pictures may have a hundred megabytes.
    async fn job(&self, publication: &Publication, pinned: &mut Pinned) -> Result<Job, Failure> {
        let (theme, template) = self.presets.look(&pinned.report, None, None).await?;
        // Not dated by the present time: each attempt makes the same bytes.
        let date = publication.progress.requested_at;
        let fonts = self.fonts.of(&pinned.report.workspace).await?;
        let files = Files { assets: std::mem::take(&mut pinned.assets), fonts };
        Ok(Job::of_report(&pinned.report, &pinned.version, &pinned.source, files, theme, template, date)?)
    }
}

/// How long ago a publication was asked for, in milliseconds.
fn age(publication: &Publication) -> i64 {
    ambient::now().as_millisecond() - publication.progress.requested_at.as_millisecond()
}

/// Why there is no bundle.
enum Failure {
    /// The report is at fault: no other attempt would succeed.
    Report(String),
    Ours(Problem),
}

impl From<RenderError> for Failure {
    fn from(error: RenderError) -> Self {
        match error.cause {
            Cause::Report | Cause::Limit => Self::Report(error.to_string()),
            Cause::Internal => Self::Ours(Problem::internal(error)),
        }
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        match problem {
            // The report names a theme or template that its workspace does not have.
            Problem::Invalid { message, .. } | Problem::Unprocessable(message) => Self::Report(message),
            problem => Self::Ours(problem),
        }
    }
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
