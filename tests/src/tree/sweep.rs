//! The tree as DynamoDB holds it, and what is wrong with it.
//!
//! Every node has its item under `TREE#<workspace>`, and a second one under `NAMES#<workspace>#<parent>` that keeps its name from being
//! given to another. Each transaction writes both, and the number of children of the folders it changes. A report has a row in each order
//! of lists besides, under `REPORTS#<order>#<workspace>`, and is counted under `COUNT#<workspace>`. A fault here is a write that went through by
//! itself.

use super::listing::{Kind, Listing};
use crate::{aws::Aws, variable};
use aws_sdk_dynamodb::types::AttributeValue;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fmt::Debug,
    str::FromStr,
};

type Item = HashMap<String, AttributeValue>;

/// A folder or a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    pub id: String,
    pub parent: String,
    pub name: String,
    pub kind: Kind,
    pub children: u64,
}

/// The item that a name is taken by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    pub parent: String,
    pub name: String,
    pub id: String,
    pub kind: Kind,
}

/// The orders of lists of reports.
pub const ORDERS: [&str; 3] = ["name", "createdAt", "updatedAt"];

/// A row of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub order: String,
    pub id: String,
    pub parent: String,
    pub name: String,
}

/// All items of a workspace's tree at one moment. The root is the folder whose id is the workspace's code.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Snapshot {
    pub root: String,
    pub nodes: Vec<Node>,
    pub names: Vec<Name>,
    pub rows: Vec<Row>,
    /// How many reports are counted.
    pub count: i64,
}

impl Snapshot {
    /// Reads the nodes of a workspace, and the names in each folder there is. Names in folders that are gone are seen by
    /// [`Snapshot::read_all`] only.
    pub async fn read(aws: &Aws, workspace: &str) -> Self {
        let mut snapshot = Self { root: workspace.to_owned(), ..Self::default() };
        snapshot.add_all(aws.partition(&format!("TREE#{workspace}")).await);
        let mut parents: BTreeSet<_> = snapshot.nodes.iter().map(|node| node.parent.clone()).collect();
        parents.extend(snapshot.nodes.iter().filter(|node| node.kind == Kind::Folder).map(|node| node.id.clone()));
        parents.insert(workspace.to_owned());
        for parent in parents {
            snapshot.add_all(aws.partition(&format!("NAMES#{workspace}#{parent}")).await);
        }
        for order in ORDERS {
            snapshot.add_all(aws.partition(&format!("REPORTS#{order}#{workspace}")).await);
        }
        snapshot.add_all(aws.partition(&format!("COUNT#{workspace}")).await);
        snapshot
    }

    /// The trees of all workspaces, from every item of the table.
    pub async fn read_all(aws: &Aws) -> Vec<Self> {
        let mut trees: BTreeMap<String, Self> = BTreeMap::new();
        for item in aws.everything().await {
            let Some(root) = workspace(&item).map(str::to_owned) else { continue };
            trees.entry(root.clone()).or_insert_with(|| Self { root, ..Self::default() }).add(&item);
        }
        trees.into_values().collect()
    }

    fn add_all(&mut self, items: Vec<Item>) {
        items.iter().for_each(|item| self.add(item));
    }

    fn add(&mut self, item: &Item) {
        let (pk, sk) = (text(item, "pk"), text(item, "sk"));
        if let Some((order, _)) = pk.strip_prefix("REPORTS#").and_then(|rest| rest.split_once('#')) {
            let [id, parent, name] = ["uid", "parent", "name"].map(|attribute| text(item, attribute).to_owned());
            return self.rows.push(Row { order: order.to_owned(), id, parent, name });
        }
        if pk.starts_with("COUNT#") {
            self.count += number::<i64>(item, "reports");
            return;
        }
        let kind = kind(item);
        match pk.strip_prefix(&format!("NAMES#{}#", self.root)) {
            Some(parent) => {
                // A name too long for a key is in the item only.
                let name = item.get("name").and_then(|name| name.as_s().ok()).map_or(sk, String::as_str);
                self.names.push(Name { parent: parent.into(), name: name.into(), id: text(item, "id").into(), kind });
            }
            // The root itself has no place.
            None if sk == self.root => {}
            None => self.nodes.push(Node {
                id: sk.into(),
                parent: text(item, "parent").into(),
                name: text(item, "name").into(),
                kind,
                children: number(item, "children"),
            }),
        }
    }

