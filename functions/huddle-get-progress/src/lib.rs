//! `GET /publishing/progress/{id}` — how far a publication has come: XML or JSON for programs, a page that follows along for people.

use domain::credential::Permission;
use huddle::{Huddle, ProgressForm, PublishingProgress, content_security_policy, progress_page};
use lambda::gate::PublishedReports;
use lambda::store::ambient;
use lambda::{Error, Function, Reply, Request, reply};

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let published = &PublishedReports::new(&function.aws)?;
    function.serve(Huddle, |request| get(published, request)).await
}

async fn get(PublishedReports { gate, reports, publications }: &PublishedReports, request: Request) -> Reply {
    let records = publications.records();
    let (_, publication, found) = gate.publication(reports, records, &request, Permission::ReportRead).await?;
    let url = request.public_url();
    let bookmark = found.state.bookmark(ambient::now()).map(|link| publications.token(link).address(url));
    match ProgressForm::of(request.accept())? {
        ProgressForm::Html => {
            let page = progress_page(&found.report, &publication, bookmark.as_deref());
            let answer = reply::private(200).header("content-security-policy", content_security_policy());
            reply::chosen(answer, "text/html; charset=utf-8", page)
        }
        ProgressForm::Data(form) => {
            let progress = PublishingProgress::new(found.report.number, &publication, bookmark.as_deref());
            let written = form.write(&progress)?;
            reply::chosen(reply::status(200).header("cache-control", "no-store"), written.media_type, written.body)
        }
    }
}
