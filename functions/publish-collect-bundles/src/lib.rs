//! Once in a while: removes the bundles that nobody needs any more. It goes on from where the last run ended.

use jiff::{SignedDuration, Timestamp};
use lambda::store::{Publications, ambient, aws::Variable, publications::collect::Collected};
use lambda::{Error, Function};
use lambda_runtime::LambdaEvent;
use serde_json::Value;

/// What is left of the function's time for the page that is being looked at.
const MARGIN: SignedDuration = SignedDuration::from_secs(30);

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let publications = &Publications::new(&function.aws)?;
    let past = Variable::KeepBundles.number()? as usize;
    function.invoked(|event| collect(publications, past, event)).await
}

async fn collect(publications: &Publications, past: usize, event: LambdaEvent<Value>) -> Result<Collected, Error> {
    let deadline = Timestamp::from_millisecond(event.context.deadline as i64).unwrap_or(ambient::now());
    let collected = publications.collect(past, deadline - MARGIN).await?;
    let Collected { seen, removed, complete } = collected;
    tracing::info!(seen, removed, complete, "collected");
    Ok(collected)
}
