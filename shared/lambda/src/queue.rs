//! Functions that no request reaches. Behind a queue each message is handled by itself, and only those that failed come back; what an
//! operator or a schedule invokes is given the event as it is.

use crate::{Error, Function, log_context};
pub use aws_lambda_events::sqs::SqsMessage;
use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent};
use backon::{BackoffBuilder, ExponentialBuilder};
use domain::{Outcome, Problem};
use lambda_runtime::{Context, LambdaEvent, service_fn};
use serde::Serialize;
use serde_json::Value;
use std::time::{Duration, Instant};
use store::{Aws, ambient, aws::Variable, publications::Queue};
use tracing::{Instrument, Span};

/// When a message comes again whose handler failed.
pub enum Retries {
    /// When its visibility timeout ends, as a message does whose function died.
    AfterTimeout,
    /// Within seconds, then less and less often, but never later than after the visibility timeout: what failed was a service, and it may be
    /// back at once.
    Soon { queue: Queue, timeout: Duration },
}

/// From the first attempt to the second; jitter adds up to as much, so that not all messages of an outage come back at once.
const FIRST_PAUSE: Duration = Duration::from_secs(3);
/// Each pause is as many times as long as the one before: 3, 12, 48 and 192 seconds.
const FACTOR: f32 = 4.0;

impl Retries {
    /// Retries of a function with the variables `QUEUE_URL` and `RETRY_SECONDS`.
    ///
    /// # Errors
    /// `Internal` if one is missing.
    pub fn soon(aws: &Aws) -> Outcome<Self> {
        Ok(Self::Soon { queue: Queue::own(aws)?, timeout: Duration::from_secs(Variable::RetrySeconds.number()?) })
    }

    /// Shortens the time until a message comes again. If that fails, it comes after its timeout.
    async fn hasten(&self, message: &Received) {
        let Self::Soon { queue, timeout } = self else { return };
        let pause = pause(message.attempt, *timeout);
        match queue.retry_after(&message.receipt_handle, pause.as_secs().max(1)).await {
            Ok(()) => {
                let (id, seconds) = (&message.id, pause.as_secs());
                tracing::info!(messageId = id, attempt = message.attempt, retrySeconds = seconds, "comes again");
            }
            Err(problem) => tracing::warn!(cause = %problem, "comes again after its timeout"),
        }
    }
}

/// The pause behind an attempt, counted from 1.
fn pause(attempt: usize, timeout: Duration) -> Duration {
    let pauses = ExponentialBuilder::new().with_min_delay(FIRST_PAUSE).with_factor(FACTOR).without_max_times();
    let mut pauses = pauses.with_max_delay(timeout).with_jitter().build();
    pauses.nth(attempt.saturating_sub(1)).map_or(timeout, |pause| pause.min(timeout))
}

/// What is kept of a message while its handler has it.
struct Received {
    id: String,
    receipt_handle: String,
    /// From 1.
    attempt: usize,
}

impl Received {
    fn of(message: &SqsMessage) -> Self {
        let attempt = message.attributes.get("ApproximateReceiveCount").and_then(|count| count.parse().ok());
        Self {
            id: message.message_id.clone().unwrap_or_default(),
            receipt_handle: message.receipt_handle.clone().unwrap_or_default(),
            attempt: attempt.unwrap_or(1),
        }
    }
}

impl Function {
    /// Handles messages one after the other. A message whose handler fails stays in the queue and comes again; after the number of
    /// times that the template says, it goes to the dead-letter queue.
    ///
    /// # Errors
    /// When the Lambda runtime cannot be reached any more.
    pub async fn consume<H, F>(&self, retries: Retries, handler: H) -> Result<(), Error>
    where
        H: Fn(SqsMessage) -> F + Sync,
        F: Future<Output = Outcome<()>> + Send,
    {
        let batch = async |event: LambdaEvent<SqsEvent>| {
            let mut response = SqsBatchResponse::default();
            for message in event.payload.records {
                let received = Received::of(&message);
                if !self.one(&received, &retries, handler(message)).instrument(span_of(&event.context)).await {
                    let mut failure = BatchItemFailure::default();
                    failure.item_identifier = received.id;
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

    async fn one(&self, received: &Received, retries: &Retries, handled: impl Future<Output = Outcome<()>>) -> bool {
        let (begun, outcome) = (Instant::now(), handled.await);
        if outcome.is_err() {
            retries.hasten(received).await;
        }
        self.ended(begun, Some(&received.id), outcome.as_ref().err().map(ToString::to_string));
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
    log_context::span(&context.request_id, log_context::trace_id(context.xray_trace_id.as_deref().unwrap_or_default()))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_begin_with_seconds_grow_and_end_at_the_timeout() {
        let timeout = Duration::from_secs(720);
        for (attempt, least) in [(1, 3), (2, 12), (3, 48), (4, 192)] {
            let pause = pause(attempt, timeout);
            let least = Duration::from_secs(least);
            assert!(pause >= least && pause <= least * 2, "{attempt}: {pause:?}");
        }
        assert_eq!(pause(9, timeout), timeout);
        assert!(pause(2, Duration::from_secs(10)) <= Duration::from_secs(10));
        assert!(pause(0, timeout) >= FIRST_PAUSE);
    }
}
