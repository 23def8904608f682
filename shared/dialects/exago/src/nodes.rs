//! The tree: `GET /rest/reports/list`.

use domain::{credential::Role, report::Kind, tree::listing::Branch};
use serde::{Serialize, Serializer};

/// The top node, which has nothing but its nodes. Source: “Exago BI, REST: Folders and Report Tree”.
#[derive(Serialize)]
pub struct Tree<'a> {
    entity: Vec<Node<'a>>,
}

/// A folder or a report. `entity` is `null` for a report, and for a folder below the depth that was asked for.
#[derive(Serialize)]
struct Node<'a> {
    name: &'a str,
    leaf_flag: bool,
    readonly_flag: bool,
    #[serde(rename = "type")]
    kind: Option<Kind>,
    user: &'static str,
    #[serde(serialize_with = "entity")]
    entity: (Option<&'a [Branch]>, &'static str),
}

impl<'a> Tree<'a> {
    /// The tree as `role` sees it.
    pub fn new(branches: &'a [Branch], role: Role) -> Self {
        let user = role_name(role);
        Self { entity: branches.iter().map(|branch| Node::new(branch, user)).collect() }
    }
}

impl<'a> Node<'a> {
    fn new(branch: &'a Branch, user: &'static str) -> Self {
        Self {
            name: &branch.name,
            leaf_flag: branch.kind.is_some(),
            readonly_flag: branch.readonly,
            kind: branch.kind,
            user,
            entity: (branch.children.as_deref(), user),
        }
    }
}

/// Writes the nodes as they are walked, so that a large tree is not held twice.
fn entity<S: Serializer>((children, user): &(Option<&[Branch]>, &'static str), to: S) -> Result<S::Ok, S::Error> {
    match children {
        Some(children) => to.collect_seq(children.iter().map(|child| Node::new(child, user))),
        None => to.serialize_none(),
    }
}

/// The active role, as `user` names it.
pub fn role_name(role: Role) -> &'static str {
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
    use serde_json::json;

    #[test]
    fn nodes_have_exactly_the_fields_of_the_document() {
        let leaf = Branch { name: "Sales".into(), kind: Some(Kind::ExpressView), readonly: true, children: None };
        let empty = Branch { name: "Empty".into(), kind: None, readonly: false, children: Some(Vec::new()) };
        let folder = Branch { name: "Asset Reports".into(), children: Some(vec![leaf, empty]), ..unread() };
        let listed = serde_json::to_value(Tree::new(&[folder, unread()], Role::Admin)).unwrap();
        let node = |name: &str, leaf: bool, readonly: bool, kind: Option<&str>, entity: serde_json::Value| json!({"name": name, "leaf_flag": leaf, "readonly_flag": readonly, "type": kind, "user": "Admin", "entity": entity});
        let inner = json!([
            node("Sales", true, true, Some("expressview"), json!(null)),
            node("Empty", false, false, None, json!([])),
        ]);
        let expected =
            [node("Asset Reports", false, false, None, inner), node("Unread", false, false, None, json!(null))];
        assert_eq!(listed, json!({ "entity": expected }));
    }

    fn unread() -> Branch {
        Branch { name: "Unread".into(), kind: None, readonly: false, children: None }
    }
}
