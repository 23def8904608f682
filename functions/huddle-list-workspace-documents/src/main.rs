//! `GET /publishing/workspaces/{id}?page&q` — the published documents of a workspace, newest first.

use domain::{credential::Permission, publication::published::PAGE_SIZE, report::Report};
use huddle::{DocumentPublicationView, Form, Huddle, PublishedDocuments};
use lambda::store::{Aws, PublicReports, Reports, Workspaces, aws::Variable};
use lambda::{Error, Function, Gate, Outcome, Reply, Request, reply};

struct Lister {
    gate: Gate,
    reports: Reports,
    workspaces: Workspaces,
    publications: PublicReports,
    public_url: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let lister = &Lister::new(&function.aws)?;
    function.serve::<Huddle, _, _>(|request| lister.list(request)).await
}

impl Lister {
    fn new(aws: &Aws) -> Outcome<Self> {
        Ok(Self {
            gate: Gate::new(aws)?,
            reports: Reports::new(aws)?,
            workspaces: Workspaces::new(aws)?,
            publications: PublicReports::new(aws)?,
            public_url: Variable::PublicUrl.text_or_empty(),
        })
    }

    async fn list(&self, request: Request) -> Reply {
        let caller = self.gate.caller(&request, Permission::ReportRead).await?;
        let form = Form::of(request.accept())?;
        let page = request.query_number("page", 1, 1..=1_000_000)?;
        let q = request.query("q").filter(|q| !q.is_empty());
        let workspaces = vec![self.workspaces.find(Some(&request.parameter("id")?), &caller).await?];
        let address = format!("publishing/workspaces/{}", workspaces[0].number);
        let chosen = |report: &Report| q.as_deref().is_none_or(|q| report.matches(q));
        let shown = self.publications.published(&self.reports, &workspaces, caller.role, chosen, page);
        let (items, total) = shown.await?;
        let url = request.public_url(&self.public_url);
        let items = items.iter().map(|item| DocumentPublicationView::new(item, &url, caller.role)).collect();
        let written = form.write(&PublishedDocuments::new(&address, q.as_deref(), page, PAGE_SIZE, total, items))?;
        reply::chosen(reply::status(200).header("cache-control", "no-store"), written.media_type, written.body)
    }
}
