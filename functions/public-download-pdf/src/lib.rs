//! `GET /view/{token}/report.pdf` — the report as PDF. One that is too large for a function comes from the bucket, by a redirect
//! to an address that works for half a minute.

use domain::bundle::Part;
use lambda::store::{Links, ambient, links::LARGEST_ANSWER};
use lambda::{Error, Function, Reply, Request, log_context, packed, reply};
use public::Public;

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let links = &Links::new(&function.aws)?;
    function.serve(Public, |request| download(links, request)).await
}

async fn download(links: &Links, request: Request) -> Reply {
    let token = public::token(&request.parameter("token")?)?;
    let link = links.open(&token, ambient::now()).await?;
    log_context::publication(link.publication);
    if public::is_current(request.header("if-none-match"), &link.bundle) {
        return reply::body(public::cached(reply::status(304), &link.bundle), "");
    }
    let (bundle, disposition) = (link.bundle.clone(), reply::attachment(&link.filename));
    if link.index.pdf.size > LARGEST_ANSWER {
        let address = links.pdf_address(&token, link, &disposition).await?;
        return reply::body(reply::redirect(302, address), "");
    }
    let (entry, bytes) = links.part(&token, link, Part::Pdf).await?;
    let answer = public::cached(reply::status(200), &bundle)
        .header("content-type", "application/pdf")
        .header("content-disposition", disposition);
    packed::entry(&request, answer, &entry, bytes)
}