    /// What is wrong with the tree, each in a sentence.
    pub fn faults(&self) -> Vec<String> {
        let of_nodes =
            [self.orphans(), self.cycles(), self.twins(), self.unnamed(), self.stray_names(), self.miscounted()];
        let of_lists = ORDERS.map(|order| self.mislisted(order));
        of_nodes.into_iter().chain(of_lists).flatten().chain(self.uncounted()).collect()
    }

    /// Every node by its path; those that no path leads to are left out.
    pub fn paths(&self) -> BTreeSet<(String, Kind)> {
        self.nodes.iter().filter_map(|node| Some((self.path(node)?, node.kind))).collect()
    }

    /// What the list tells otherwise.
    pub fn differences(&self, listing: &Listing) -> Vec<String> {
        let paths = self.paths();
        let missing = paths.difference(&listing.nodes).map(|(path, kind)| format!("{kind:?} {path} is not listed."));
        let extra = listing.nodes.difference(&paths).map(|(path, kind)| format!("{kind:?} {path} is listed only."));
        missing.chain(extra).chain(listing.faults.iter().cloned()).collect()
    }

    /// What the list of reports, page by page, tells otherwise.
    pub fn unlisted(&self, listed: &[String]) -> Vec<String> {
        let mut names: Vec<_> = self.reports().map(|(.., name)| name.to_owned()).collect();
        names.sort_by_key(|name| name.to_lowercase());
        let right = names.iter().map(|name| name.to_lowercase()).eq(listed.iter().map(|name| name.to_lowercase()));
        if right { Vec::new() } else { vec![format!("The reports {names:?} are listed as {listed:?}.")] }
    }

    fn folders(&self) -> impl Iterator<Item = &Node> {
        self.nodes.iter().filter(|node| node.kind == Kind::Folder)
    }

    fn folder(&self, id: &str) -> Option<&Node> {
        self.folders().find(|node| node.id == id)
    }

    fn path(&self, node: &Node) -> Option<String> {
        let above = self.ancestors(node)?;
        let names = above.iter().rev().map(|folder| folder.name.as_str()).chain([node.name.as_str()]);
        Some(names.collect::<Vec<_>>().join("/"))
    }

    /// The folders above a node, the nearest first; none if they do not lead to the root.
    fn ancestors(&self, node: &Node) -> Option<Vec<&Node>> {
        let (mut above, mut next) = (Vec::new(), &node.parent);
        while *next != self.root {
            let folder = self.folder(next)?;
            if above.len() > self.nodes.len() {
                return None;
            }
            above.push(folder);
            next = &folder.parent;
        }
        Some(above)
    }

    fn orphans(&self) -> Vec<String> {
        let orphan = |node: &&Node| node.parent != self.root && self.folder(&node.parent).is_none();
        let told = |node: &Node| format!("{node} is in {}, which is no folder of the tree.", node.parent);
        self.nodes.iter().filter(orphan).map(told).collect()
    }

    fn cycles(&self) -> Vec<String> {
        let circling = |node: &&Node| {
            let mut next = Some(*node);
            for _ in 0..=self.nodes.len() {
                next = next.and_then(|node| self.folder(&node.parent));
            }
            next.is_some()
        };
        self.nodes.iter().filter(circling).map(|node| format!("{node} is in or below a cycle.")).collect()
    }

    fn twins(&self) -> Vec<String> {
        let mut seen = BTreeSet::new();
        let mut place = |node: &Node| seen.insert((node.parent.clone(), node.name.clone()));
        let twins = self.nodes.iter().filter(|node| !place(node));
        twins.map(|node| format!("{node} has the name of another node in {}.", node.parent)).collect()
    }

    fn unnamed(&self) -> Vec<String> {
        let named = |node: &Node| self.names.iter().any(|name| name.is_of(node));
        self.nodes
            .iter()
            .filter(|node| !named(node))
            .map(|node| format!("{node} has no name item in {}.", node.parent))
            .collect()
    }

