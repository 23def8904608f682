//! Names and paths in the folder tree.

use crate::problem::{Outcome, Problem};
use unicode_normalization::UnicodeNormalization;

/// The most levels that a path may have.
const MAX_DEPTH: usize = 64;

/// The name of a node in NFC, as siblings are compared.
///
/// # Errors
/// `Invalid` naming `field` for a name that is empty, longer than 255 characters, `.` or `..`, or that holds a slash,
/// a backslash or a control character.
pub fn name(field: &str, text: &str) -> Outcome<String> {
    let name: String = text.nfc().collect();
    let length = name.chars().count();
    if length == 0 || name.trim().is_empty() || length > 255 {
        return Err(Problem::invalid(field, "use 1 to 255 characters."));
    }
    if name == "." || name == ".." || name.chars().any(|c| c.is_control() || c == '/' || c == '\\') {
        return Err(Problem::invalid(field, "the name may not be . or .., nor hold slashes or control characters."));
    }
    Ok(name)
}

/// The segments of a folder's path from the root; `""` and `"/"` are the root itself.
///
/// # Errors
/// `Invalid` naming `field` for a path with a bad segment or with more than 64 levels.
pub fn path(field: &str, text: &str) -> Outcome<Vec<String>> {
    let inner = text.trim_matches('/');
    if inner.is_empty() {
        return Ok(Vec::new());
    }
    let segments = inner.split('/').map(|segment| name(field, segment)).collect::<Outcome<Vec<_>>>()?;
    if segments.len() > MAX_DEPTH {
        return Err(Problem::invalid(field, format!("use at most {MAX_DEPTH} levels.")));
    }
    Ok(segments)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_split_and_normalised() {
        assert_eq!(path("folder", "/").unwrap(), Vec::<String>::new());
        assert_eq!(path("folder", "Asset Reports/Regional").unwrap(), ["Asset Reports", "Regional"]);
        assert_eq!(path("folder", "Cafe\u{301}").unwrap(), ["Café"], "compared after NFC");
    }

    #[test]
    fn bad_names_are_refused_and_name_the_field() {
        for text in ["a//b", "..", "a/./b", "tab\there", "back\\slash", &"x".repeat(256), &"a/".repeat(65)] {
            let problem = path("folder", text).unwrap_err();
            assert!(problem.to_string().starts_with("folder: "), "{text:?}: {problem}");
        }
    }
}
