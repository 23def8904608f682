//! Functions behind a queue: each message is handled by itself, and only those that failed come back.

use crate::{Error, Function, trail};
pub use aws_lambda_events::sqs::SqsMessage;
use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent};
use domain::{Outcome, Problem};
use lambda_runtime::{LambdaEvent, service_fn};
use std::time::{Duration, Instant};
use store::ambient;
use tracing::Instrument;

impl Function {
    /// Handles messages one after the other. A message whose handler fails stays in the queue and comes again; after the number of
    /// times that the template says, it goes to the dead-letter queue.
    ///
    /// # Errors
    /// When the Lambda runtime cannot be reached any more.
    pub async fn drain<H, F>(&self, handler: H) -> Result<(), Error>
    where
        H: Fn(SqsMessage) -> F + Sync,
        F: Future<Output = Outcome<()>> + Send,
    {
        let batch = async |event: LambdaEvent<SqsEvent>| {
            let mut response = SqsBatchResponse::default();
            for message in event.payload.records {
                let id = message.message_id.clone().unwrap_or_default();
                if !self.one(&id, handler(message)).instrument(trail::span()).await {
                    let mut failure = BatchItemFailure::default();
                    failure.item_identifier = id;
                    response.batch_item_failures.push(failure);
                }
            }
            Ok::<_, Error>(response)
        };
        lambda_runtime::run(service_fn(batch)).await
    }

    async fn one(&self, id: &str, handled: impl Future<Output = Outcome<()>>) -> bool {
        let (begun, outcome) = (Instant::now(), handled.await);
        let counts = self.aws.requests().take();
        tracing::info!(
            function = self.name(),
            messageId = id,
            durationMs = begun.elapsed().as_secs_f64() * 1e3,
            dynamodb = counts.dynamodb,
            s3 = counts.s3,
            sqs = counts.sqs,
            ses = counts.ses,
            outcome = outcome.as_ref().err().map_or("done", |_| "failed"),
            cause = outcome.as_ref().err().map(ToString::to_string),
            "handled"
        );
        outcome.is_ok()
    }
}

/// How long after its message a record may appear: the function that asks for the work lives no longer.
const RECORD_COMES_WITHIN: i64 = 60_000;

/// Begins what a message asks for. The message goes out just before its record is written, so that a fast worker waits a moment for
/// it: as long as what `begin` answers `is_unknown`.
///
/// # Errors
/// As `begin`.
pub async fn begin_recorded<T, F>(begin: impl Fn() -> F, is_unknown: impl Fn(&T) -> bool) -> Outcome<T>
where
    F: Future<Output = Outcome<T>>,
{
    for pause in [20, 50, 100, 200, 400, 800] {
        match begin().await? {
            begun if is_unknown(&begun) => tokio::time::sleep(Duration::from_millis(pause)).await,
            begun => return Ok(begun),
        }
    }
    begin().await
}

/// What becomes of a message without a record: it comes again as long as the record may, and is dropped after that.
///
/// # Errors
/// `Internal` as long as the record may come.
pub fn without_record(message: &SqsMessage) -> Outcome<()> {
    let sent = message.attributes.get("SentTimestamp").and_then(|sent| sent.parse::<i64>().ok());
    let age = sent.map_or(0, |sent| ambient::now().as_millisecond() - sent);
    match age > RECORD_COMES_WITHIN {
        true => Ok(()),
        false => Err(Problem::internal("what the message is about is not recorded yet")),
    }
}
