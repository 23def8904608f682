//! For which roles there are rules about folders, in which workspaces: most callers need not look at the folders above a report at all.

use domain::credential::Role;
use serde::Deserialize;

/// The marks of roles. A mark that is not understood counts for every role of every workspace: then the rules themselves are read, which
/// takes longer and hides what they hide. To pass it over would show it.
#[derive(Debug, Default, Deserialize)]
pub struct Restricted {
    #[serde(default)]
    roles: Vec<String>,
}

impl Restricted {
    /// Whether any folder of the workspace may have a rule for the role.
    pub fn holds(&self, workspace: &str, role: Role) -> bool {
        let marked = |mark: &String| read(mark).is_none_or(|found| found == (workspace, role));
        role != Role::Admin && self.roles.iter().any(marked)
    }
}

/// The mark of a role in a workspace.
pub(super) fn mark(workspace: &str, role: Role) -> String {
    format!("{workspace}#{}", capitalized(role))
}

fn read(mark: &str) -> Option<(&str, Role)> {
    let (workspace, text) = mark.split_once('#')?;
    let role = Role::ALL.iter().find(|role| capitalized(**role) == text || role.as_str() == text)?;
    Some((workspace, *role))
}

/// As marks have spelled roles from the beginning.
const fn capitalized(role: Role) -> &'static str {
    match role {
        Role::Viewer => "Viewer",
        Role::Publisher => "Publisher",
        Role::Designer => "Designer",
        Role::Admin => "Admin",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(marks: &[&str]) -> Restricted {
        Restricted { roles: marks.iter().map(|mark| (*mark).to_owned()).collect() }
    }

    #[test]
    fn a_mark_is_written_as_it_always_was() {
        let marks: Vec<_> = Role::ALL.iter().map(|role| mark("default", *role)).collect();
        assert_eq!(marks, ["default#Viewer", "default#Publisher", "default#Designer", "default#Admin"]);
    }

    #[test]
    fn a_mark_counts_for_its_role_in_its_workspace() {
        for text in ["default#Viewer", "default#viewer"] {
            let restricted = marked(&[text]);
            assert!(restricted.holds("default", Role::Viewer), "{text}");
            assert!(!restricted.holds("default", Role::Designer) && !restricted.holds("other", Role::Viewer), "{text}");
        }
        assert!(!marked(&[]).holds("default", Role::Viewer));
    }

    #[test]
    fn a_mark_that_is_not_understood_restricts_every_role_but_that_of_administrators() {
        for text in ["default#Reader", "default", "", "default#Viewer#2"] {
            let restricted = marked(&[text]);
            assert!(restricted.holds("default", Role::Designer) && restricted.holds("other", Role::Viewer), "{text}");
            assert!(!restricted.holds("default", Role::Admin), "{text}");
        }
    }
}
