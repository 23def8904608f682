//! Functions that no request reaches. Behind a queue each message is handled by itself, and only those that failed come back; what an
//! operator or a schedule invokes is given the event as it is.

use crate::{Error, Function, trail};
pub use aws_lambda_events::sqs::SqsMessage;
use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent};
use domain::{Outcome, Problem};
use lambda_runtime::{Context, LambdaEvent, service_fn};
use serde::Serialize;
use serde_json::Value;
use std::time::{Duration, Instant};
use store::ambient;
use tracing::{Instrument, Span};

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
                if !self.one(&id, handler(message)).instrument(span_of(&event.context)).await {
                    let mut failure = BatchItemFailure::default();
                    failure.item_identifier = id;
                    response.batch_item_failures.push(failure);
                }
            }
            Ok::<_, Error>(response)
        };
        lambda_runtime::run(service_fn(batch)).await
    }

    /// Answers each event that an operator or a schedule sends.
    ///
    /// # Errors
    /// When the Lambda runtime cannot be reached any more.
    pub async fn invoked<T, H, F>(&self, handler: H) -> Result<(), Error>
    where
        T: Serialize,
        H: Fn(LambdaEvent<Value>) -> F,
        F: Future<Output = Result<T, Error>>,
    {
        let told = async |event: LambdaEvent<Value>| {
            let (begun, span) = (Instant::now(), span_of(&event.context));
            let answer = async {
                let answer = handler(event).await;
                self.ended(begun, None, answer.as_ref().err().map(ToString::to_string));
                answer
            };
            answer.instrument(span).await
        };
        lambda_runtime::run(service_fn(told)).await
    }

    async fn one(&self, id: &str, handled: impl Future<Output = Outcome<()>>) -> bool {
        let (begun, outcome) = (Instant::now(), handled.await);
        self.ended(begun, Some(id), outcome.as_ref().err().map(ToString::to_string));
        outcome.is_ok()
    }

    fn ended(&self, begun: Instant, message: Option<&str>, cause: Option<String>) {
        let counts = self.aws.requests().take();
        tracing::info!(
            messageId = message,
            durationMs = begun.elapsed().as_secs_f64() * 1e3,
            dynamodb = counts.dynamodb,
            s3 = counts.s3,
            sqs = counts.sqs,
            ses = counts.ses,
            outcome = if cause.is_none() { "done" } else { "failed" },
            cause,
            "handled"
        );
    }
}

fn span_of(context: &Context) -> Span {
    trail::span(&context.request_id, trail::trace_id(context.xray_trace_id.as_deref().unwrap_or_default()))
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
