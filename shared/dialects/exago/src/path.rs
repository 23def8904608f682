//! Paths of folders and reports, as bodies and addresses write them.
//!
//! Source: “Exago BI, REST: Folders and Report Tree”. Its samples separate by `/` in addresses and by `\\` in bodies.

use domain::{Outcome, Problem, tree};

pub use domain::tree::shown;

/// The last part of the fixed route below `/rest/folders/`. A folder of this name could not be reached.
const RESERVED: &str = "rename";

/// The path in `field` of a body: `/`, `\` and `\\` separate, and one separator may stand at either end. The root is empty,
/// which the caller may have to refuse. Source: “Exago BI, REST: Folders and Report Tree”.
///
/// # Errors
/// `Invalid` naming `field` for a name that is missing or that [`tree::name`] refuses, and for more than 64 levels.
pub fn from_body(field: &str, text: &str) -> Outcome<Vec<String>> {
    // Pairs first: a program that writes the published sample into proper JSON doubles its backslashes once more, and one that
    // escapes the slash, as JSON allows, means that slash.
    tree::path(field, &text.replace(r"\\", "/").replace(r"\/", "/").replace('\\', "/"))
}

/// The path in an address, which has been decoded once and is taken as it is: a `%` in it is a `%`. The root is empty, which
/// the caller may have to refuse. Source: “Exago BI, REST: Folders and Report Tree”.
///
/// # Errors
/// `Invalid` naming `path` as [`from_body`] does, and for a backslash.
pub fn from_address(text: &str) -> Outcome<Vec<String>> {
    if text.contains('\\') {
        return Err(Problem::invalid("path", "write / between the names, not a backslash."));
    }
    tree::path("path", text)
}

/// Whether a folder may be made at `path`, or moved there.
///
/// # Errors
/// `Invalid` for a folder at the root whose name, in any case, is the end of a fixed route: it would hide behind that route.
pub fn check_new(path: &[String]) -> Outcome<()> {
    let Some(first) = path.first() else { return Ok(()) };
    match first.eq_ignore_ascii_case(RESERVED) {
        false => Ok(()),
        true => Err(Problem::malformed(format!(
            "A folder at the top may not be called {first}: its address would be that of the call {RESERVED}."
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn told(outcome: Outcome<Vec<String>>) -> String {
        outcome.map_or_else(|problem| format!("{} {problem}", problem.status()), |path| shown(&path))
    }

    #[test]
    fn a_body_separates_by_either_slash() {
        let table = [
            ("a slash", "Asset Reports/Regional", "Asset Reports/Regional"),
            ("a backslash", r"Asset Reports\Regional", "Asset Reports/Regional"),
            ("a doubled backslash", r"Asset Reports\\Regional", "Asset Reports/Regional"),
            ("a slash that is escaped", r"a\/b", "a/b"),
            ("all of them", r"a/b\c\\d", "a/b/c/d"),
            ("one in front", r"\a\b", "a/b"),
            ("a doubled one in front", r"\\a\b", "a/b"),
            ("one at each end", "/a/b/", "a/b"),
            ("NFC", "Cafe\u{301}", "Café"),
            ("case is kept", "asset/ASSET", "asset/ASSET"),
            ("a percent sign", "Overseas%Holdings/a%2Fb", "Overseas%Holdings/a%2Fb"),
            ("the root", "", ""),
            ("the root, by a slash", "/", ""),
            ("the root, by a doubled backslash", r"\\", ""),
        ];
        for (what, text, expected) in table {
            assert_eq!(told(from_body("OldName", text)), expected, "{what}");
        }
    }

    #[test]
    fn a_body_with_a_bad_path_is_refused_and_the_field_named() {
        let table = [
            ("two slashes", "a//b", "use 1 to 255 characters."),
            ("three backslashes", r"a\\\b", "use 1 to 255 characters."),
            ("two pairs", r"a\\\\b", "use 1 to 255 characters."),
            ("a slash and a backslash", r"a/\b", "use 1 to 255 characters."),
            ("two in front", "//a", "use 1 to 255 characters."),
            ("two at the end", "a//", "use 1 to 255 characters."),
            ("only slashes", "///", "use 1 to 255 characters."),
            ("a blank name", "a/ /b", "use 1 to 255 characters."),
            ("a long name", &"é".repeat(256), "use 1 to 255 characters."),
            ("up", r"a\..\b", "the name may not be . or .., nor hold slashes or control characters."),
            ("a tab", "a\tb", "the name may not be . or .., nor hold slashes or control characters."),
            ("too deep", &vec!["a"; 65].join("\\"), "use at most 64 levels."),
        ];
        for (what, text, expected) in table {
            assert_eq!(told(from_body("OldName", text)), format!("400 OldName: {expected}"), "{what}");
        }
    }

    #[test]
    fn an_address_separates_by_slashes_and_is_not_decoded_again() {
        let table = [
            ("a slash", "Asset Reports/Regional", "Asset Reports/Regional"),
            ("a slash at the end", "Asset Reports/", "Asset Reports"),
            ("the slip of the published sample", "Asset Reports/Overseas%Holdings", "Asset Reports/Overseas%Holdings"),
            ("an escape that was escaped", "a%20b", "a%20b"),
            ("a plus sign", "a+b", "a+b"),
            ("the root", "/", ""),
            ("two slashes", "a//b", "400 path: use 1 to 255 characters."),
            ("a backslash", r"a\b", "400 path: write / between the names, not a backslash."),
        ];
        for (what, text, expected) in table {
            assert_eq!(told(from_address(text)), expected, "{what}");
        }
    }

    #[test]
    fn a_folder_that_would_hide_behind_a_call_is_refused() {
        let table = [
            ("the call itself", "rename", false),
            ("in another case", "ReName", false),
            ("another word", "Access", true),
            ("what would be in it", "rename/a", false),
            ("further down it is a name like any other", "a/rename", true),
            ("a longer name", "renamed", true),
            ("the root", "", true),
        ];
        for (what, text, allowed) in table {
            assert_eq!(check_new(&from_address(text).unwrap()).is_ok(), allowed, "{what}");
        }
        let problem = check_new(&["Rename".into()]).unwrap_err();
        assert_eq!(problem.status(), 400);
        assert!(problem.to_string().contains("Rename: its address would be that of the call rename"), "{problem}");
    }

    proptest! {
        #[test]
        fn a_path_that_is_shown_is_read_as_itself(text in "[a-z%. /\\\\é\u{301}]{0,40}") {
            if let Ok(path) = from_body("path", &text) {
                prop_assert_eq!(&from_address(&shown(&path)).unwrap(), &path);
                prop_assert_eq!(&from_body("path", &shown(&path)).unwrap(), &path);
            }
        }
    }
}
