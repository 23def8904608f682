//! CxReports' words, and those of Imprint's own calls under `/api/v1`, which follow them. Nothing is decided here.
//!
//! Sources: “CxReports API”, and the official Python client, whose fields are these. README.md has the quirks.
//!
//! - [`lists`]: what a workspace has, item by item; [`selection`]: which reports a list is asked for.
//! - [`rendition`]: how a request wants a report rendered; [`file`](mod@file): what is told of the file.
//! - [`temporary`]: data that is left for a while; [`exports`]: renditions behind a queue.
//! - [`presets`]: the management of report types, themes and templates; [`fonts`]: the fonts of a workspace; [`tokens`]: personal access tokens.
//! - [`preview`]: nonce, cookie and address of a report in a frame.
//! - `refusal`: what refusals look like; `values`: single values as clients write them.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod exports;
pub mod file;
pub mod fonts;
pub mod lists;
pub mod presets;
pub mod preview;
pub mod rendition;
pub mod selection;
pub mod temporary;
pub mod tokens;

mod refusal;
mod values;

#[cfg(test)]
mod samples;

pub use lists::WorkspaceItem;
pub use refusal::{CxReports, Preview};
pub use tokens::TokenItem;
