//! The tree as a caller sees it, from the nodes as they are kept: each by itself, with the id of its parent.

use super::{
    MAX_HEIGHT,
    access::{Access, Rules},
};
use crate::credential::Role;
use crate::report::Kind;
use std::collections::{HashMap, HashSet};

/// A node as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    pub id: String,
    pub parent: String,
    pub name: String,
    /// The kind of a report; `None`: a folder.
    pub kind: Option<Kind>,
    pub rules: Rules,
}

/// A node with what is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Branch {
    pub name: String,
    /// The kind of a report; `None`: a folder.
    pub kind: Option<Kind>,
    /// Whether the caller may not change it.
    pub readonly: bool,
    /// What is in a folder; `None` for a report, and for a folder that was not looked into.
    pub children: Option<Vec<Branch>>,
}

/// What a caller asks of a list.
#[derive(Debug, Clone, Copy)]
pub struct View {
    pub role: Role,
    /// What is left to the role at the top of the list.
    pub access: Access,
    /// How many levels are shown; `None`: all.
    pub depth: Option<usize>,
}

/// The tree below the folder `root`. Siblings are in one list by name without regard to case, equal ones by code point. What
/// the role may not see is left out; nodes that no way leads to are too.
pub fn tree(root: &str, nodes: Vec<Node>, view: View) -> Vec<Branch> {
    let mut children: HashMap<String, Vec<Node>> = HashMap::new();
    for node in nodes {
        children.entry(node.parent.clone()).or_default().push(node);
    }
    let depth = view.depth.unwrap_or(MAX_HEIGHT).min(MAX_HEIGHT);
    branches(&mut children, root, View { depth: Some(depth), ..view })
}

/// Takes the children out, so that no node is shown twice and the work ends, whatever the nodes say.
fn branches(children: &mut HashMap<String, Vec<Node>>, folder: &str, view: View) -> Vec<Branch> {
    let nodes = children.remove(folder).unwrap_or_default();
    let mut found: Vec<_> = nodes.into_iter().filter_map(|node| branch(children, node, view)).collect();
    found.sort_by_cached_key(|branch| (branch.name.to_lowercase(), branch.name.clone()));
    found
}

fn branch(children: &mut HashMap<String, Vec<Node>>, node: Node, view: View) -> Option<Branch> {
    let access = view.access.under(&node.rules, view.role);
    if access == Access::None {
        return None;
    }
    let below = View { access, depth: view.depth.map(|depth| depth.saturating_sub(1)), ..view };
    let looked_into = node.kind.is_none() && below.depth != Some(0);
    Some(Branch {
        readonly: !access.writable(view.role),
        children: looked_into.then(|| branches(children, &node.id, below)),
        name: node.name,
        kind: node.kind,
    })
}

/// The nodes that no way leads to from `root`, and the parents that are not there. A list that was read while others moved
/// nodes can have such; in the tree itself there are none.
pub fn strays(root: &str, nodes: &[Node]) -> HashSet<String> {
    let parents: HashMap<_, _> = nodes.iter().map(|node| (node.id.as_str(), node.parent.as_str())).collect();
    let mut rooted = HashSet::from([root]);
    let mut strays = HashSet::new();
    for node in nodes {
        let (mut way, mut at) = (Vec::new(), node.id.as_str());
        while !rooted.contains(at) && !way.contains(&at) {
            way.push(at);
            match parents.get(at) {
                Some(parent) => at = parent,
                None => break,
            }
        }
        match rooted.contains(at) {
            true => rooted.extend(way),
            false => strays.extend(way.into_iter().map(str::to_owned)),
        }
    }
    strays
}

/// What is left to a role in each folder of a workspace.
pub struct Reach {
    role: Role,
    folders: HashMap<String, (String, Rules)>,
}

impl Reach {
    /// From the folders of a workspace, its root included if it has rules: id, parent, rules.
    pub fn new(role: Role, folders: impl IntoIterator<Item = (String, String, Rules)>) -> Self {
        let folders = folders.into_iter().map(|(id, parent, rules)| (id, (parent, rules))).collect();
        Self { role, folders }
    }

    /// Adds a folder.
    pub fn add(&mut self, id: String, parent: String, rules: Rules) {
        self.folders.insert(id, (parent, rules));
    }

