//! The folder tree. A node names its parent by id, and each folder's names are items of their own, so that creating, moving and
//! deleting a node write a fixed few items whatever is below it.
//!
//! Every operation is one transaction. Its conditions say that each folder on the way from the root is still where it was when
//! the way was read: so whatever happens at the same time, the operation is as if it had been done at one instant. Who is
//! overtaken reads the way again. The items and conditions are in `docs/data-model.md`.

use crate::{
    Aws, ambient,
    aws::Variable,
    keys::{name_key, node_key, restricted_key},
    table::{Change, Refused, Table, from_item, n, s, to_item, transact_once, until_settled},
    way::{Place, Way},
};
use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};
use domain::{
    Outcome, Problem,
    credential::Role,
    report::Report,
    tree::{
        self,
        access::{Access, NewRule, Rules},
    },
};
use serde::{Deserialize, Serialize};

/// The trees of all workspaces.
#[derive(Clone)]
pub struct Tree {
    pub(crate) catalog: Table,
}

/// A node, under its id.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "node", rename_all = "lowercase")]
pub(crate) enum Node {
    Folder(Folder),
    /// A copy of the report's head, so that a list is one query.
    Report(Box<Report>),
}

/// A folder. The root of a workspace has the workspace's code as its id, no parent, and is there only if it has rules.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Folder {
    #[serde(rename = "sk", skip_serializing)]
    pub(crate) id: String,
    pub(crate) parent: String,
    pub(crate) name: String,
    /// How many nodes are in it. The root, which is never deleted, does not count.
    #[serde(default)]
    pub(crate) children: u64,
    #[serde(default)]
    pub(crate) access: Rules,
}

/// A name in a folder: what has it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Named {
    pub(crate) id: String,
    pub(crate) node: NodeKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum NodeKind {
    Folder,
    Report,
}

/// The most actions of a transaction.
const MOST_ACTIONS: usize = 100;

impl Tree {
    /// # Errors
    /// `Internal` if a variable is missing.
    pub fn new(aws: &Aws) -> Outcome<Self> {
        Ok(Self { catalog: Table { client: aws.dynamodb(), name: Variable::CatalogTable.text()? } })
    }

    /// Makes a folder.
    ///
    /// # Errors
    /// `NotFound` without a parent, `Conflict` for a name that is taken, `Forbidden` where the role may not write, `Busy` when
    /// others were always faster; then nothing was changed.
    pub async fn create(&self, workspace: &str, path: &[String], role: Role) -> Outcome<()> {
        let (parents, name) = split(path)?;
        let id = ambient::uid()?.to_string();
        until_settled(async || {
            let way = self.way(workspace, parents, role).await?;
            way.writable(role)?;
            let folder = Folder { parent: way.end().to_owned(), name: name.to_owned(), ..Folder::default() };
            let mut writes = self.arrive(&way)?;
            let taken = writes.len();
            writes.push(self.take_name(&way, name, Named { id: id.clone(), node: NodeKind::Folder })?);
            let node = to_item(&node_key(workspace, &id), &Node::Folder(folder))?;
            writes.push(self.catalog.put_always(node)?);
            self.settle(writes, |position, _| (position == taken).then(|| tree::taken(name))).await
        })
        .await
    }

    /// Moves a folder, with all that is in it, to another place or another name.
    ///
    /// # Errors
    /// `NotFound` without the folder or without the new place's parent, `Conflict` for a place inside of itself or a name that is
    /// taken, `Forbidden` where the role may not write, `Busy` when others were always faster; then nothing was changed.
    pub async fn rename(&self, workspace: &str, old: &[String], new: &[String], role: Role) -> Outcome<()> {
        split(old)?;
        let (parents, name) = split(new)?;
        until_settled(async || {
            let mut from = self.way(workspace, old, role).await?;
            from.writable(role)?;
            let Some(folder) = from.pop() else { return Ok(None) };
            from.writable(role)?;
            if let Err(refused) = tree::outside_itself(old, new) {
                return self.confirmed(&from, &folder, refused).await;
            }
            let to = self.way_after(&from, parents, role).await?;
            to.writable(role)?;
            self.move_folder(&from, &to, &folder, name).await
        })
        .await
    }

