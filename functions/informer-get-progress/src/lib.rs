//! `GET /api/progress/{id}` — how far a publication has come, by its own id or by the one that the caller chose.
//! `?wait=seconds` answers when the publication is finished or the time is over.

use domain::{
    credential::{Caller, Permission},
    progress::Status,
    publication::Publication,
};
use informer::{Informer, ProgressBody, TokenObject};
use lambda::store::{Aws, OpenReport, PublicReports, Reports, Waits, ambient, aws::Variable, waits::Followed};
use lambda::{Error, Function, Gate, Outcome, Reply, Request, reply};
use std::time::Duration;

struct Watcher {
    gate: Gate,
    reports: Reports,
    publications: PublicReports,
    waits: Waits,
    public_url: String,
}

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let watcher = &Watcher::new(&function.aws)?;
    function.serve::<Informer, _, _>(|request| watcher.progress(request)).await
}

impl Watcher {
    fn new(aws: &Aws) -> Outcome<Self> {
        Ok(Self {
            gate: Gate::new(aws)?,
            reports: Reports::new(aws)?,
            publications: PublicReports::new(aws)?,
            waits: Waits::new(aws)?,
            public_url: Variable::PublicUrl.text_or_empty(),
        })
    }

    async fn progress(&self, request: Request) -> Reply {
        let records = self.publications.records();
        let (caller, mut seen, mut found) =
            self.gate.publication(&self.reports, records, &request, Permission::ReportRead).await?;
        let wait = Duration::from_secs(request.query_number("wait", 0, 0..=20)?);
        let mut answer = reply::status(200);
        if !wait.is_zero() && !seen.progress.status.is_final() {
            let Followed { publication, at_once } =
                self.waits.follow(&caller, records, seen.id, request.received() + wait).await?;
            seen = publication;
            if at_once && !seen.progress.status.is_final() {
                answer = answer.header("retry-after", "1");
            }
            found = self.gate.known(&self.reports, &caller, seen.id.report).await?.unwrap_or(found);
        }
        let token = self.token(&caller, &seen, &found, &request.public_url(&self.public_url)).await?;
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
        let (token, link) = self.publications.link(link.id).await?;
        Ok(Some(TokenObject::new(&token, link, public_url)))
    }
}
