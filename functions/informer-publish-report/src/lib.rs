//! `POST /api/reports/{id}/_cloud-publish` — publish the newest version and answer its public link.
//! The worker does the slow part (`functions/publish-worker`); this call waits for it as long as the configuration says.

use domain::{Problem, credential::Permission, progress::Status, publication::PublicationId};
use informer::{Informer, ProgressBody, PublishBody, TokenObject};
use lambda::store::{Aws, PublicReports, Reports, Waits, aws::Variable, publications::Queue};
use lambda::{Error, Function, Gate, Outcome, Reply, Request, reply, trail};
use std::time::Duration;

const MAX_BODY: usize = 64 * 1024;

struct Publisher {
    gate: Gate,
    reports: Reports,
    publications: PublicReports,
    queue: Queue,
    waits: Waits,
    public_url: String,
    patience: Duration,
}

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let publisher = &Publisher::new(&function.aws)?;
    function.serve::<Informer, _, _>(|request| publisher.publish(request)).await
}

impl Publisher {
    fn new(aws: &Aws) -> Outcome<Self> {
        Ok(Self {
            gate: Gate::new(aws)?,
            reports: Reports::new(aws)?,
            publications: PublicReports::new(aws)?,
            queue: Queue::publish(aws)?,
            waits: Waits::new(aws)?,
            public_url: Variable::PublicUrl.text_or_empty(),
            patience: Duration::from_secs(Variable::PublishWaitSeconds.number()?),
        })
    }

    async fn publish(&self, request: Request) -> Reply {
        let (caller, found) = self.gate.report(&self.reports, &request, Permission::ReportCloudPublish).await?;
        let monitor = request.optional_json::<PublishBody>(MAX_BODY)?.monitor()?;
        let id = self.publications.start(&self.queue, found, &caller).await?;
        trail::publication(id);
        let records = self.publications.records();
        if let Some(monitor) = monitor {
            records.name_monitor(&caller, &monitor, id).await?;
        }
        let followed = self.waits.follow(&caller, records, id, request.received() + self.patience).await?;
        let publication = followed.publication;
        if publication.progress.status == Status::Failed {
            return Err(Problem::Unprocessable(publication.progress.reason.unwrap_or_default()));
        }
        let token = self.token(id, &request.public_url(&self.public_url)).await?;
        if publication.progress.status == Status::Done {
            let unpublished = || Problem::Conflict("The report was unpublished at this moment.".into());
            return reply::json(200, &token.ok_or_else(unpublished)?);
        }
        let accepted = reply::status(202).header("location", format!("/api/progress/{id}")).header("retry-after", "1");
        reply::json_with(accepted, &ProgressBody::new(&publication, token))
    }

    /// The token object, once it is known: that of a published report stays the same.
    async fn token(&self, id: PublicationId, public_url: &str) -> Outcome<Option<TokenObject>> {
        let bookmark = self.publications.bookmark(id.report).await?;
        Ok(bookmark.map(|(token, link)| TokenObject::new(&token, link, public_url)))
    }
}