    async fn move_folder(&self, from: &Way, to: &Way, folder: &Place, name: &str) -> Outcome<Option<()>> {
        // Two ways that were read one after the other can contradict each other: then somebody moved a folder in between.
        if from.contradicts(to) || to.holds(&folder.id) {
            return Ok(None);
        }
        let workspace = &from.workspace;
        let change = Change { expression: "SET parent = :to, #name = :as".into(), ..Change::default() };
        let change = folder.unmoved(change, &[(":to", s(to.end())), (":as", s(name))]);
        let named = Named { id: folder.id.clone(), node: NodeKind::Folder };
        let last = [
            self.catalog.update(&node_key(workspace, &folder.id), change)?,
            self.take_name(to, name, named)?,
            self.catalog.delete(&name_key(workspace, &folder.parent, &folder.name))?,
        ];
        let mut writes = self.cross(from, to, MOST_ACTIONS - last.len())?;
        let taken = writes.len() + 1;
        writes.extend(last);
        self.settle(writes, |position, _| (position == taken).then(|| tree::taken(name))).await
    }

    /// Removes an empty folder.
    ///
    /// # Errors
    /// `NotFound` without the folder, `Conflict` when it holds anything, `Forbidden` where the role may not write, `Busy` when
    /// others were always faster; then nothing was changed.
    pub async fn delete(&self, workspace: &str, path: &[String], role: Role) -> Outcome<()> {
        split(path)?;
        until_settled(async || {
            let mut way = self.way(workspace, path, role).await?;
            way.writable(role)?;
            let Some(folder) = way.pop() else { return Ok(None) };
            way.writable(role)?;
            let mut writes = self.leave(&way)?;
            let empty = writes.len();
            writes.push(self.delete_empty(workspace, &folder)?);
            writes.push(self.catalog.delete(&name_key(workspace, &folder.parent, &folder.name))?);
            self.settle(writes, |position, found| match position == empty {
                true => found.filter(|found| folder.is_place_of(found)).map(|found| holds(path, found.children)),
                false => None,
            })
            .await
        })
        .await
    }

    fn delete_empty(&self, workspace: &str, folder: &Place) -> Outcome<TransactWriteItem> {
        let empty = folder.unmoved(Change::default(), &[(":none", n(0))]).and("children = :none");
        self.catalog.delete_if(&node_key(workspace, &folder.id), empty)
    }

    /// Sets what a role may do in a folder and below it.
    ///
    /// # Errors
    /// `Invalid` for a wrong rule, `NotFound` without the folder, `Busy` when others were always faster.
    pub async fn set_access(&self, workspace: &str, rule: &NewRule) -> Outcome<()> {
        rule.check()?;
        let path = tree::path("path", &rule.path)?;
        until_settled(async || {
            let mut way = self.way(workspace, &path, Role::Admin).await?;
            let folder = way.pop();
            let id = folder.as_ref().map_or(workspace, |folder| &folder.id);
            let before: Option<Folder> = self.catalog.get(&node_key(workspace, id)).await?;
            let before = before.unwrap_or_default();
            let rules = before.access.clone().with(rule.role, rule.access);
            let mut writes = self.guards(way.folders.iter(), &[], MOST_ACTIONS)?;
            writes.push(self.write_rules(workspace, id, folder.as_ref(), &before.access, &rules)?);
            writes.push(self.mark_restricted(workspace, rule.role)?);
            self.settle(writes, |_, _| None).await
        })
        .await
    }

    fn write_rules(
        &self,
        workspace: &str,
        id: &str,
        folder: Option<&Place>,
        before: &Rules,
        rules: &Rules,
    ) -> Outcome<TransactWriteItem> {
        let value = |rules: &Rules| serde_dynamo::to_attribute_value(rules).map_err(Problem::internal);
        let root = Node::Folder(Folder { access: rules.clone(), ..Folder::default() });
        let Some(folder) = folder else {
            return self.catalog.put_if(
                to_item(&node_key(workspace, id), &root)?,
                "attribute_not_exists(pk) OR access = :value",
                value(before)?,
            );
        };
        let change = Change { expression: "SET access = :rules".into(), ..Change::default() };
        let change = folder.unmoved(change, &[(":rules", value(rules)?), (":before", value(before)?)]);
        self.catalog.update(&node_key(workspace, id), change.and("access = :before"))
    }

    fn mark_restricted(&self, workspace: &str, role: Role) -> Outcome<TransactWriteItem> {
        let marked = AttributeValue::Ss(vec![Restricted::mark(workspace, role)]);
        let change = Change {
            // A word that DynamoDB reserves.
            expression: "ADD #roles :role".into(),
            names: [("#roles".into(), "roles".into())].into(),
            values: [(":role".into(), marked)].into(),
            ..Change::default()
        };
        self.catalog.update(&restricted_key(), change)
    }

