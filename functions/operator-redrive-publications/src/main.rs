//! Has publications that were given up tried again. No route reaches this function: whoever may invoke it by IAM may do that
//! (`make redrive`).

use lambda::store::publications::Queue;
use lambda::{Error, Function};
use lambda_runtime::{LambdaEvent, service_fn};
use serde::Serialize;
use serde_json::Value;

/// What was sent again.
#[derive(Serialize)]
struct Redriven {
    messages: usize,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let (parked, publish) = (&Queue::parked(&function.aws)?, &Queue::publish(&function.aws)?);
    lambda_runtime::run(service_fn(|_: LambdaEvent<Value>| redrive(parked, publish))).await
}

async fn redrive(parked: &Queue, publish: &Queue) -> Result<Redriven, Error> {
    let mut messages = 0;
    // A run of a few hundred takes seconds; what is left after the function's time is sent by the next one.
    loop {
        match parked.move_some(publish).await? {
            0 => break,
            some => messages += some,
        }
    }
    tracing::info!(messages, "publications are tried again");
    Ok(Redriven { messages })
}
