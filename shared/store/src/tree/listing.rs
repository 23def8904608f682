//! Reading the tree: the whole of it, the part below a folder, or some levels of that.

use super::{
    Tree,
    node::{Named, NodeKind},
    way::Way,
};
use crate::{
    at_once::side_by_side,
    keys::{name_key, names_partition, node_key, tree_partition},
    layout, sent,
    table::{Item, Key, fault, from_item, s},
};
use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use domain::{
    Outcome, Problem,
    credential::Role,
    report::Kind,
    tree::{
        access::{Access, Rules},
        listing::{Branch, Node, View, strays, tree},
    },
};
use serde::Deserialize;
use std::collections::HashSet;

/// What a list shows of a node.
#[derive(Deserialize)]
struct Listed {
    sk: String,
    parent: String,
    name: String,
    node: NodeKind,
    #[serde(rename = "type")]
    kind: Option<Kind>,
    #[serde(default)]
    access: Rules,
}

const SHOWN: &str = "sk, #parent, #name, #node, #type, #access, #v";

/// How often nodes that no way leads to are read again, before they are left out.
const ROUNDS: usize = 4;

impl From<Listed> for Node {
    fn from(listed: Listed) -> Self {
        let kind = match listed.node {
            NodeKind::Report => listed.kind.or_else(|| Some(Kind::default())),
            NodeKind::Folder => None,
        };
        Self { id: listed.sk, parent: listed.parent, name: listed.name, kind, rules: listed.access }
    }
}

impl Tree {
    /// What a role sees below the folder at `path`, `depth` levels of it or all.
    ///
    /// # Errors
    /// `NotFound` if the folder is not there or hidden from the role.
    pub async fn list(
        &self,
        workspace: &str,
        path: &[String],
        depth: Option<usize>,
        role: Role,
    ) -> Outcome<Vec<Branch>> {
        if path.is_empty() && depth.is_none() {
            let nodes = self.nodes(workspace).await?;
            let root = nodes.iter().find(|node| node.id == workspace).map(|root| root.rules.clone());
            let access = Access::Write.under(&root.unwrap_or_default(), role);
            return Ok(tree(workspace, nodes, View { role, access, depth }));
        }
        let way = self.way(workspace, path, role).await?;
        let nodes = match depth {
            None => self.nodes(workspace).await?,
            Some(depth) => self.levels(&way, depth).await?,
        };
        Ok(tree(way.end(), nodes, View { role, access: way.access(), depth }))
    }

    /// Every node of a workspace. Each is read as it is at one instant, not all at the same one: what was moved meanwhile
    /// can seem to be nowhere, so that is read once more.
    async fn nodes(&self, workspace: &str) -> Outcome<Vec<Node>> {
        let mut nodes: Vec<Node> = self.all(workspace).await?.into_iter().map(Node::from).collect();
        for _ in 0..ROUNDS {
            let lost: HashSet<_> = strays(workspace, &nodes);
            if lost.is_empty() {
                break;
            }
            let keys: Vec<_> = lost.iter().map(|id| node_key(workspace, id)).collect();
            let found: Vec<Listed> = self.catalog.get_all(&keys).await?;
            nodes.retain(|node| !lost.contains(&node.id));
            nodes.extend(found.into_iter().map(Node::from));
        }
        Ok(nodes)
    }

    async fn all(&self, workspace: &str) -> Outcome<Vec<Listed>> {
        let partition = tree_partition(workspace);
        let (mut found, last) = self.first_page(&partition).await?;
        let Some(last) = last else { return Ok(found) };
        // Ids are random, so that what is left is cut into parts of much the same size that are read side by side.
        let parts = parts_after(&last).into_iter().map(|part| {
            let (tree, partition) = (self.clone(), partition.clone());
            async move { tree.part(&partition, part).await }
        });
        for part in side_by_side(parts).await? {
            found.extend(part);
        }
        Ok(found)
    }

    fn query(&self, partition: &str) -> QueryFluentBuilder {
        let query = self.catalog.client.query().table_name(&self.catalog.name).consistent_read(true);
        let query = query.projection_expression(SHOWN).expression_attribute_values(":pk", s(partition));
        ["parent", "name", "node", "type", "access", layout::ATTRIBUTE]
            .iter()
            .fold(query, |query, name| query.expression_attribute_names(format!("#{name}"), *name))
    }

    /// The first page, and the last id in it if there is more.
    async fn first_page(&self, partition: &str) -> Outcome<(Vec<Listed>, Option<String>)> {
        let query = self.query(partition).key_condition_expression("pk = :pk");
        let answer = sent::query(query).await.map_err(fault)?;
        let last = answer.last_evaluated_key.and_then(|key| key.get("sk")?.as_s().ok().cloned());
        Ok((read(partition, answer.items.unwrap_or_default())?, last))
    }