    /// What is left to a role in the folder with this id.
    ///
    /// # Errors
    /// `Internal` when DynamoDB does not answer.
    pub async fn access(&self, workspace: &str, folder: &str, role: Role) -> Outcome<Access> {
        let mut rules = Vec::new();
        let mut folders = self.up(workspace, folder).await?;
        folders.reverse();
        rules.extend(self.catalog.get::<Folder>(&node_key(workspace, workspace)).await?.map(|root| root.access));
        rules.extend(folders.into_iter().map(|folder| folder.access));
        Ok(rules.iter().fold(Access::Write, |access, rules| access.under(rules, role)))
    }

    /// The path of the folder with this id.
    ///
    /// # Errors
    /// `Internal` when DynamoDB does not answer.
    pub async fn path(&self, workspace: &str, folder: &str) -> Outcome<Vec<String>> {
        let folders = self.up(workspace, folder).await?;
        Ok(folders.into_iter().rev().map(|folder| folder.name).collect())
    }

    /// The folders from this one up to the root, which is not among them.
    async fn up(&self, workspace: &str, folder: &str) -> Outcome<Vec<Folder>> {
        let (mut found, mut at) = (Vec::new(), folder.to_owned());
        while at != workspace && found.len() < tree::MAX_HEIGHT {
            let Some(folder) = self.catalog.get::<Folder>(&node_key(workspace, &at)).await? else { break };
            at = folder.parent.clone();
            found.push(folder);
        }
        Ok(found)
    }

    // ---- The parts that transactions are made of. ----

    /// That a node comes into the folder at the end of the way.
    pub(crate) fn arrive(&self, way: &Way) -> Outcome<Vec<TransactWriteItem>> {
        self.guards(way.folders.iter(), &[(way.end(), 1)], MOST_ACTIONS)
    }

    /// That a node leaves the folder at the end of the way.
    fn leave(&self, way: &Way) -> Outcome<Vec<TransactWriteItem>> {
        self.guards(way.folders.iter(), &[(way.end(), -1)], MOST_ACTIONS)
    }

    /// That a node leaves the end of one way and comes into the end of another, in at most `most` actions.
    fn cross(&self, from: &Way, to: &Way, most: usize) -> Outcome<Vec<TransactWriteItem>> {
        // All of the way to the new place, or a circle could come about. Of the way to the old place those nearest to the node,
        // for two ways of more than 48 levels have no room in one transaction; what is left out is above a node that is checked.
        let others = from.folders.iter().rev().filter(|place| !to.holds(&place.id));
        let steps = [(from.end(), -1), (to.end(), 1)];
        let steps = if from.end() == to.end() { &[][..] } else { &steps };
        self.guards(to.folders.iter().chain(others), steps, most)
    }

    /// That a report leaves the folder with the id `from` and comes into the end of a way. The folder that it leaves is there as
    /// long as the report is in it, which the caller's own conditions say.
    pub(crate) fn hand_over(&self, from: &str, to: &Way) -> Outcome<Vec<TransactWriteItem>> {
        let steps = [(from, -1), (to.end(), 1)];
        let steps = if from == to.end() { &[][..] } else { &steps };
        let mut writes = self.guards(to.folders.iter(), steps, MOST_ACTIONS)?;
        if from != to.end() && !to.holds(from) {
            writes.extend(self.depart(&to.workspace, from)?);
        }
        Ok(writes)
    }

    /// That a report leaves the folder with this id, as in [`Tree::hand_over`].
    pub(crate) fn depart(&self, workspace: &str, folder: &str) -> Outcome<Option<TransactWriteItem>> {
        let count = || self.catalog.update(&node_key(workspace, folder), counting(-1));
        (folder != workspace).then(count).transpose()
    }