    /// Whether the folder with this id was added.
    pub fn knows(&self, id: &str) -> bool {
        self.folders.contains_key(id)
    }

    /// What is left in the folder with this id below `root`. Nothing is left in a folder that no way leads to: no rule that
    /// was not seen may be passed over.
    pub fn access(&self, root: &str, folder: &str) -> Access {
        let (mut way, mut at) = (Vec::new(), folder);
        while at != root {
            match self.folders.get(at) {
                Some((parent, rules)) if way.len() < MAX_HEIGHT => {
                    way.push(rules);
                    at = parent;
                }
                _ => return Access::None,
            }
        }
        way.extend(self.folders.get(root).map(|(_, rules)| rules));
        way.into_iter().rev().fold(Access::Write, |access, rules| access.under(rules, self.role))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: View = View { role: Role::Designer, access: Access::Write, depth: None };

    fn folder(id: &str, parent: &str, name: &str) -> Node {
        Node { id: id.into(), parent: parent.into(), name: name.into(), kind: None, rules: Rules::default() }
    }

    fn report(id: &str, parent: &str, name: &str) -> Node {
        Node { kind: Some(Kind::Dashboard), ..folder(id, parent, name) }
    }

    fn names(branches: &[Branch]) -> Vec<&str> {
        branches.iter().map(|branch| branch.name.as_str()).collect()
    }

    #[test]
    fn folders_and_reports_are_in_one_list_by_name_without_regard_to_case() {
        let nodes = ["b", "a", "B", "Ä", "C"].map(|name| report(name, "root", name));
        let listed = tree("root", nodes.into_iter().chain([folder("f", "root", "bb")]).collect(), ALL);
        assert_eq!(names(&listed), ["a", "B", "b", "bb", "C", "Ä"]);
        assert_eq!(listed[3].children, Some(Vec::new()), "an empty folder");
        assert_eq!(listed[0].children, None, "a report");
    }

    #[test]
    fn what_a_role_may_not_see_is_left_out_with_all_that_is_in_it() {
        let hidden = Node { rules: Rules::default().with(Role::Designer, Access::None), ..folder("h", "root", "h") };
        let fixed = Node { rules: Rules::default().with(Role::Designer, Access::Read), ..folder("f", "root", "f") };
        let nodes = vec![hidden, fixed, report("r1", "h", "secret"), report("r2", "f", "seen")];
        let listed = tree("root", nodes.clone(), ALL);
        assert_eq!(names(&listed), ["f"]);
        assert!(listed[0].readonly && listed[0].children.as_ref().unwrap()[0].readonly);
        assert_eq!(names(&tree("root", nodes, View { role: Role::Viewer, ..ALL })), ["f", "h"]);
    }

    #[test]
    fn folders_below_the_depth_are_shown_but_not_looked_into() {
        let nodes = vec![folder("a", "root", "a"), folder("b", "a", "b"), folder("c", "b", "c")];
        let listed = tree("root", nodes, View { depth: Some(2), ..ALL });
        let a = listed[0].children.as_ref().unwrap();
        assert_eq!((names(a), a[0].children.as_ref()), (vec!["b"], None));
    }

    #[test]
    fn nodes_that_no_way_leads_to_are_found_and_not_shown() {
        let nodes =
            vec![folder("a", "root", "a"), folder("b", "gone", "b"), folder("x", "y", "x"), folder("y", "x", "y")];
        let mut found: Vec<_> = strays("root", &nodes).into_iter().collect();
        found.sort();
        assert_eq!(found, ["b", "gone", "x", "y"]);
        assert_eq!(names(&tree("root", nodes, ALL)), ["a"]);
    }

    #[test]
    fn the_reach_of_a_role_comes_from_the_rules_on_the_way_down() {
        let rules = |access| Rules::default().with(Role::Viewer, access);
        let reach = Reach::new(
            Role::Viewer,
            [
                ("root".into(), String::new(), rules(Access::Read)),
                ("a".into(), "root".into(), rules(Access::None)),
                ("b".into(), "a".into(), rules(Access::Write)),
                ("c".into(), "root".into(), Rules::default()),
            ],
        );
        let at = |folder| reach.access("root", folder);
        assert_eq!([at("root"), at("a"), at("b"), at("c")], [Access::Read, Access::None, Access::None, Access::Read]);
        assert_eq!(at("nowhere"), Access::None);
    }
}
