//! What becomes of a folder: created, renamed, deleted.

use crate::{from_relaxed, path};
use domain::{Outcome, Problem, tree::shown};
use serde::{Deserialize, Serialize};

/// The answer to each of the calls. `Id` is never used. Source: “Exago BI, REST: Folders and Report Tree”.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Folder {
    id: Option<()>,
    name: String,
    status: Status,
}

/// What was done.
#[derive(Debug, Clone, Copy, Serialize)]
pub enum Status {
    Created,
    Renamed,
    Deleted,
}

impl Folder {
    /// The folder at `path`, and what was done to it.
    pub fn new(path: &[String], status: Status) -> Self {
        Self { id: None, name: shown(path), status }
    }
}

/// The body of `POST /rest/folders/rename`: two paths.
#[derive(Debug, PartialEq, Eq)]
pub struct Renaming {
    pub old: Vec<String>,
    pub new: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Body {
    old_name: String,
    new_name: String,
}

impl Renaming {
    /// Reads the body, in any way that clients write it.
    ///
    /// # Errors
    /// `Invalid`, naming what is wrong.
    pub fn parse(body: &[u8]) -> Outcome<Self> {
        let Body { old_name, new_name } = from_relaxed(text(body)?)?;
        let (old, new) = (path::from_body("OldName", &old_name)?, path::from_body("NewName", &new_name)?);
        path::check_new(&new)?;
        Ok(Self { old, new })
    }
}

/// A body as text.
///
/// # Errors
/// `Invalid` if it is no UTF-8.
pub(crate) fn text(body: &[u8]) -> Outcome<&str> {
    std::str::from_utf8(body).map_err(|_| Problem::malformed("The body is no UTF-8 text."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_sample_is_read_as_a_posix_shell_sends_it() {
        let sent = b"{'OldName':'Asset Reports\\Overseas Holdings', ^\n 'NewName':'Asset Reports\\Regional Holdings'}";
        let renaming = Renaming::parse(sent).unwrap();
        assert_eq!(shown(&renaming.old), "Asset Reports/Overseas Holdings");
        assert_eq!(shown(&renaming.new), "Asset Reports/Regional Holdings");
    }

    #[test]
    fn what_is_missing_or_unknown_is_named() {
        let told = |body: &[u8]| Renaming::parse(body).unwrap_err().to_string();
        assert!(told(b"{'OldName':'a'}").contains("NewName"));
        assert!(told(b"{'OldName':'a','NewName':'b','Name':'c'}").contains("Name"));
        assert!(told(b"{'OldName':'a','NewName':'a//b'}").starts_with("NewName: "));
        assert!(told(b"{'OldName':'a','NewName':'Rename'}").contains("Rename"));
        assert!(told(b"\xff").contains("UTF-8"));
    }
}
