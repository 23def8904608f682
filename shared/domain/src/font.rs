//! The fonts of a workspace: every report in it is rendered with them, behind the report's own and before those that come with Imprint.

use crate::{Outcome, Problem};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The most fonts of one workspace.
pub const MOST: usize = 20;
/// The most bytes of all fonts of a workspace: each rendering reads them all.
pub const LARGEST_TOTAL: u64 = 64 * 1024 * 1024;

/// A font of a workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WorkspaceFont {
    /// Of the content, in hexadecimal.
    pub sha256: String,
    /// Bytes.
    pub size: u64,
    pub updated_at: Timestamp,
    /// The key of its content.
    pub object: String,
}

/// All fonts of a workspace, by name, in the order in which a missing character is looked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkspaceFonts {
    /// Counts the changes.
    #[serde(default)]
    pub revision: u64,
    #[serde(default)]
    pub fonts: BTreeMap<String, WorkspaceFont>,
}

impl WorkspaceFonts {
    /// The fonts with this one, in the place of the one that has its name.
    ///
    /// # Errors
    /// `Conflict` when they would be too many or too large.
    pub fn with(&self, name: &str, font: WorkspaceFont) -> Outcome<Self> {
        let mut fonts = self.fonts.clone();
        fonts.insert(name.to_owned(), font);
        if fonts.len() > MOST {
            return Err(Problem::Conflict(format!(
                "A workspace has at most {MOST} fonts; delete one, or reuse a name."
            )));
        }
        let total: u64 = fonts.values().map(|font| font.size).sum();
        if total > LARGEST_TOTAL {
            return Err(Problem::Conflict(format!(
                "The fonts of the workspace would have {total} bytes; together they have at most {LARGEST_TOTAL}. Delete one first."
            )));
        }
        Ok(Self { revision: self.revision + 1, fonts })
    }

    /// The fonts without this one, and the one that is taken out.
    ///
    /// # Errors
    /// `NotFound` when there is none of this name.
    pub fn without(&self, name: &str) -> Outcome<(Self, WorkspaceFont)> {
        let mut fonts = self.fonts.clone();
        let font = fonts.remove(name).ok_or_else(|| no_font(name))?;
        Ok((Self { revision: self.revision + 1, fonts }, font))
    }

    /// The names of all fonts, each with what it holds: other fonts make another text.
    pub fn contents(&self) -> Vec<(&str, &str)> {
        self.fonts.iter().map(|(name, font)| (name.as_str(), font.sha256.as_str())).collect()
    }
}

fn no_font(name: &str) -> Problem {
    let shown = crate::names::shortened(name);
    Problem::NotFound(format!("The workspace has no font “{shown}”; GET …/fonts lists those it has."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn font(sha256: &str, size: u64) -> WorkspaceFont {
        WorkspaceFont { sha256: sha256.into(), size, updated_at: Timestamp::UNIX_EPOCH, object: sha256.into() }
    }

    fn fonts(count: usize, size: u64) -> WorkspaceFonts {
        let one = |n: usize| (format!("{n:02}.ttf"), font(&n.to_string(), size));
        WorkspaceFonts { revision: 7, fonts: (0..count).map(one).collect() }
    }

    #[test]
    fn each_change_makes_another_revision() {
        let one = WorkspaceFonts::default().with("a.ttf", font("1", 10)).unwrap();
        let other = one.with("a.ttf", font("2", 10)).unwrap();
        assert_eq!((one.revision, other.revision), (1, 2));
        assert_eq!(other.contents(), [("a.ttf", "2")]);
        let (none, removed) = other.without("a.ttf").unwrap();
        assert_eq!((none.revision, none.fonts.len(), removed.sha256.as_str()), (3, 0, "2"));
        let told = none.without("a.ttf").unwrap_err().to_string();
        assert_eq!(told, "The workspace has no font “a.ttf”; GET …/fonts lists those it has.");
    }

    #[test]
    fn a_workspace_has_so_many_fonts_and_of_so_many_bytes() {
        assert!(fonts(MOST - 1, 1).with("new.ttf", font("n", 1)).is_ok());
        assert!(matches!(fonts(MOST, 1).with("new.ttf", font("n", 1)), Err(Problem::Conflict(_))));
        assert!(fonts(MOST, 1).with("00.ttf", font("n", 1)).is_ok(), "in the place of another");
        let two = fonts(2, LARGEST_TOTAL / 2);
        assert!(matches!(two.with("new.ttf", font("n", 1)), Err(Problem::Conflict(_))));
        assert!(two.with("00.ttf", font("n", 1)).is_ok(), "in the place of a larger one");
    }
}
