//! The answer: what is known at once, or what becomes of it while the caller waits.

use domain::{
    credential::{Caller, Permission},
    progress::Status,
    publication::Publication,
};
use informer::{ProgressBody, TokenObject};
use lambda::gate::PublishedReports;
use lambda::store::{Aws, OpenReport, Waits, ambient, waits::Followed};
use lambda::{Outcome, Reply, Request, reply};
use std::time::Duration;

pub struct Handler {
    published: PublishedReports,
    waits: Waits,
}

impl Handler {
    /// # Errors
    /// `Internal` if a variable is missing.
    pub fn new(aws: &Aws) -> Outcome<Self> {
        Ok(Self { published: PublishedReports::new(aws)?, waits: Waits::new(aws)? })
    }

    /// # Errors
    /// As [`lambda::Gate::publication`].
    pub async fn progress(&self, request: Request) -> Reply {
        let PublishedReports { gate, reports, publications } = &self.published;
        let records = publications.records();
        let (caller, mut seen, mut found) =
            gate.publication(reports, records, &request, Permission::ReportRead).await?;
        let wait = Duration::from_secs(request.query_number("wait", 0, 0..=20)?);
        let mut answer = reply::status(200);
        if !wait.is_zero() && !seen.progress.status.is_final() {
            let Followed { publication, at_once } =
                self.waits.follow(&caller, records, seen.id, request.received() + wait).await?;
            seen = publication;
            if at_once && !seen.progress.status.is_final() {
                answer = answer.header("retry-after", "1");
            }
            found = gate.known(reports, &caller, seen.id.report).await?.unwrap_or(found);
        }
        let token = self.token(&caller, &seen, &found, request.public_url()).await?;
        reply::json_with(answer, &ProgressBody::new(&seen, token))
    }

    /// The token object, for those who may publish, once the publication is done and while the report is published.
    async fn token(
        &self,
        caller: &Caller,
        seen: &Publication,
        found: &OpenReport,
        public_url: &str,
    ) -> Outcome<Option<TokenObject>> {
        let known = seen.progress.status == Status::Done && caller.role.holds(Permission::ReportCloudPublish);
        let Some(link) = found.state.bookmark(ambient::now()).filter(|_| known) else { return Ok(None) };
        let (token, link) = self.published.publications.link(link.id).await?;
        Ok(Some(TokenObject::new(&token, link, public_url)))
    }
}
