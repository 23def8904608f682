//! The two steps: a nonce becomes a cookie, and the cookie opens the page.

use cxreports::{
    preview::{PreviewOptions, content_security_policy, cookies, location, set_cookie, without_nonce},
    rendition,
};
use domain::{
    Outcome, Problem,
    credential::{Secret, SecretKind},
    preview::{COOKIE_LIFETIME, NOT_OPEN, PreviewSession},
    rendition::{Form, Rendition},
    warnings,
    workspace::Workspace,
};
use lambda::gate::WorkspaceReports;
use lambda::store::{Aws, Previews, ambient, aws::Variable};
use lambda::{Gate, Reply, Request, packed, reply};
use renditions::{Renditions, Shown};

/// What the call uses.
pub struct Handler {
    gate: Gate,
    place: WorkspaceReports,
    previews: Previews,
    renditions: Renditions,
    /// Who may show previews in a frame.
    frames: String,
}

impl Handler {
    /// # Errors
    /// `Internal` if a variable is missing.
    pub fn new(aws: &Aws) -> Outcome<Self> {
        let (gate, place) = (Gate::new(aws)?, WorkspaceReports::new(aws)?);
        let (previews, renditions) = (Previews::new(aws)?, Renditions::new(aws)?);
        Ok(Self { gate, place, previews, renditions, frames: Variable::FrameAncestors.text()? })
    }
}

/// # Errors
/// As [`Gate::preview`].
pub async fn view(handler: &Handler, request: Request) -> Reply {
    match request.query("nonce") {
        // A program that only looks at an address must not spend what is in it.
        Some(_) if request.is_head() => entered(&request, None),
        Some(nonce) => enter(handler, &request, &nonce).await,
        None => show(handler, &request).await,
    }
}

/// Turns the nonce into a cookie. Who has a cookie already, and loads an address with a spent nonce again, is sent on as well.
async fn enter(handler: &Handler, request: &Request, nonce: &str) -> Reply {
    let redeemed = match redeem(handler, request, nonce).await {
        Ok(redeemed) => Some(redeemed),
        Err(problem @ (Problem::Internal(_) | Problem::Busy(_))) => return Err(problem),
        Err(_) if request.header("cookie").is_none() => return Err(NOT_OPEN),
        Err(_) => {
            let present = |workspace: &Workspace| presented(request, workspace);
            handler.gate.preview(&handler.previews, &handler.place, request, present).await?;
            None
        }
    };
    entered(request, redeemed)
}

fn entered(request: &Request, redeemed: Option<(Workspace, Secret)>) -> Reply {
    let answer = reply::private(303).header("location", location(request.path(), &without_nonce(request.raw_query())));
    let answer = match redeemed {
        Some((workspace, cookie)) => {
            let seconds = COOKIE_LIFETIME.as_secs().unsigned_abs();
            answer.header("set-cookie", set_cookie(workspace.number, &cookie.reveal(), seconds))
        }
        None => answer,
    };
    reply::body(answer, "")
}

async fn redeem(handler: &Handler, request: &Request, nonce: &str) -> Outcome<(Workspace, Secret)> {
    let (nonce, now) = (Secret::parse(SecretKind::Nonce, nonce).ok_or(NOT_OPEN)?, ambient::now());
    let session = PreviewSession::redeemable(handler.previews.find(&nonce).await?, &nonce, now)?;
    let workspace = handler.place.workspaces.named(&request.parameter("ws")?).await?;
    handler.gate.previewer(&session, &workspace).await?;
    let cookie = handler.previews.redeem(&nonce, &workspace.code, now).await?.ok_or(NOT_OPEN)?;
    Ok((workspace, cookie))
}

async fn show(handler: &Handler, request: &Request) -> Reply {
    let opened =
        handler.gate.preview(&handler.previews, &handler.place, request, |workspace| presented(request, workspace));
    let (_, found) = opened.await?;
    let (get, now) = (|name: &str| request.query_all(name), ambient::now());
    let (rendition, options) = (rendition::from_query(get)?, PreviewOptions::from_query(get)?);
    let version = found.version.version;
    // One page shows it, in whatever form it is asked for.
    let rendition = Rendition { form: Form::default(), include_attachments: false, ..rendition };
    let plan = handler.renditions.plan(found, version, rendition, now).await?;
    let Shown { bundle, entry, page } = handler.renditions.preview(&plan, !options.hide_print_button).await?;
    let answer = reply::private(200)
        .header("content-type", "text/html; charset=utf-8")
        .header("content-security-policy", content_security_policy(&bundle.style, &bundle.script, &handler.frames))
        .header("x-robots-tag", "noindex, nofollow");
    let answer = match &bundle.warnings {
        Some(warnings) => answer.header(warnings::HEADER, warnings),
        None => answer,
    };
    packed::entry(request, answer, &entry, page)
}

fn presented(request: &Request, workspace: &Workspace) -> Vec<Secret> {
    cookies(request.header("cookie").into_iter(), workspace.number)
}
