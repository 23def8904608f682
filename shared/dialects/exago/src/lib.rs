//! Exago's words: the folder and report tree, sessions, and the execution of reports. Nothing is decided here.
//!
//! Source: “Exago BI, REST: Folders and Report Tree”, and its public pages on sessions and GetExecute. README.md has the quirks.
//!
//! - [`relaxed`]: bodies as Exago's clients write them; [`path`]: paths in bodies and addresses.
//! - [`address`]: the addresses of the calls; [`nodes`]: the tree; [`folders`]: what becomes of a folder; [`sessions`]; [`execution`].

#![cfg_attr(test, allow(clippy::unwrap_used))]

use domain::{
    Problem,
    problem::{Refusal, Wording},
};
use serde::Serialize;

pub mod address;
pub mod execution;
pub mod folders;
pub mod nodes;
pub mod path;
pub mod relaxed;
pub mod sessions;

pub use relaxed::from_relaxed;

/// Exago's wording of refusals: `{"reason":"…"}`.
pub struct Exago;

#[derive(Serialize)]
struct Body<'a> {
    reason: &'a str,
    #[serde(rename = "requestId")]
    request_id: &'a str,
}

impl Wording for Exago {
    fn refusal(problem: &Problem, request_id: &str, _: &str) -> Refusal {
        Refusal::json(&Body { reason: &problem.told(request_id), request_id })
    }
}
