//! `GET /ws/{ws}/reports/{id}/preview/{content}/{file}` — a part of a preview: the picture of a page (`3.svg`), or `report.pdf`.

use cxreports::{
    Preview,
    preview::{PreviewFile, cookies},
};
use domain::{Outcome, Problem, bundle::Part, credential::Secret, workspace::Workspace};
use lambda::gate::WorkspaceReports;
use lambda::store::{Aws, PreviewBundles, Previews, links::LARGEST_ANSWER};
use lambda::{Error, Function, Gate, Reply, Request, packed, reply};

/// What the call uses.
struct Parts {
    gate: Gate,
    place: WorkspaceReports,
    previews: Previews,
    bundles: PreviewBundles,
}

impl Parts {
    fn new(aws: &Aws) -> Outcome<Self> {
        let (gate, place) = (Gate::new(aws)?, WorkspaceReports::new(aws)?);
        Ok(Self { gate, place, previews: Previews::new(aws)?, bundles: PreviewBundles::new(aws)? })
    }
}

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let parts = &Parts::new(&function.aws)?;
    function.serve::<Preview, _, _>(|request| get(parts, request)).await
}

async fn get(parts: &Parts, request: Request) -> Reply {
    let opened =
        parts.gate.preview(&parts.previews, &parts.place, &request, |workspace| presented(&request, workspace));
    let (_, found) = opened.await?;
    let (content, file) = (request.parameter("content")?, PreviewFile::parse(&request.parameter("file")?)?);
    let none = || Problem::NotFound("The preview has no such part (any more); load it again.".into());
    let bundle = parts.bundles.find(found.report.uid, &content).await?.ok_or_else(none)?;
    let disposition = reply::attachment(&bundle.filename);
    if file == PreviewFile::Pdf && bundle.index.pdf.size > LARGEST_ANSWER {
        let address = parts.bundles.pdf_address(&bundle, &content, &disposition).await?.ok_or_else(none)?;
        return reply::body(reply::status(302).header("location", address).header("cache-control", "no-store"), "");
    }
    let (entry, bytes) = parts.bundles.part(&bundle, &content, part(file)).await?.ok_or_else(none)?;
    let answer = reply::status(200)
        .header("cache-control", "no-store")
        .header("referrer-policy", "no-referrer")
        .header("x-content-type-options", "nosniff");
    let answer = match file {
        PreviewFile::Pdf => answer.header("content-type", "application/pdf").header("content-disposition", disposition),
        // Opened by itself, the picture is a document: it may not run anything either.
        PreviewFile::Page(_) => answer
            .header("content-type", "image/svg+xml")
            .header("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox"),
    };
    packed::entry(&request, answer, &entry, bytes)
}

fn part(file: PreviewFile) -> Part {
    match file {
        PreviewFile::Pdf => Part::Pdf,
        PreviewFile::Page(position) => Part::Picture(position),
    }
}

fn presented(request: &Request, workspace: &Workspace) -> Vec<Secret> {
    cookies(request.header("cookie").into_iter(), workspace.number)
}
