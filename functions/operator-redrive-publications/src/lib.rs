//! Has publications that were given up tried again. No route reaches this function: whoever may invoke it by IAM may do that
//! (`make redrive`).

use jiff::{SignedDuration, Timestamp};
use lambda::store::{ambient, publications::Queue};
use lambda::{Error, Function};
use lambda_runtime::LambdaEvent;
use serde::Serialize;
use serde_json::Value;

/// What was sent again.
#[derive(Serialize)]
struct Redriven {
    messages: usize,
    /// Whether that was all; else the next call goes on.
    complete: bool,
}

/// What is left of the function's time for the messages that are being moved.
const MARGIN: SignedDuration = SignedDuration::from_secs(5);

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let (parked, publish) = (&Queue::parked(&function.aws)?, &Queue::publish(&function.aws)?);
    function.invoked(|event| redrive(parked, publish, event)).await
}

async fn redrive(parked: &Queue, publish: &Queue, event: LambdaEvent<Value>) -> Result<Redriven, Error> {
    let deadline = Timestamp::from_millisecond(event.context.deadline as i64).unwrap_or(ambient::now()) - MARGIN;
    let (mut messages, mut complete) = (0, false);
    while !complete && ambient::now() < deadline {
        let some = parked.move_some(publish).await?;
        (messages, complete) = (messages + some, some == 0);
    }
    tracing::info!(messages, complete, "publications are tried again");
    Ok(Redriven { messages, complete })
}
