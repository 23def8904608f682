//! Workspaces: the tops of the folder trees, each with a code that people write and a number that clients keep.

use crate::problem::{Outcome, Problem};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A workspace. Its tree's root folder has the workspace's code as its id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Workspace {
    pub code: String,
    /// Small, unique, never reused.
    pub number: u64,
    pub name: String,
    #[serde(default)]
    pub description: String,
    /// When its fields were written last.
    #[serde(default, rename = "updatedAt", skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
}

/// The body of `PUT /api/v1/workspaces/{code}`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkspaceFields {
    pub name: String,
    #[serde(default)]
    pub description: String,
}

impl WorkspaceFields {
    /// Checks the fields and the code of the path.
    ///
    /// # Errors
    /// `Invalid`, naming the field.
    pub fn check(&self, code: &str) -> Outcome<()> {
        let sound = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_';
        if code.is_empty() || code.len() > 64 || !code.bytes().all(sound) {
            return Err(Problem::invalid("code", "use 1 to 64 lower-case letters, digits, - and _."));
        }
        // A code of digits alone could not be told from another workspace's number.
        if !code.bytes().any(|b| b.is_ascii_lowercase()) {
            return Err(Problem::invalid("code", "use at least one letter."));
        }
        if self.name.trim().is_empty() || self.name.chars().count() > 200 {
            return Err(Problem::invalid("name", "give the workspace a name of 1 to 200 characters."));
        }
        if self.description.chars().count() > 2_000 {
            return Err(Problem::invalid("description", "use at most 2,000 characters."));
        }
        Ok(())
    }
}
