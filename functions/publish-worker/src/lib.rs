//! Behind the publish queue: renders the pinned version of a report, stores its bundle and makes it live.
//!
//! Messages come at least once and in any order, and this process may die at any line. Each step is recorded by a write that
//! holds only if the publication is unfinished, so a second message, or a second worker, changes nothing.

use lambda::{Error, Function, queue::Retries};

mod work;

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let handler = &work::Handler::new(&function.aws)?;
    function.consume(Retries::soon(&function.aws)?, async |message| handler.handle(&message).await).await
}
