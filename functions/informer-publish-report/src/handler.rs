//! The publication is started, followed for a while, and answered as it is then.

use domain::{Problem, credential::Permission, progress::Status, publication::PublicationId};
use informer::{ProgressBody, PublishBody, TokenObject};
use lambda::gate::PublishedReports;
use lambda::store::{Aws, Waits, aws::Variable, publications::Queue};
use lambda::{Outcome, Reply, Request, log_context, reply};
use std::time::Duration;

const MAX_BODY: usize = 64 * 1024;

pub struct Handler {
    published: PublishedReports,
    queue: Queue,
    waits: Waits,
    patience: Duration,
}

impl Handler {
    /// # Errors
    /// `Internal` if a variable is missing.
    pub fn new(aws: &Aws) -> Outcome<Self> {
        Ok(Self {
            published: PublishedReports::new(aws)?,
            queue: Queue::publish(aws)?,
            waits: Waits::new(aws)?,
            patience: Duration::from_secs(Variable::PublishWaitSeconds.number()?),
        })
    }

    /// # Errors
    /// As [`lambda::Gate::report`]; `Unprocessable` if the report cannot be published.
    pub async fn publish(&self, request: Request) -> Reply {
        let PublishedReports { gate, reports, publications } = &self.published;
        let (caller, found) = gate.report(reports, &request, Permission::ReportCloudPublish).await?;
        let monitor = request.optional_json::<PublishBody>(MAX_BODY)?.monitor()?;
        let id = publications.start(&self.queue, found, &caller).await?;
        log_context::publication(id);
        let records = publications.records();
        if let Some(monitor) = monitor {
            records.name_monitor(&caller, &monitor, id).await?;
        }
        let followed = self.waits.follow(&caller, records, id, request.received() + self.patience).await?;
        let publication = followed.publication;
        if publication.progress.status == Status::Failed {
            return Err(publication.refusal());
        }
        let token = self.token(id, request.public_url()).await?;
        if publication.progress.status == Status::Done {
            let unpublished = || Problem::Conflict("The report was unpublished at this moment.".into());
            return reply::json(200, &token.ok_or_else(unpublished)?);
        }
        let accepted = reply::status(202).header("location", format!("/api/progress/{id}")).header("retry-after", "1");
        reply::json_with(accepted, &ProgressBody::new(&publication, token))
    }

    /// The token object, once it is known: that of a published report stays the same.
    async fn token(&self, id: PublicationId, public_url: &str) -> Outcome<Option<TokenObject>> {
        let bookmark = self.published.publications.bookmark(id.report).await?;
        Ok(bookmark.map(|(token, link)| TokenObject::new(&token, link, public_url)))
    }
}
