//! The folder tree. A node names its parent by id, and each folder's names are items of their own, so that creating, moving and
//! deleting a node write a fixed few items whatever is below it.
//!
//! Every operation is one transaction. Its conditions say that each folder on the way from the root is still where it was when
//! the way was read: so whatever happens at the same time, the operation is as if it had been done at one instant. Who is
//! overtaken reads the way again. The items and conditions are in `docs/data-model.md`.

use crate::{
    Aws, ambient,
    aws::Variable,
    change::{Change, Condition},
    keys::{name_key, node_key, restricted_key},
    table::{Table, n, s, to_item, until_settled},
};
use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};
use domain::{
    Outcome, Problem,
    credential::Role,
    tree::{
        self,
        access::{Access, NewRule, Rules},
    },
};
use guards::MOST_ACTIONS;
use node::{Folder, Named, Node, NodeKind};
use way::{Place, Way};

mod guards;
mod listing;
pub(crate) mod node;
mod restricted;
pub(crate) mod way;

pub use restricted::Restricted;
pub(crate) use restricted::respell_marks;

/// The trees of all workspaces.
#[derive(Clone)]
pub struct Tree {
    pub(crate) catalog: Table,
}

impl Tree {
    /// # Errors
    /// `Internal` if a variable is missing.
    pub fn new(aws: &Aws) -> Outcome<Self> {
        Ok(Self { catalog: Table::new(aws, Variable::CatalogTable)? })
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
        let change = folder.unmoved(Change::default().set("parent", s(to.end())).set("name", s(name)));
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
        let empty = folder.unmoved(Change::default()).when(Condition::is("children", n(0)));
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
            let unchanged = vec![Condition::new_item(), Condition::is("access", value(before)?)];
            return self.catalog.put(to_item(&node_key(workspace, id), &root)?, Condition::Any(unchanged));
        };
        let change = folder.unmoved(Change::default().set("access", value(rules)?));
        self.catalog.update(&node_key(workspace, id), change.when(Condition::is("access", value(before)?)))
    }

    fn mark_restricted(&self, workspace: &str, role: Role) -> Outcome<TransactWriteItem> {
        let marked = AttributeValue::Ss(vec![restricted::mark(workspace, role)]);
        self.catalog.update(&restricted_key(), Change::in_layout_of(&restricted_key()).add("roles", marked))
    }

    /// What is left to a role in the folder with this id.
    ///
    /// # Errors
    /// `Internal` when DynamoDB does not answer.
    pub async fn access(&self, workspace: &str, folder: &str, role: Role) -> Outcome<Access> {
        let mut rules = Vec::new();
        let mut folders = self.up(workspace, folder).await?;
        // A folder that went away in between: no rule above it may be passed over.
        if folders.last().map_or(folder, |top| &top.parent) != workspace {
            return Ok(Access::None);
        }
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
