//! What can go wrong when a report is rendered.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why a report could not be rendered: where, and what its author must change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub struct RenderError {
    /// Who can do something about it.
    pub cause: Cause,
    /// Such as `blocks[2].items[0].value` or `typst line 12, column 5`; empty when the report as a whole is meant.
    pub place: String,
    /// What is wrong and what to change.
    pub message: String,
}

/// Who can do something about a failed rendering.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Cause {
    /// The report's author: the definition, the data or an asset is wrong. Trying again does not help.
    Report,
    /// The report's author: it needs more time or memory than it may have. Trying again does not help.
    Limit,
    /// The operator: the process could not be started or died by itself. Trying again may help.
    Internal,
}

impl RenderError {
    /// A mistake in the report.
    pub fn report(place: impl Into<String>, message: impl Into<String>) -> RenderError {
        RenderError { cause: Cause::Report, place: place.into(), message: message.into() }
    }

    /// A report that needs too much.
    pub fn limit(message: impl Into<String>) -> RenderError {
        RenderError { cause: Cause::Limit, place: String::new(), message: message.into() }
    }

    /// A failure of the machinery.
    pub fn internal(message: impl Into<String>) -> RenderError {
        RenderError { cause: Cause::Internal, place: String::new(), message: message.into() }
    }
}

impl fmt::Display for RenderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.place.is_empty() {
            return f.write_str(&self.message);
        }
        write!(f, "{}: {}", self.place, self.message)
    }
}
