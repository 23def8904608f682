//! The addresses of the dialect's calls, whose fixed parts are written in any case.

/// The call that renames a folder.
pub const RENAME: &str = "/rest/folders/rename";

/// The address with its fixed parts in lower case, if `path` is one of the dialect's in another casing or with doubled slashes.
/// Names of folders are left as they are. Source: what published clients send (`/Rest/Reports/List`).
pub fn canonical(path: &str) -> Option<String> {
    let mut parts: Vec<_> = path.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect();
    let fixed = match parts.as_slice() {
        [rest, resource, name] if is(rest, "rest") && is(resource, "folders") && is(name, "rename") => 3,
        [rest, resource, call, ..] if is(rest, "rest") && is(resource, "reports") && is(call, "execute") => 4,
        [rest, resource, ..] if is(rest, "rest") && is(resource, "reports") => 3,
        [rest, ..] if is(rest, "rest") => 2,
        _ => 0,
    };
    parts.iter_mut().take(fixed).for_each(|part| part.make_ascii_lowercase());
    let meant = format!("/{}", parts.join("/"));
    (meant != path).then_some(meant)
}

fn is(part: &str, word: &str) -> bool {
    part.eq_ignore_ascii_case(word)
}

#[cfg(test)]
mod tests {
    use super::canonical;

    #[test]
    fn fixed_parts_are_lower_case_and_names_stay_as_they_are() {
        let table = [
            ("/REST/Reports/LIST", Some("/rest/reports/list")),
            ("/rest//reports/list", Some("/rest/reports/list")),
            ("/Rest/Reports/Execute/PDF", Some("/rest/reports/execute/pdf")),
            ("/rest/FOLDERS/Asset Reports/Sales", Some("/rest/folders/Asset Reports/Sales")),
            ("/rest/folders/RENAME", Some("/rest/folders/rename")),
            ("/rest/FOLDERS/RENAME/Sales", Some("/rest/folders/RENAME/Sales")),
            ("/Rest/Sessions/3C04", Some("/rest/sessions/3C04")),
            ("//api//Reports", Some("/api/Reports")),
            ("/rest/reports/list", None),
            ("/api/Reports", None),
        ];
        for (path, meant) in table {
            assert_eq!(canonical(path).as_deref(), meant, "{path}");
        }
    }
}
