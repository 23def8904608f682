//! For which roles there are rules about folders, in which workspaces: most callers need not look at the folders above a report at all.

use crate::table::Item;
use aws_sdk_dynamodb::types::AttributeValue;
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

/// The mark of a role in a workspace, in the layout that is written.
pub(super) fn mark(workspace: &str, role: Role) -> String {
    format!("{workspace}#{}", first_spelling(role))
}

fn read(mark: &str) -> Option<(&str, Role)> {
    let (workspace, text) = mark.split_once('#')?;
    Some((workspace, *Role::ALL.iter().find(|role| role.as_str() == text)?))
}

/// Spells the roles of marks of the first layout as the second one does. A mark that it does not know stays as it is.
pub(crate) fn respell_marks(item: &mut Item) {
    let Some(AttributeValue::Ss(marks)) = item.get_mut("roles") else { return };
    for mark in marks {
        let Some((workspace, text)) = mark.split_once('#') else { continue };
        let role = Role::ALL.iter().find(|role| first_spelling(**role) == text);
        *mark = role.map_or(mark.clone(), |role| format!("{workspace}#{role}"));
    }
}

/// A role as the first layout spells it.
const fn first_spelling(role: Role) -> &'static str {
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
        let restricted = marked(&["default#viewer"]);
        assert!(restricted.holds("default", Role::Viewer));
        assert!(!restricted.holds("default", Role::Designer) && !restricted.holds("other", Role::Viewer));
        assert!(!marked(&[]).holds("default", Role::Viewer));
    }

    #[test]
    fn a_mark_that_is_not_understood_restricts_every_role_but_that_of_administrators() {
        for text in ["default#reader", "default#Viewer", "default", "", "default#viewer#2"] {
            let restricted = marked(&[text]);
            assert!(restricted.holds("default", Role::Designer) && restricted.holds("other", Role::Viewer), "{text}");
            assert!(!restricted.holds("default", Role::Admin), "{text}");
        }
    }
}
