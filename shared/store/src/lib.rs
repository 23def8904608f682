//! What is kept: DynamoDB, S3 and SQS, one file an aggregate. The tables and every access pattern are in `docs/data-model.md`.
//!
//! - [`aws`]: the clients and the names of the resources; [`ambient`]: the clock and the source of randomness.
//! - [`table`]: items, keys and transactions; [`objects`]: the bucket.
//! - [`access_tokens`], [`workspaces`], [`reports`], [`publications`] (with the worker's side in [`publishing`]), [`links`]: the aggregates.

pub mod access_tokens;
pub mod ambient;
pub mod aws;
pub mod links;
mod objects;
pub mod publications;
pub mod publishing;
pub mod reports;
mod sources;
mod table;
pub mod workspaces;

pub use access_tokens::AccessTokens;
pub use aws::Aws;
pub use links::Links;
pub use publications::Publications;
pub use reports::{OpenReport, Reports};
pub use workspaces::Workspaces;
