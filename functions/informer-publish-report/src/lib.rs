//! `POST /api/reports/{id}/_cloud-publish` — publish the newest version and answer its public link.
//! The worker does the slow part (`functions/publish-worker`); this call waits for it as long as the configuration says.

use handler::Handler;
use informer::Informer;
use lambda::{Error, Function};

mod handler;

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let handler = &Handler::new(&function.aws)?;
    function.serve(Informer, |request| handler.publish(request)).await
}
