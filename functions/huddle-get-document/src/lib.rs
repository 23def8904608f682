//! `GET` and `HEAD /files/documents/{id}` — a report as a document, with links to what the caller may do with it.

use domain::credential::Permission;
use huddle::{Document, Form, Huddle};
use jiff::Timestamp;
use lambda::store::{PublicReports, Reports, Workspaces, ambient, aws::Variable};
use lambda::{Error, Function, Gate, Outcome, Reply, Request, modified, reply, store::Aws};

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
        let (now, url) = (ambient::now(), request.public_url(&self.public_url));
        let bookmark = found.state.bookmark(now).map(|link| self.publications.token(link).address(&url));
        let document = Document::new(&found.report, &workspace, &found.version, bookmark.as_deref(), caller.role);
        let written = form.write(&document)?;
        let body = if request.is_head() { String::new() } else { written.body };
        // Its name is the title of the parent.
        let changed = workspace.updated_at.into_iter().fold(found.changed_at(now), Timestamp::max);
        modified::since(&request, changed, now, |answer| reply::chosen(answer, written.media_type, body))
    }
}
