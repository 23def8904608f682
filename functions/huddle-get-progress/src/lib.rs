//! `GET /publishing/progress/{id}` — how far a publication has come: XML or JSON for programs, a page that follows along for people.

use domain::credential::Permission;
use huddle::{Huddle, ProgressForm, PublishingProgress, content_security_policy, progress_page};
use lambda::store::{PublicReports, Reports, ambient, aws::Variable};
use lambda::{Error, Function, Gate, Reply, Request, reply};

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let (gate, reports) = (&Gate::new(&function.aws)?, &Reports::new(&function.aws)?);
    let publications = &PublicReports::new(&function.aws)?;
    let public_url = &Variable::PublicUrl.text_or_empty();
    function.serve::<Huddle, _, _>(|request| get(gate, reports, publications, public_url, request)).await
}

async fn get(
    gate: &Gate,
    reports: &Reports,
    publications: &PublicReports,
    public_url: &str,
    request: Request,
) -> Reply {
    let records = publications.records();
    let (_, publication, found) = gate.publication(reports, records, &request, Permission::ReportRead).await?;
    let url = request.public_url(public_url);
    let bookmark = found.state.bookmark(ambient::now()).map(|link| publications.token(link).address(&url));
    let answer = reply::status(200).header("cache-control", "no-store");
    match ProgressForm::of(request.accept())? {
        ProgressForm::Html => {
            let page = progress_page(&found.report, &publication, bookmark.as_deref());
            let answer = answer
                .header("content-security-policy", content_security_policy())
                .header("referrer-policy", "no-referrer")
                .header("x-content-type-options", "nosniff");
            reply::chosen(answer, "text/html; charset=utf-8", page)
        }
        ProgressForm::Data(form) => {
            let progress = PublishingProgress::new(found.report.number, &publication, bookmark.as_deref());
            let written = form.write(&progress)?;
            reply::chosen(answer, written.media_type, written.body)
        }
    }
}
