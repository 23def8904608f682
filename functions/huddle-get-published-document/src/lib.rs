//! `GET /publishing/documents/{id}` — what is published of a document: who published which version, and how often it was viewed.

use domain::{Problem, credential::Permission};
use huddle::{DocumentPublicationView, Form, Huddle};
use lambda::store::{Aws, PublicReports, Reports, Workspaces, aws::Variable};
use lambda::{Error, Function, Gate, Outcome, Reply, Request, reply};

struct Reader {
    gate: Gate,
    reports: Reports,
    workspaces: Workspaces,
    publications: PublicReports,
    public_url: String,
}

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let reader = &Reader::new(&function.aws)?;
    function.serve::<Huddle, _, _>(|request| reader.get(request)).await
}

impl Reader {
    fn new(aws: &Aws) -> Outcome<Self> {
        Ok(Self {
            gate: Gate::new(aws)?,
            reports: Reports::new(aws)?,
            workspaces: Workspaces::new(aws)?,
            publications: PublicReports::new(aws)?,
            public_url: Variable::PublicUrl.text_or_empty(),
        })
    }

    async fn get(&self, request: Request) -> Reply {
        let (caller, found) = self.gate.document(&self.reports, &request, Permission::ReportRead).await?;
        let form = Form::of(request.accept())?;
        let workspace = self.workspaces.find(Some(&found.report.workspace), &caller).await?;
        let name = found.report.natural_id.to_string();
        let shown = self.publications.shown(vec![found.report], &[workspace]).await?.pop();
        let shown = shown.ok_or_else(|| Problem::NotFound(format!("The report {name} is not published.")))?;
        let url = request.public_url(&self.public_url);
        let written = form.write(&DocumentPublicationView::new(&shown, &url, caller.role))?;
        reply::chosen(reply::status(200).header("cache-control", "no-store"), written.media_type, written.body)
    }
}
