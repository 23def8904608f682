//! `GET /files/documents/{id}/publications` — the history of a document's publications, newest first, and where the public reads it.

use domain::credential::Permission;
use huddle::{DocumentPublication, Form, Huddle};
use jiff::Timestamp;
use lambda::gate::PublishedReports;
use lambda::store::{ambient, publications::bundles::LONGEST_HISTORY};
use lambda::{Error, Function, Reply, Request, modified, reply};

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let published = &PublishedReports::new(&function.aws)?;
    function.serve(Huddle, |request| list(published, request)).await
}

async fn list(PublishedReports { gate, reports, publications }: &PublishedReports, request: Request) -> Reply {
    let (caller, found) = gate.document(reports, &request, Permission::ReportRead).await?;
    let form = Form::of(request.accept())?;
    let history = publications.records().history(found.report.uid, LONGEST_HISTORY).await?;
    if history.is_empty() {
        return reply::nothing();
    }
    let (now, url) = (ambient::now(), request.public_url());
    let bookmark = found.state.bookmark(now).map(|link| publications.token(link).address(url));
    // One that an operator has tried again is in progress once more, of which the report itself knows nothing.
    let begun = history.iter().filter_map(|publication| publication.progress.started_at);
    let changed = begun.fold(found.changed_at(now), Timestamp::max);
    let number = found.report.number;
    let history = DocumentPublication::new(number, &history, &found.state, bookmark.as_deref(), caller.role, now);
    let written = form.write(&history)?;
    modified::since(&request, changed, now, |answer| reply::chosen(answer, written.media_type, written.body))
}
