//! Behind the dead-letter queue of `export-worker`: an export whose worker died or failed each time ends here, as Failed.

use domain::Outcome;
use lambda::store::{Exports, exports::ExportMessage};
use lambda::{Error, Function, queue::Retries};

/// What the caller is told.
const REASON: &str = "The export was tried several times and did not succeed. Start it again. If it fails again, tell the operator of \
    this service its id.";

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let exports = &Exports::new(&function.aws)?;
    function
        .consume(Retries::AfterTimeout, async |message| give_up(exports, &message.body.unwrap_or_default()).await)
        .await
}

async fn give_up(exports: &Exports, body: &str) -> Outcome<()> {
    let Ok(ExportMessage { export }) = serde_json::from_str(body) else {
        tracing::error!("a message that is no export was dropped");
        return Ok(());
    };
    exports.fail(export, REASON).await?;
    // Counted once it is so: a message whose record could not be written comes again.
    tracing::error!(exports = 1, outcome = "GivenUp", export = export.number(), "an export was given up");
    Ok(())
}
