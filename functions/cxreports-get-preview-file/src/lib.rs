//! `GET /ws/{ws}/reports/{id}/preview/{content}/{file}` — a part of a preview: the picture of a page (`3.svg`), or `report.pdf`.

use cxreports::Preview;
use handler::Handler;
use lambda::{Error, Function};

mod handler;

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let handler = &Handler::new(&function.aws)?;
    function.serve(Preview, |request| handler::get(handler, request)).await
}
