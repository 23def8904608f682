//! `POST /files/documents/{id}/publications` — publish the newest version. The answer comes at once; the worker does the rest.

use domain::credential::Permission;
use huddle::Huddle;
use lambda::store::{Aws, Publications, Reports, publications::Queue};
use lambda::{Error, Function, Gate, Outcome, Reply, Request, log_context, reply};

struct Handler {
    gate: Gate,
    reports: Reports,
    publications: Publications,
    queue: Queue,
}

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let handler = &Handler::new(&function.aws)?;
    function.serve(Huddle, |request| handler.publish(request)).await
}

impl Handler {
    fn new(aws: &Aws) -> Outcome<Self> {
        Ok(Self {
            gate: Gate::new(aws)?,
            reports: Reports::new(aws)?,
            publications: Publications::new(aws)?,
            queue: Queue::publish(aws)?,
        })
    }

    async fn publish(&self, request: Request) -> Reply {
        let (caller, found) = self.gate.document(&self.reports, &request, Permission::ReportCloudPublish).await?;
        let number = found.report.number;
        let id = self.publications.start(&self.queue, found, &caller).await?;
        log_context::publication(id);
        let links = huddle::started(request.public_url(), number, id);
        reply::body(reply::status(202).header("link", links).header("cache-control", "no-store"), "")
    }
}