    /// That the folders are still where they were; with the steps by which the number of nodes in some of them changes.
    fn guards<'a>(
        &self,
        places: impl Iterator<Item = &'a Place>,
        steps: &[(&str, i64)],
        most: usize,
    ) -> Outcome<Vec<TransactWriteItem>> {
        let step = |place: &Place| steps.iter().find(|(id, _)| *id == place.id).map(|(_, step)| *step);
        let (counted, others): (Vec<_>, Vec<_>) = places.partition(|place| step(place).is_some());
        let guard = |place: &Place| {
            let key = node_key(&place.workspace, &place.id);
            match step(place) {
                Some(step) => self.catalog.update(&key, place.unmoved(counting(step), &[])),
                None => self.catalog.check(&key, place.unmoved(Change::default(), &[])),
            }
        };
        counted.into_iter().chain(others).take(most).map(guard).collect()
    }

    pub(crate) fn take_name(&self, way: &Way, name: &str, named: Named) -> Outcome<TransactWriteItem> {
        let item = to_item(&name_key(&way.workspace, way.end(), name), &named)?;
        self.catalog.put(item, "attribute_not_exists(pk)")
    }

    /// The copy of a report's head that lists read.
    pub(crate) fn put_report(&self, report: &Report) -> Outcome<TransactWriteItem> {
        let node = Node::Report(Box::new(report.clone()));
        self.catalog.put_always(to_item(&node_key(&report.workspace, &report.uid.to_string()), &node)?)
    }

    /// That a report has another name, or the same one in another folder; nothing when neither changes.
    pub(crate) fn rename_report(&self, before: &Report, after: &Report) -> Outcome<Vec<TransactWriteItem>> {
        let key = |report: &Report| name_key(&report.workspace, &report.parent, &report.name);
        if (&before.parent, &before.name) == (&after.parent, &after.name) {
            return Ok(Vec::new());
        }
        let named = Named { id: after.uid.to_string(), node: NodeKind::Report };
        let take = self.catalog.put(to_item(&key(after), &named)?, "attribute_not_exists(pk)")?;
        Ok(vec![take, self.catalog.delete(&key(before))?])
    }

    /// That a report is no longer in the tree.
    pub(crate) fn remove_report(&self, report: &Report) -> Outcome<Vec<TransactWriteItem>> {
        let workspace = &report.workspace;
        let mut writes = vec![
            self.catalog.delete(&node_key(workspace, &report.uid.to_string()))?,
            self.catalog.delete(&name_key(workspace, &report.parent, &report.name))?,
        ];
        writes.extend(self.depart(workspace, &report.parent)?);
        Ok(writes)
    }

    /// Writes, or tells what `refused` makes of the condition that failed. `None`: overtaken, to be tried from the beginning.
    pub(crate) async fn settle(
        &self,
        writes: Vec<TransactWriteItem>,
        refused: impl Fn(usize, Option<Folder>) -> Option<Problem>,
    ) -> Outcome<Option<()>> {
        match transact_once(&self.catalog.client, writes).await {
            Ok(()) => Ok(Some(())),
            Err(Refused::Collision) => Ok(None),
            Err(Refused::Problem(problem)) => Err(problem),
            Err(Refused::Condition(position, found)) => {
                let found = (!found.is_empty()).then(|| from_item(found)).transpose()?;
                refused(position, found).map_or(Ok(None), Err)
            }
        }
    }

    /// Refuses for a reason that holds if the folder is where the caller said: that must be so at one instant.
    async fn confirmed(&self, way: &Way, folder: &Place, refused: Problem) -> Outcome<Option<()>> {
        let places = way.folders.iter().chain([folder]);
        match self.settle(self.guards(places, &[], MOST_ACTIONS)?, |_, _| None).await? {
            Some(()) => Err(refused),
            None => Ok(None),
        }
    }
}

/// A change of the number of nodes in a folder.
fn counting(step: i64) -> Change {
    let step = AttributeValue::N(step.to_string());
    Change { expression: "ADD children :step".into(), values: [(":step".into(), step)].into(), ..Change::default() }
}

/// The parent's path and the name of a node that is not the root.
fn split(path: &[String]) -> Outcome<(&[String], &str)> {
    match path.split_last() {
        Some((name, parents)) => Ok((parents, name)),
        None => Err(Problem::malformed("The root itself cannot be made, moved or deleted; name a folder in it.")),
    }
}

fn holds(path: &[String], children: u64) -> Problem {
    let things =
        if children == 1 { "one folder or report".to_owned() } else { format!("{children} folders and reports") };
    Problem::Conflict(format!(
        "The folder “{}” holds {things}; only an empty folder can be deleted.",
        tree::shown(path)
    ))
}

/// For which roles there are rules, in which workspaces: most callers need not look at the folders above a report at all.
#[derive(Debug, Default, Deserialize)]
pub struct Restricted {
    #[serde(default)]
    roles: Vec<String>,
}

impl Restricted {
    fn mark(workspace: &str, role: Role) -> String {
        format!("{workspace}#{role:?}")
    }

    /// Whether any folder of the workspace has a rule for the role.
    pub fn holds(&self, workspace: &str, role: Role) -> bool {
        let mark = Self::mark(workspace, role);
        role != Role::Admin && self.roles.contains(&mark)
    }
}
