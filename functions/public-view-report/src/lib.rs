//! `GET /view/{token}` — the public page of a report: no credentials, no script, and each call counts as a view.

use domain::token::{Link, PublicToken};
use domain::{Outcome, Problem, bundle::Part};
use lambda::store::{Links, ambient, aws::Variable};
use lambda::{Error, Function, Reply, Request, log_context, packed, reply};
use public::Public;

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let (links, frames) = (&Links::new(&function.aws)?, &Variable::FrameAncestors.text()?);
    function.serve(Public, |request| view(links, frames, request)).await
}

async fn view(links: &Links, frames: &str, request: Request) -> Reply {
    let token = public::token(&request.parameter("token")?)?;
    let link = match request.is_head() {
        true => links.open(&token, ambient::now()).await?,
        false => links.view(&token, ambient::now()).await?,
    };
    log_context::publication(link.publication);
    if public::is_current(request.header("if-none-match"), &link.bundle) {
        return reply::body(public::cached(reply::status(304), &link.bundle), "");
    }
    let page = page(links, &token, link.clone()).await?;
    let answer = public::cached(reply::status(200), &link.bundle)
        .header("content-type", "text/html; charset=utf-8")
        .header("content-security-policy", public::content_security_policy(&link.style, frames));
    match request.takes_gzip() {
        true => reply::body(answer.header("content-encoding", "gzip"), reply::gzipped(&page)?),
        false => reply::body(answer, page),
    }
}

async fn page(links: &Links, token: &PublicToken, link: Link) -> Outcome<String> {
    let (entry, bytes) = links.part(token, link, Part::Page).await?;
    let html = String::from_utf8(packed::inflated(&entry, bytes)?).map_err(Problem::internal)?;
    Ok(public::with_addresses(&html, token))
}
