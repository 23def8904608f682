//! The folder tree under test: [`model`], what the tree must answer; [`operations`], random changes; [`client`], a client of the
//! tree's HTTP API, which may lose its answers; [`history`], what clients did at the same time; [`checker`], whether
//! an order of it explains the answers;
//! [`listing`], the tree as the API tells it; [`sweep`], the tree as DynamoDB holds it, and its faults.

pub mod checker;
pub mod client;
pub mod history;
pub mod listing;
pub mod model;
pub mod operations;
pub mod sweep;
