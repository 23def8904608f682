//! What is kept: DynamoDB, S3, SQS and SES, one file an aggregate. The tables and every access pattern are in `docs/data-model.md`.
//!
//! - [`aws`]: the clients and the names of the resources; [`ambient`]: the clock and the source of randomness.
//! - [`sent`]: requests, built once; [`at_once`]: several of them side by side; [`table`]: items and transactions, [`change`]: what writes change and under which conditions, [`layout`]: the layouts of items; [`keys`]: the keys of the catalog; [`numbers`]: small unique numbers; [`objects`]: the bucket (and [`parts`] of bundles in it), [`kept`]: JSON of any size, and [`spill`], answers too large for a function.
//! - [`access_tokens`], [`sessions`], [`workspaces`], [`tree`], [`reports`] (with their [`aliases`] and [`versions`]), [`publications`] (with the worker's side in [`publishing`], and the requests that wait for them in [`waits`]), [`links`]: the aggregates.
//! - [`deliveries`], [`suppressions`], [`mailed`], [`outbox`]: reports by mail.
//! - [`presets`], [`fonts`], [`temporary`], [`previews`] (with the [`preview_bundles`] that they show), [`files`], [`exports`]: what renditions need.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::print_stdout))]

pub mod access_tokens;
pub mod aliases;
pub mod ambient;
mod at_once;
pub mod aws;
mod change;
pub mod deliveries;
pub mod exports;
pub mod files;
pub mod fonts;
mod kept;
mod keys;
mod layout;
pub mod links;
pub mod mailed;
mod numbers;
mod objects;
pub mod outbox;
mod parts;
pub mod presets;
pub mod preview_bundles;
pub mod previews;
pub mod publications;
pub mod publishing;
pub mod reports;
mod sent;
pub mod sessions;
mod spill;
pub mod suppressions;
mod table;
pub mod temporary;
pub mod tree;
mod versions;
pub mod waits;
pub mod workspaces;

pub use access_tokens::AccessTokens;
pub use aliases::Leads;
pub use aws::Aws;
pub use deliveries::Deliveries;
pub use exports::Exports;
pub use files::Files;
pub use fonts::Fonts;
pub use links::Links;
pub use mailed::{MailedFiles, MailedLinks};
pub use outbox::Outbox;
pub use presets::Presets;
pub use preview_bundles::PreviewBundles;
pub use previews::Previews;
pub use publications::{PublicReports, Publications, Records};
pub use reports::{OpenReport, Reports, Viewer};
pub use sessions::Sessions;
pub use spill::Spill;
pub use suppressions::Suppressions;
pub use temporary::TemporaryData;
pub use tree::{Restricted, Tree};
pub use waits::Waits;
pub use workspaces::Workspaces;
