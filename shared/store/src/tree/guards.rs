//! The parts that the tree's transactions are made of. Guards say that folders are still where they were; most of them also count
//! the nodes that come into a folder and leave it.

use super::{
    Tree,
    node::{Folder, Named, Node, NodeKind},
    way::{Place, Way},
};
use crate::{
    change::{Change, Condition},
    keys::{name_key, node_key},
    table::{Refused, from_item, to_item, transact_once},
};
use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};
use domain::{Outcome, Problem, report::Report};

/// The most actions of a transaction.
pub(super) const MOST_ACTIONS: usize = 100;

impl Tree {
    /// That a node comes into the folder at the end of the way.
    pub(crate) fn arrive(&self, way: &Way) -> Outcome<Vec<TransactWriteItem>> {
        self.guards(way.folders.iter(), &[(way.end(), 1)], MOST_ACTIONS)
    }

    /// That a node leaves the folder at the end of the way.
    pub(super) fn leave(&self, way: &Way) -> Outcome<Vec<TransactWriteItem>> {
        self.guards(way.folders.iter(), &[(way.end(), -1)], MOST_ACTIONS)
    }

    /// That a node leaves the end of one way and comes into the end of another, in at most `most` actions.
    pub(super) fn cross(&self, from: &Way, to: &Way, most: usize) -> Outcome<Vec<TransactWriteItem>> {
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
    pub(super) fn guards<'a>(
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
                Some(step) => self.catalog.update(&key, place.unmoved(counting(step))),
                None => self.catalog.check(&key, place.unmoved(Change::default())),
            }
        };
        counted.into_iter().chain(others).take(most).map(guard).collect()
    }

    pub(crate) fn take_name(&self, way: &Way, name: &str, named: Named) -> Outcome<TransactWriteItem> {
        let item = to_item(&name_key(&way.workspace, way.end(), name), &named)?;
        self.catalog.put(item, Condition::new_item())
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
        let take = self.catalog.put(to_item(&key(after), &named)?, Condition::new_item())?;
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
    pub(super) async fn confirmed(&self, way: &Way, folder: &Place, refused: Problem) -> Outcome<Option<()>> {
        let places = way.folders.iter().chain([folder]);
        match self.settle(self.guards(places, &[], MOST_ACTIONS)?, |_, _| None).await? {
            Some(()) => Err(refused),
            None => Ok(None),
        }
    }
}

/// A change of the number of nodes in a folder.
fn counting(step: i64) -> Change {
    Change::default().add("children", AttributeValue::N(step.to_string()))
}
