//! What each call asks of DynamoDB, S3, SQS and SES, as the functions log it themselves. Needs a stack: the variables of its `stack.env`.

use crate::{
    Outcome,
    stack::{Counts, Stack},
    table::{Table, verdict},
};
use calls::{CALLS, Call};
use sending::{Names, filled, send};
use std::time::{SystemTime, UNIX_EPOCH};

pub mod calls;
mod publication;
pub mod sending;

/// What was counted, in the order of the calls.
type Counted = Vec<(&'static str, &'static str, Counts, Option<u32>)>;

/// Counts and prints.
pub async fn run() -> Outcome<()> {
    let stack = Stack::of_environment()?;
    // The first journey wakes the functions, leases numbers and notes that the token was used.
    journey(&stack, "warm").await?;
    let counted = journey(&stack, "count").await?;
    let mut table = Table::new(&["function", "call", "DynamoDB", "S3", "SQS", "SES", "sum", "goal", ""]);
    for (function, what, counts, goal) in counted {
        let (sum, goal) = (counts.sum(), goal.map(f64::from));
        let count = |count: u32| count.to_string();
        let limit = goal.map_or_else(|| "-".to_owned(), |goal| format!("{goal:.0}"));
        let [dynamodb, s3, sqs, ses, all] = [counts.dynamodb, counts.s3, counts.sqs, counts.ses, sum].map(count);
        table.row([function.into(), what.into(), dynamodb, s3, sqs, ses, all, limit, verdict(sum.into(), goal)]);
    }
    table.print("Requests: of DynamoDB, S3, SQS and SES by each call of a warm function");
    println!(
        "A publication from start to answer: what its start takes, a get each time it looks, at the end state and link."
    );
    Ok(())
}

/// Every call, with reports of its own.
async fn journey(stack: &Stack, name: &str) -> Outcome<Counted> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_micros();
    let mut names = Names::from([("slug", format!("bench-{name}-{now}"))]);
    let (mut counted, mut worked) = (Counted::new(), 0);
    for call in CALLS {
        let counts = match call.method {
            calls::START => {
                worked = stack.lines(calls::WORKER)?.len();
                publication::start(&names).await?
            }
            calls::WORK => {
                // The first publication of the report.
                names.insert("publication", filled("{uid}-1", &names));
                stack.line(calls::WORKER, worked).await?
            }
            _ => counted_call(stack, call, &mut names).await?,
        };
        counted.push((call.function, call.what, counts, call.goal));
    }
    Ok(counted)
}

async fn counted_call(stack: &Stack, call: &Call, names: &mut Names) -> Outcome<Counts> {
    let before = stack.lines(call.function)?.len();
    let answer = send(stack, call, names).await?;
    let counts = stack.line(call.function, before).await?;
    for (pointer, name) in call.keep {
        let value =
            answer.pointer(pointer).ok_or_else(|| format!("{} answers no {pointer}: {answer}", call.function))?;
        names.insert(name, value.as_str().map_or_else(|| value.to_string(), str::to_owned));
    }
    Ok(counts)
}
