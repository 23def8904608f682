//! Renditions: a report as PDF by one call, and previews in the frames of other sites. Needs a stack with the demo reports: the
//! variables of its `stack.env`. What is made stays there for a day, and a published copy of the dashboard in a workspace of its own.
//!
//! [`files`]: PDFs, made and kept; [`nonces`]: many who redeem one nonce; [`previews`]: from the nonce to the first picture, as the
//! requests take and as [`browser`] shows it. They share [`answers`], and [`place`], which report it is about.

use crate::{Outcome, stack::Stack};
use place::Place;
use std::time::{SystemTime, UNIX_EPOCH};

pub mod answers;
mod browser;
mod files;
mod nonces;
mod place;
mod previews;

/// Measures and prints.
pub async fn run() -> Outcome<()> {
    let stack = Stack::of_environment()?;
    files::run(&stack).await?;
    let place = Place::find(&stack).await?;
    nonces::run(&stack, &place).await?;
    previews::run(&stack, &place).await
}

/// What no request had before: the time in nanoseconds.
pub fn fresh() -> Outcome<String> {
    Ok(format!("{:x}", SystemTime::now().duration_since(UNIX_EPOCH)?.as_nanos()))
}

/// A query that makes another rendition, with the same contents: no template of the demo looks at this parameter.
pub fn params(value: &str) -> String {
    format!("params=%7B%22bench%22%3A%22{value}%22%7D")
}
