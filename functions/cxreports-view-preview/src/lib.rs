//! `GET /ws/{ws}/reports/{id}/preview` — a report as a page for a frame of another site's page. The first request brings a nonce, is
//! given a cookie for it, and is sent on to the same address without the nonce.

use cxreports::Preview;
use handler::Handler;
use lambda::{Error, Function};

mod handler;

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let handler = &Handler::new(&function.aws)?;
    function.serve(Preview, |request| handler::view(handler, request)).await
}