    async fn part(self, partition: &str, (after, to): (String, String)) -> Outcome<Vec<Listed>> {
        let mut found = Vec::new();
        let mut start = None;
        loop {
            let query = self.query(partition).key_condition_expression("pk = :pk AND sk BETWEEN :after AND :to");
            let query =
                query.expression_attribute_values(":after", s(&after)).expression_attribute_values(":to", s(&to));
            let answer = sent::query(query.set_exclusive_start_key(start)).await.map_err(fault)?;
            found.extend(read(partition, answer.items.unwrap_or_default())?);
            start = answer.last_evaluated_key;
            if start.is_none() {
                // The bounds are inclusive, and the first one was on the page before.
                found.retain(|node: &Listed| node.sk != after);
                return Ok(found);
            }
        }
    }

    /// The nodes of `depth` levels below the end of the way, folder by folder.
    async fn levels(&self, way: &Way, depth: usize) -> Outcome<Vec<Node>> {
        let (mut nodes, mut folders) = (Vec::new(), vec![way.end().to_owned()]);
        for _ in 0..depth {
            let found = self.children(&way.workspace, folders).await?;
            folders = found.iter().filter(|node| node.kind.is_none()).map(|node| node.id.clone()).collect();
            nodes.extend(found);
            if folders.is_empty() {
                break;
            }
        }
        Ok(nodes)
    }

    async fn children(&self, workspace: &str, folders: Vec<String>) -> Outcome<Vec<Node>> {
        let names = folders.into_iter().map(|folder| {
            let (catalog, partition) = (self.catalog.clone(), names_partition(workspace, &folder));
            async move { catalog.partition::<Named>(&partition, "").await }
        });
        let ids: Vec<_> = side_by_side(names).await?.into_iter().flatten().map(|named| named.id).collect();
        let batches: Vec<Vec<Key>> = ids.chunks(100).map(|ids| keys(workspace, ids)).collect();
        let batches = batches.into_iter().map(|keys| {
            let catalog = self.catalog.clone();
            async move { catalog.get_all::<Listed>(&keys).await }
        });
        Ok(side_by_side(batches).await?.into_iter().flatten().map(Node::from).collect())
    }

    /// The id of the report at this path.
    ///
    /// # Errors
    /// `NotFound` if there is none that the role may see.
    pub async fn report_at(&self, workspace: &str, path: &[String], role: Role) -> Outcome<uuid::Uuid> {
        let missing = || Problem::no_report(&format!("“{}”", domain::tree::shown(path)));
        let (name, parents) = path.split_last().ok_or_else(missing)?;
        let way = self.way(workspace, parents, role).await.map_err(|problem| match problem {
            Problem::NotFound(_) => missing(),
            other => other,
        })?;
        let named: Option<Named> = self.catalog.get(&name_key(workspace, way.end(), name)).await?;
        let report = named.filter(|named| named.node == NodeKind::Report).ok_or_else(missing)?;
        report.id.parse().map_err(Problem::internal)
    }
}

fn keys(workspace: &str, ids: &[String]) -> Vec<Key> {
    ids.iter().map(|id| node_key(workspace, id)).collect()
}

/// Reads what was found in a partition, whose key is not asked for with each node.
fn read(partition: &str, items: Vec<Item>) -> Outcome<Vec<Listed>> {
    let of_partition = |mut item: Item| {
        item.insert("pk".to_owned(), s(partition));
        from_item(item)
    };
    items.into_iter().map(of_partition).collect()
}

/// The ranges of ids that come after `last`: one for each first digit that is left.
fn parts_after(last: &str) -> Vec<(String, String)> {
    let bounds = "123456789abcdef".chars().map(String::from).filter(|bound| bound.as_str() > last);
    let starts: Vec<_> = std::iter::once(last.to_owned()).chain(bounds).collect();
    // No id is greater: uids and workspaces' codes are lower-case ASCII.
    let ends = starts[1..].iter().cloned().chain(["~".to_owned()]);
    starts.iter().cloned().zip(ends).collect()
}

#[cfg(test)]
mod tests {
    use super::parts_after;

    #[test]
    fn the_parts_cover_every_id_after_the_last_one() {
        let parts = parts_after("d3c0");
        let text: Vec<_> = parts.iter().map(|(after, to)| (after.as_str(), to.as_str())).collect();
        assert_eq!(text, [("d3c0", "e"), ("e", "f"), ("f", "~")]);
        assert_eq!(parts_after("ff").len(), 1);
        assert_eq!(parts_after("00").len(), 16);
        let workspaces = parts_after("default");
        assert_eq!(workspaces[0], ("default".to_owned(), "e".to_owned()));
    }
}
