//! `GET /api/progress/{id}` — how far a publication has come, by its own id or by the one that the caller chose.
//! `?wait=seconds` answers when the publication is finished or the time is over.

use handler::Handler;
use informer::Informer;
use lambda::{Error, Function};

mod handler;

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let handler = &Handler::new(&function.aws)?;
    function.serve(Informer, |request| handler.progress(request)).await
}
