//! What a role may do in a folder and in all that is below it. Rules narrow what the role may do anyway; they never widen it.

use crate::credential::{Permission, Role};
use crate::literal::literals;
use crate::problem::{Outcome, Problem};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

literals! {
    /// What a rule leaves to a role.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
    pub enum Access {
        /// The folder and all that is in it is not there for the role.
        None = "none",
        /// The role sees what is there, and changes none of it.
        Read = "read",
        /// Whatever the role may do.
        Write = "write",
    }
}

/// The rules of one folder, by role.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Rules(BTreeMap<Role, Access>);

impl Rules {
    /// The rules with one more, or with another in its place.
    #[must_use]
    pub fn with(mut self, role: Role, access: Access) -> Self {
        self.0.insert(role, access);
        self
    }
}

impl Access {
    /// What is left below a folder with these rules, if this is what is left above it. The nearest rule counts; but what is
    /// hidden hides all that is in it.
    #[must_use]
    pub fn under(self, rules: &Rules, role: Role) -> Self {
        match (self, rules.0.get(&role)) {
            (Self::None, _) => Self::None,
            (_, Some(rule)) => *rule,
            (inherited, None) => inherited,
        }
    }

    /// Whether `role` may change folders here.
    pub fn writable(self, role: Role) -> bool {
        self == Self::Write && role.holds(Permission::FolderWrite)
    }
}

/// The body of `PUT /api/folders/access`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewRule {
    /// The folder's path; the root is `/`.
    pub path: String,
    pub role: Role,
    pub access: Access,
    pub workspace: Option<String>,
}

impl NewRule {
    /// # Errors
    /// `Invalid` for a rule about administrators: somebody must be left who can take a rule back.
    pub fn check(&self) -> Outcome<()> {
        match self.role {
            Role::Admin => {
                Err(Problem::invalid("role", "use viewer, publisher or designer: admins reach every folder."))
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(access: Access) -> Rules {
        Rules::default().with(Role::Designer, access)
    }

    #[test]
    fn the_nearest_rule_counts_and_what_is_hidden_hides_all_that_is_in_it() {
        let role = Role::Designer;
        assert_eq!(Access::Write.under(&Rules::default(), role), Access::Write, "no rule");
        assert_eq!(Access::Write.under(&rules(Access::Read), role), Access::Read);
        assert_eq!(Access::Read.under(&rules(Access::Write), role), Access::Write, "opened again further down");
        assert_eq!(
            Access::None.under(&rules(Access::Write), role),
            Access::None,
            "nothing shows inside what is hidden"
        );
        assert_eq!(Access::Write.under(&rules(Access::None), Role::Viewer), Access::Write, "a rule for another role");
    }

    #[test]
    fn a_rule_never_gives_what_the_role_lacks() {
        assert!(Access::Write.writable(Role::Designer) && !Access::Write.writable(Role::Publisher));
        assert!(!Access::Read.writable(Role::Admin));
    }

    #[test]
    fn rules_are_kept_under_the_names_of_the_roles() {
        let kept = serde_json::to_string(&rules(Access::None)).unwrap();
        assert_eq!(kept, r#"{"designer":"none"}"#);
        assert_eq!(serde_json::from_str::<Rules>(&kept).unwrap(), rules(Access::None));
    }
}
