//! The part of the bundle that the request names.

use cxreports::preview::{PreviewFile, cookies};
use domain::{Outcome, Problem, bundle::Part, credential::Secret, workspace::Workspace};
use lambda::gate::WorkspaceReports;
use lambda::store::{Aws, PreviewBundles, Previews, links::LARGEST_ANSWER};
use lambda::{Gate, Reply, Request, packed, reply};

/// What the call uses.
pub struct Handler {
    gate: Gate,
    place: WorkspaceReports,
    previews: Previews,
    bundles: PreviewBundles,
}

impl Handler {
    /// # Errors
    /// `Internal` if a variable is missing.
    pub fn new(aws: &Aws) -> Outcome<Self> {
        let (gate, place) = (Gate::new(aws)?, WorkspaceReports::new(aws)?);
        Ok(Self { gate, place, previews: Previews::new(aws)?, bundles: PreviewBundles::new(aws)? })
    }
}

/// # Errors
/// As [`Gate::preview`].
pub async fn get(handler: &Handler, request: Request) -> Reply {
    let opened =
        handler.gate.preview(&handler.previews, &handler.place, &request, |workspace| presented(&request, workspace));
    let (_, found) = opened.await?;
    let (content, file) = (request.parameter("content")?, PreviewFile::parse(&request.parameter("file")?)?);
    let none = || Problem::NotFound("The preview has no such part (any more); load it again.".into());
    let bundle = handler.bundles.find(found.report.uid, &content).await?.ok_or_else(none)?;
    let disposition = reply::attachment(&bundle.filename);
    if file == PreviewFile::Pdf && bundle.index.pdf.size > LARGEST_ANSWER {
        let address = handler.bundles.pdf_address(&bundle, &content, &disposition).await?.ok_or_else(none)?;
        return reply::body(reply::redirect(302, address), "");
    }
    let (entry, bytes) = handler.bundles.part(&bundle, &content, part(file)).await?.ok_or_else(none)?;
    let answer = reply::private(200);
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
