//! `GET /view/{token}/pages/{page}` — the picture of one page (`3.svg`), as it lies packed in the bundle.

use domain::bundle::Part;
use lambda::store::{Links, ambient};
use lambda::{Error, Function, Reply, Request, log_context, packed, reply};
use public::Public;

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let links = &Links::new(&function.aws)?;
    function.serve(Public, |request| view(links, request)).await
}

async fn view(links: &Links, request: Request) -> Reply {
    let token = public::token(&request.parameter("token")?)?;
    let position = public::page_position(&request.parameter("page")?)?;
    let link = links.open(&token, ambient::now()).await?;
    log_context::publication(link.publication);
    if public::is_current(request.header("if-none-match"), &link.bundle) {
        return reply::body(public::cached(reply::status(304), &link.bundle), "");
    }
    let bundle = link.bundle.clone();
    let (entry, bytes) = links.part(&token, link, Part::Picture(position)).await?;
    let answer = public::cached(reply::status(200), &bundle)
        .header("content-type", "image/svg+xml")
        // Opened by itself, the picture is a document: it may not run anything either.
        .header("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox");
    packed::entry(&request, answer, &entry, bytes)
}