    fn stray_names(&self) -> Vec<String> {
        let stray = |name: &&Name| !self.nodes.iter().any(|node| name.is_of(node));
        let told = |name: &Name| {
            format!(
                "The name {:?} in {} is taken by {:?} {}, which is not there.",
                name.name, name.parent, name.kind, name.id
            )
        };
        self.names.iter().filter(stray).map(told).collect()
    }

    /// The reports, as a row tells them.
    fn reports(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        let reports = self.nodes.iter().filter(|node| node.kind == Kind::Report);
        reports.map(|node| (node.id.as_str(), node.parent.as_str(), node.name.as_str()))
    }

    fn mislisted(&self, order: &str) -> Vec<String> {
        let mut reports: Vec<_> = self.reports().collect();
        let mut faults = Vec::new();
        for row in self.rows.iter().filter(|row| row.order == order) {
            match reports.iter().position(|report| *report == (row.id.as_str(), row.parent.as_str(), row.name.as_str()))
            {
                Some(position) => drop(reports.swap_remove(position)),
                None => {
                    faults.push(format!("{:?} ({}) is listed by {order} and not so in the tree.", row.name, row.id))
                }
            }
        }
        let missing = |(id, _, name): &(&str, &str, &str)| format!("{name:?} ({id}) is not listed by {order}.");
        faults.extend(reports.iter().map(missing));
        faults
    }

    fn uncounted(&self) -> Option<String> {
        let reports = self.reports().count();
        let right = usize::try_from(self.count).is_ok_and(|count| count == reports);
        (!right).then(|| format!("{} reports are counted and {reports} are there.", self.count))
    }

    fn miscounted(&self) -> Vec<String> {
        let children = |folder: &Node| self.nodes.iter().filter(|node| node.parent == folder.id).count() as u64;
        let wrong = self.folders().filter(|folder| folder.children != children(folder));
        wrong
            .map(|folder| format!("{folder} counts {} children and has {}.", folder.children, children(folder)))
            .collect()
    }
}

impl Name {
    fn is_of(&self, node: &Node) -> bool {
        (&self.parent, &self.name, &self.id, self.kind) == (&node.parent, &node.name, &node.id, node.kind)
    }
}

impl std::fmt::Display for Node {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} {:?} ({})", self.kind, self.name, self.id)
    }
}

/// The workspace whose tree an item belongs to.
fn workspace(item: &Item) -> Option<&str> {
    let pk = text(item, "pk");
    let name = || pk.strip_prefix("NAMES#").and_then(|rest| rest.split_once('#')).map(|(workspace, _)| workspace);
    let row = || pk.strip_prefix("REPORTS#").and_then(|rest| rest.split_once('#')).map(|(_, workspace)| workspace);
    pk.strip_prefix("TREE#").or_else(name).or_else(row).or_else(|| pk.strip_prefix("COUNT#"))
}

fn text<'a>(item: &'a Item, name: &str) -> &'a str {
    item.get(name).and_then(|value| value.as_s().ok()).map_or("", String::as_str)
}

fn number<T: FromStr<Err: Debug> + Default>(item: &Item, name: &str) -> T {
    item.get(name).map_or_else(T::default, |value| value.as_n().unwrap().parse().unwrap())
}

fn kind(item: &Item) -> Kind {
    match text(item, "node") {
        "folder" => Kind::Folder,
        "report" => Kind::Report,
        // The root need not say what it is.
        "" if text(item, "parent").is_empty() => Kind::Folder,
        other => panic!("an item of the tree is a {other:?}: {item:?}"),
    }
}

impl Aws {
    /// All items of the catalog under a partition key, as they are now.
    async fn partition(&self, pk: &str) -> Vec<Item> {
        let query = self.dynamodb.query().table_name(variable("CATALOG_TABLE")).consistent_read(true);
        let query = query.key_condition_expression("pk = :pk");
        let query = query.expression_attribute_values(":pk", AttributeValue::S(pk.to_owned()));
        query.into_paginator().items().send().collect::<Result<_, _>>().await.unwrap()
    }

    /// Every item of the catalog, as it is now.
    async fn everything(&self) -> Vec<Item> {
        let scan = self.dynamodb.scan().table_name(variable("CATALOG_TABLE")).consistent_read(true);
        scan.into_paginator().items().send().collect::<Result<_, _>>().await.unwrap()
    }
}

#[cfg(test)]
#[path = "sweep_tests.rs"]
mod tests;
