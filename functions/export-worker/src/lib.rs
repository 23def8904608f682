//! Behind the export queue: renders a report as it was asked for, and stores the file.
//!
//! Messages come at least once, and this process may die at any line: each attempt makes the same file from the same pinned version and
//! stores it under the same key, and the record ends once.

use handler::Handler;
use lambda::{Error, Function, queue::Retries};

mod handler;

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let handler = &Handler::new(&function.aws)?;
    function.consume(Retries::soon(&function.aws)?, async |message| handler.handle(&message).await).await
}
