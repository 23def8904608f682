//! What the watchers of a publication see.

use crate::literal::literals;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

literals! {
    /// The states of Huddle's `publishingProgress`; each publication ends in `Done` or `Failed`.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
    pub enum Status {
        NotStarted = "NotStarted",
        InProgress = "InProgress",
        Done = "Done",
        Failed = "Failed",
    }
}

impl Status {
    /// Whether nothing more will happen.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Done | Self::Failed)
    }
}

/// Informer's first message: the bundle is being made.
pub const PUBLISHING: &str = "Publishing report...";
/// Informer's second message: the bundle is stored and is about to become live.
pub const MAKING_LINK: &str = "Making public link...";

/// How far a publication has come.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Progress {
    pub status: Status,
    /// 0 to 100.
    pub percent: u8,
    /// The messages so far, oldest first.
    pub messages: Vec<String>,
    pub requested_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub started_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub finished_at: Option<Timestamp>,
    /// Why it failed, in words for the report's author.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<String>,
    /// What its author should know although it succeeded, with the place of each: characters that no font has, for example.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub warnings: Vec<String>,
}

impl Progress {
    /// A publication that was asked for and has not begun.
    pub fn asked(at: Timestamp) -> Self {
        Self {
            status: Status::NotStarted,
            percent: 0,
            messages: Vec::new(),
            requested_at: at,
            started_at: None,
            finished_at: None,
            reason: None,
            warnings: Vec::new(),
        }
    }
}
