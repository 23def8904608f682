//! The tree as `GET /rest/reports/list` tells it.

use super::model::Tree;
use serde_json::Value;
use std::collections::BTreeSet;

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Folder,
    Report,
}

/// The fields of a node, neither more nor less.
const FIELDS: [&str; 6] = ["entity", "leaf_flag", "name", "readonly_flag", "type", "user"];

/// All nodes of a list by their paths, and what is wrong with the list itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listing {
    pub nodes: BTreeSet<(String, Kind)>,
    pub faults: Vec<String>,
}

impl Listing {
    /// Reads the body of an answer.
    pub fn read(body: &Value) -> Self {
        let mut listing = Self::default();
        match body["entity"].as_array() {
            Some(entities) => listing.add(entities, ""),
            None => listing.faults.push(format!("the list has no array `entity`: {body}")),
        }
        listing
    }

    /// The folders alone.
    pub fn folders(&self) -> Tree {
        let folders = self.nodes.iter().filter(|(_, kind)| *kind == Kind::Folder);
        folders.map(|(path, _)| path.as_str()).collect()
    }

    fn add(&mut self, siblings: &[Value], parent: &str) {
        if !siblings.is_sorted_by_key(order) {
            let names: Vec<_> = siblings.iter().map(|node| node["name"].to_string()).collect();
            self.faults.push(format!("the nodes in {parent:?} are not in order: {}", names.join(", ")));
        }
        for node in siblings {
            self.add_node(node, parent);
        }
    }

    fn add_node(&mut self, node: &Value, parent: &str) {
        let name = node["name"].as_str().unwrap_or_default();
        let path = if parent.is_empty() { name.to_owned() } else { format!("{parent}/{name}") };
        self.check_fields(node, &path);
        let kind = if node["entity"].is_array() { Kind::Folder } else { Kind::Report };
        if kind == Kind::Folder && !node["type"].is_null() {
            self.faults.push(format!("the folder {path} has the type {}", node["type"]));
        }
        if !self.nodes.insert((path.clone(), kind)) {
            self.faults.push(format!("{path} is listed twice"));
        }
        self.add(node["entity"].as_array().map_or(&[], Vec::as_slice), &path);
    }

    fn check_fields(&mut self, node: &Value, path: &str) {
        let mut fields: Vec<_> = node.as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect();
        fields.sort_unstable();
        if fields != FIELDS {
            self.faults.push(format!("{path} has the fields {fields:?}"));
        }
    }
}

/// Siblings stand by their names without regard to case, those that are the same then by code points.
fn order(node: &Value) -> (String, String) {
    let name = node["name"].as_str().unwrap_or_default();
    (name.to_lowercase(), name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn folder(name: &str, entity: &Value) -> Value {
        json!({"name": name, "leaf_flag": false, "readonly_flag": false, "type": null, "user": "u", "entity": entity})
    }

    fn report(name: &str) -> Value {
        json!({"name": name, "leaf_flag": true, "readonly_flag": false, "type": "advanced", "user": "u", "entity": null})
    }

    #[test]
    fn nodes_are_known_by_their_paths() {
        let inner = json!([report("Plan"), folder("z", &json!([]))]);
        let listing =
            Listing::read(&json!({"entity": [folder("A", &inner), folder("a", &json!([])), folder("É", &json!([]))]}));
        assert_eq!(listing.faults, Vec::<String>::new());
        assert_eq!(listing.folders(), ["A", "A/z", "a", "É"].into_iter().collect());
        assert!(listing.nodes.contains(&("A/Plan".into(), Kind::Report)));
    }

    #[test]
    fn faults_of_the_list_itself_are_told() {
        let faults = |entity: Value| Listing::read(&json!({ "entity": entity })).faults.join("; ");
        assert!(faults(json!("none")).contains("no array"));
        assert!(faults(json!([folder("b", &json!([])), folder("a", &json!([]))])).contains("not in order"));
        assert!(faults(json!([folder("a", &json!([])), folder("A", &json!([]))])).contains("not in order"));
        assert!(faults(json!([report("a"), report("a")])).contains("twice"));
        assert!(faults(json!([{"name": "a"}])).contains("fields"));
        let mut typed = folder("a", &json!([]));
        typed["type"] = json!("folder");
        assert!(faults(json!([typed])).contains("type"));
    }
}
