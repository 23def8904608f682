//! The folder tree: what a change costs when much is below it, what the list costs when the tree is large, and what becomes of many
//! who change it at the same time. Needs a stack: the variables of its `stack.env`. What is made stays there, in workspaces of its own.

use crate::{Outcome, stack::Stack};

mod changes;
mod crowd;
mod forest;
mod item;
mod listing;
mod pages;
mod seeding;
mod session;
mod usage;

/// Measures and prints.
pub async fn run() -> Outcome<()> {
    let stack = Stack::of_environment()?;
    changes::run(&stack).await?;
    listing::run(&stack).await?;
    crowd::run(&stack).await
}

/// Measures and prints what first pages of lists cost.
pub async fn lists() -> Outcome<()> {
    pages::run(&Stack::of_environment()?).await
}
