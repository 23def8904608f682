//! `GET /mailed/{token}` — a PDF that was too large for a mail: by a redirect to an address that works for a minute.

use lambda::store::{MailedFiles, ambient};
use lambda::{Error, Function, Reply, Request, reply};
use public::Public;

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let mailed = &MailedFiles::new(&function.aws)?;
    function.serve(Public, |request| download(mailed, request)).await
}

async fn download(mailed: &MailedFiles, request: Request) -> Reply {
    let token = public::token(&request.parameter("token")?)?;
    let file = mailed.open(&token, ambient::now()).await?;
    let address = mailed.address(&file, &reply::attachment(&file.filename)).await?;
    let answer = reply::redirect(302, address);
    let answer = answer.header("referrer-policy", "no-referrer").header("x-robots-tag", "noindex, nofollow");
    reply::body(answer, "")
}
