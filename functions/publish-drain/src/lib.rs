//! Behind the dead-letter queue of `publish-worker`: a publication whose worker died or failed each time ends here, as Failed, and
//! its message is parked until an operator has it tried again.

use domain::Outcome;
use lambda::store::{
    Publications,
    publications::{PublishMessage, Queue},
};
use lambda::{Error, Function, log_context, queue::Retries};

/// What the report's author is told.
const REASON: &str = "Publishing was tried several times and did not succeed. Publish the report again. If it fails again, \
    tell the operator of this service the id of this publication.";

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let (publications, parked) = (&Publications::new(&function.aws)?, &Queue::parked(&function.aws)?);
    function
        .consume(Retries::AfterTimeout, async |message| {
            give_up(publications, parked, message.body.unwrap_or_default()).await
        })
        .await
}

async fn give_up(publications: &Publications, parked: &Queue, body: String) -> Outcome<()> {
    let Ok(message) = serde_json::from_str::<PublishMessage>(&body) else {
        tracing::error!("a message that is no publication was parked");
        return parked.send(body, None).await;
    };
    log_context::publication(message.publication);
    let Some(publication) = publications.give_up(message.publication, REASON).await? else { return Ok(()) };
    publications.clean_up(&publication).await?;
    // One that was finished after all is not tried again.
    if publication.given_up {
        tracing::error!(publications = 1, outcome = "GivenUp", status = ?publication.progress.status, "a publication was given up");
        let again = PublishMessage { redrive: true, ..message }.to_text()?;
        parked.send(again, Some(&publication.workspace)).await?;
    }
    Ok(())
}
