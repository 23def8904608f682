//! `GET /publishing/companies/{id}?page&q` — the published documents of a company, newest first. A company is the owner in the natural
//! ids of reports; its documents may be in several workspaces.

use domain::{
    credential::Permission,
    publication::published::{PAGE_SIZE, Sought},
};
use huddle::{DocumentPublicationView, Form, Huddle, PublishedDocuments};
use lambda::store::{Aws, PublicReports, Reports, Viewer, Workspaces, aws::Variable};
use lambda::{Error, Function, Gate, Outcome, Reply, Request, reply};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

struct Lister {
    gate: Gate,
    reports: Reports,
    workspaces: Workspaces,
    publications: PublicReports,
    public_url: String,
}

pub async fn run() -> Result<(), Error> {
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
        let (caller, restricted) = self.gate.viewer(&self.reports, &request, Permission::ReportRead).await?;
        let form = Form::of(request.accept())?;
        let page = request.query_number("page", 1, 1..=1_000_000)?;
        let company = request.parameter("id")?;
        let address = format!("publishing/companies/{}", utf8_percent_encode(&company, NON_ALPHANUMERIC));
        let mut workspaces = self.workspaces.list().await?;
        workspaces.retain(|workspace| caller.reaches(&workspace.code));
        let cursor = request.query("cursor");
        let sought = Sought::new(Some(company), request.query("q"), page, cursor.as_deref())?;
        let viewer = Viewer { role: caller.role, restricted: &restricted };
        let shown = self.publications.published(&self.reports, &workspaces, viewer, &sought).await?;
        let (items, total, next) = shown;
        let url = request.public_url(&self.public_url);
        let items = items.iter().map(|item| DocumentPublicationView::new(item, &url, caller.role)).collect();
        let (q, next) = (sought.q.as_deref(), next.as_deref());
        let written = form.write(&PublishedDocuments::new(&address, q, page, PAGE_SIZE, total, next, items))?;
        reply::chosen(reply::status(200).header("cache-control", "no-store"), written.media_type, written.body)
    }
}
