//! Mail: how long it takes to send a report and what that adds to its parts, what the mails weigh, and what they take of memory and
//! cost. Needs a stack: the variables of its `stack.env`. What is made stays there, in a workspace of its own, but not the mails.
//!
//! [`reports`]: the reports that are mailed, one of them with pictures of [`noise`]; [`mails`]: sending one, and reading back what
//! was sent; [`ses`]: handing the same over without Imprint. [`times`], [`sizes`], [`memory`] and [`bill`] are the tables;
//! [`process`] is the function by itself, watched; [`at_once`] takes the time of calls.

use crate::{Outcome, publishing::functions::Functions, stack::Stack};
use reports::Reports;
use ses::Ses;

mod at_once;
mod bill;
mod mails;
mod memory;
mod noise;
mod process;
mod reports;
mod ses;
mod sizes;
mod times;

/// The function that sends, and its logical id in the template.
const FUNCTION: (&str, &str) = ("grafana-send-report", "GrafanaSendReport");
/// Who gets the mails: each has one recipient.
pub const READER: &str = "reader@bench.example";

/// Measures and prints.
pub async fn run() -> Outcome<()> {
    let (stack, found) = (Stack::of_environment()?, Functions::named(&[FUNCTION]).await?);
    let function = found.all.first().ok_or("the stack sends no mail")?;
    let (reports, ses) = (Reports::make(&stack).await?, Ses::of(function).await?);
    let took = times::run(&stack, function, &reports, &ses).await?;
    let weighed = sizes::run(&stack, &reports).await?;
    let watched = memory::run(function, &reports).await?;
    mails::remove_all()?;
    bill::print(function, &took, &weighed, &watched)
}
