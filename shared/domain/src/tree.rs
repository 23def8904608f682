//! The folder tree: names and paths; [`access`], what roles may do in folders; [`listing`], the tree as a caller sees it.

pub mod access;
pub mod listing;

use crate::names::shortened;
use crate::problem::{Outcome, Problem};
use unicode_normalization::UnicodeNormalization;

/// The most levels that a path may have.
pub const MAX_DEPTH: usize = 64;

/// The most levels that are ever looked at. Moving a folder can push what is below it deeper than a path may reach; it is still
/// shown, and comes back in reach when a folder above it moves up.
pub const MAX_HEIGHT: usize = 1_000;

/// The name of a node in NFC, as siblings are compared.
///
/// # Errors
/// `Invalid` naming `field` for a name that is empty, longer than 255 characters, `.` or `..`, or that holds a slash,
/// a backslash, a control character or what stands for a broken one.
pub fn name(field: &str, text: &str) -> Outcome<String> {
    let name: String = text.nfc().collect();
    let length = name.chars().count();
    if length == 0 || name.trim().is_empty() || length > 255 {
        return Err(Problem::invalid(field, "use 1 to 255 characters."));
    }
    if name == "." || name == ".." || name.chars().any(|c| c.is_control() || c == '/' || c == '\\') {
        return Err(Problem::invalid(field, "the name may not be . or .., nor hold slashes or control characters."));
    }
    // What the gateway puts in the place of bytes that are no text: different names would become one.
    if name.contains(char::REPLACEMENT_CHARACTER) {
        return Err(Problem::invalid(field, "the name is no UTF-8 text."));
    }
    Ok(name)
}

/// The segments of a folder's path from the root; `""` and `"/"` are the root itself.
///
/// # Errors
/// `Invalid` naming `field` for a path with a bad segment or with more than 64 levels.
pub fn path(field: &str, text: &str) -> Outcome<Vec<String>> {
    let inner = text.strip_prefix('/').unwrap_or(text);
    let inner = inner.strip_suffix('/').unwrap_or(inner);
    if inner.is_empty() {
        return Ok(Vec::new());
    }
    let segments = inner.split('/').map(|segment| name(field, segment)).collect::<Outcome<Vec<_>>>()?;
    if segments.len() > MAX_DEPTH {
        return Err(Problem::invalid(field, format!("use at most {MAX_DEPTH} levels.")));
    }
    Ok(segments)
}

/// A path as messages and answers write it.
pub fn shown(path: &[String]) -> String {
    path.join("/")
}

/// There is no folder at this path, as far as the caller may know.
pub fn no_folder(path: &[String]) -> Problem {
    Problem::NotFound(format!("There is no folder “{}”.", shortened(&shown(path))))
}

/// Siblings have different names, and another node has this one.
pub fn taken(name: &str) -> Problem {
    Problem::Conflict(format!("name: there is already a “{}” in this folder; choose another name.", shortened(name)))
}

/// A folder that would be moved into itself or below itself; `Conflict` if so.
///
/// # Errors
/// `Conflict`, naming both places.
pub fn outside_itself(old: &[String], new: &[String]) -> Outcome<()> {
    match new.starts_with(old) {
        true => Err(Problem::Conflict(format!(
            "The folder “{}” cannot become “{}”: choose a place outside of it, or another name.",
            shortened(&shown(old)),
            shortened(&shown(new))
        ))),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_split_and_normalised() {
        assert_eq!(path("folder", "/").unwrap(), Vec::<String>::new());
        assert_eq!(path("folder", "Asset Reports/Regional").unwrap(), ["Asset Reports", "Regional"]);
        assert_eq!(path("folder", "/Asset Reports/").unwrap(), ["Asset Reports"]);
        assert_eq!(path("folder", "Cafe\u{301}").unwrap(), ["Café"], "compared after NFC");
    }

    #[test]
    fn bad_names_are_refused_and_name_the_field() {
        let long = "x".repeat(256);
        let deep = "a/".repeat(65);
        for text in ["a//b", "//a", "..", "a/./b", "tab\there", "a\u{fffd}", "back\\slash", &long, &deep] {
            let problem = path("folder", text).unwrap_err();
            assert!(problem.to_string().starts_with("folder: "), "{text:?}: {problem}");
        }
    }

    #[test]
    fn a_folder_never_goes_into_itself_and_a_longer_name_is_not_below_it() {
        let path = |text| path("folder", text).unwrap();
        assert!(outside_itself(&path("a/b"), &path("a/b")).is_err());
        assert!(outside_itself(&path("a/b"), &path("a/b/c/d")).is_err());
        assert!(outside_itself(&path("a/b"), &path("a/bc")).is_ok());
        assert!(outside_itself(&path("a/b"), &path("a")).is_ok());
    }
}
