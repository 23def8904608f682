//! Publishing: how long it takes from the call to the first good view, and what a publication uses and costs. Needs a stack: the
//! variables of its `stack.env`. What is made stays there, in a workspace of its own.
//!
//! [`copies`]: the reports that are published; [`journey`]: one publication from the call to the view; [`phases`]: the times of its
//! phases, beside [`peers`]. [`series`]: hundreds of publications; [`functions`]: the functions of the stack; [`meter`]: what they ask
//! of AWS; [`usage`]: tables of that; [`prices`] and [`bill`]: what it costs.

use crate::{Outcome, stack::Stack};
use copies::Copies;

pub mod bill;
pub mod copies;
pub mod functions;
mod journey;
pub mod meter;
pub mod peers;
mod phases;
pub mod prices;
mod series;
mod usage;

/// The demo reports, by their folder or file.
const DEMOS: [&str; 3] = ["sales-dashboard", "transaction-register", "invoice"];
/// As many copies of each as are published at a time.
const COPIES: usize = 16;

/// Measures and prints.
pub async fn run() -> Outcome<()> {
    let stack = Stack::of_environment()?;
    let copies = Copies::make(&stack).await?;
    phases::run(&stack, &copies).await?;
    usage::run(&stack, &copies).await
}
