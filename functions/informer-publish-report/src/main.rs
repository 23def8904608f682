//! `POST /api/reports/{id}/_cloud-publish` — publish the newest version and answer its public link.
//! The worker does the slow part (`functions/publish-worker`); this call waits for it as long as the configuration says.

use domain::{Problem, credential::Permission, progress::Status, publication::PublicationId};
use informer::{Informer, ProgressBody, PublishBody, TokenObject};
use lambda::store::{Aws, Publications, Reports, aws::Variable, publications::PublishQueue};
use lambda::{Error, Function, Gate, Outcome, Reply, Request, reply};
use std::time::Duration;

const MAX_BODY: usize = 64 * 1024;

struct Publisher {
    gate: Gate,
    reports: Reports,
    publications: Publications,
    queue: PublishQueue,
    public_url: String,
    patience: Duration,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let publisher = &Publisher::new(&function.aws)?;
    function.serve::<Informer, _, _>(|request| publisher.publish(request)).await
}

impl Publisher {
    fn new(aws: &Aws) -> Outcome<Self> {
        Ok(Self {
            gate: Gate::new(aws)?,
            reports: Reports::new(aws)?,
            publications: Publications::new(aws)?,
            queue: PublishQueue::new(aws)?,
            public_url: Variable::PublicUrl.text_or_empty(),
            patience: Duration::from_secs(Variable::PublishWaitSeconds.number()?),
        })
    }

    async fn publish(&self, request: Request) -> Reply {
        let (caller, found) = self.gate.report(&self.reports, &request, Permission::ReportCloudPublish).await?;
        let monitor = request.optional_json::<PublishBody>(MAX_BODY)?.monitor()?;
        let name = found.report.natural_id.to_string();
        let id = self.publications.start(&self.queue, found, &caller).await?;
        let records = self.publications.records();
        if let Some(monitor) = monitor {
            records.name_monitor(&caller, &monitor, id).await?;
        }
        let publication = records.watch(id, self.patience, |seen| seen.progress.status.is_final()).await?;
        match (publication.progress.status, publication.progress.reason.clone()) {
            (Status::Done, _) => reply::json(200, &self.token(id, name, &request.public_url(&self.public_url)).await?),
            (Status::Failed, reason) => Err(Problem::Unprocessable(reason.unwrap_or_default())),
            _ => {
                let accepted = reply::status(202).header("location", format!("/api/progress/{id}"));
                reply::json_with(accepted, &ProgressBody::from(&publication))
            }
        }
    }

    async fn token(&self, id: PublicationId, report: String, public_url: &str) -> Outcome<TokenObject> {
        let link = self.publications.live_link(id.report).await?;
        let (token, link) =
            link.ok_or_else(|| Problem::Conflict("The report was unpublished at this moment.".into()))?;
        let object = TokenObject::new(link.id.to_string(), report, token.to_string(), public_url, link.created_at);
        Ok(object.with_use(link.views, link.expires_at))
    }
}
