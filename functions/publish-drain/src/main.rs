//! Behind the dead-letter queue of `publish-worker`: a publication whose worker died or failed each time ends here, as Failed.

use domain::{Outcome, Problem};
use lambda::store::{Publications, publications::PublishMessage};
use lambda::{Error, Function};

/// What the report's author is told.
const REASON: &str = "Publishing was tried several times and did not succeed. Publish the report again. If it fails again, \
    tell the operator of this service the id of this publication.";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let publications = &Publications::new(&function.aws)?;
    function.drain(async |message| fail(publications, &message.body.unwrap_or_default()).await).await
}

async fn fail(publications: &Publications, body: &str) -> Outcome<()> {
    let message: PublishMessage = serde_json::from_str(body).map_err(Problem::internal)?;
    if let Some(publication) = publications.fail(message.publication, REASON).await? {
        tracing::error!(publication = %publication.id, status = ?publication.progress.status, "a publication was given up");
        publications.clean_up(&publication).await?;
    }
    Ok(())
}
