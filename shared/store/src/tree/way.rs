//! The way from a workspace's root to a folder, as it was when it was read.

use super::{
    Tree,
    node::{Folder, Named, NodeKind},
};
use crate::{
    change::{Change, Condition},
    keys::{name_key, node_key},
    table::s,
};
use domain::{
    Outcome, Problem,
    credential::Role,
    tree::{access::Access, no_folder, shown},
};
use std::collections::HashMap;

/// A folder, and where it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) workspace: String,
    pub(crate) id: String,
    pub(crate) parent: String,
    pub(crate) name: String,
    /// What is left to the caller in it.
    access: Access,
}

impl Place {
    /// The condition that the folder is still there.
    pub(crate) fn unmoved(&self, change: Change) -> Change {
        change.when(Condition::is("parent", s(&self.parent))).when(Condition::is("name", s(&self.name)))
    }

    pub(crate) fn is_place_of(&self, folder: &Folder) -> bool {
        (&folder.parent, &folder.name) == (&self.parent, &self.name)
    }
}

/// The folders from the root, which is not among them, to the last one.
#[derive(Debug, Clone)]
pub(crate) struct Way {
    pub(crate) workspace: String,
    pub(crate) folders: Vec<Place>,
    /// What is left to the caller in the root.
    root: Access,
}

impl Way {
    /// The id of the last folder.
    pub(crate) fn end(&self) -> &str {
        self.folders.last().map_or(&self.workspace, |folder| &folder.id)
    }

    /// Takes the last folder off.
    pub(crate) fn pop(&mut self) -> Option<Place> {
        self.folders.pop()
    }

    /// Whether the folder with this id is on the way.
    pub(crate) fn holds(&self, id: &str) -> bool {
        self.folders.iter().any(|folder| folder.id == id)
    }

    /// Whether the two ways tell of different places of one folder.
    pub(crate) fn contradicts(&self, other: &Self) -> bool {
        let differs = |place: &Place| other.folders.iter().any(|found| found.id == place.id && found != place);
        self.folders.iter().any(differs)
    }

    /// What is left to the caller at the end of the way.
    pub(crate) fn access(&self) -> Access {
        self.folders.last().map_or(self.root, |folder| folder.access)
    }

    /// # Errors
    /// `Forbidden` if the caller may not change what is in the last folder.
    pub(crate) fn writable(&self, role: Role) -> Outcome<()> {
        if self.access().writable(role) {
            return Ok(());
        }
        let path: Vec<_> = self.folders.iter().map(|folder| folder.name.clone()).collect();
        Err(Problem::Forbidden(format!("The folder “{}” is read-only for the role {role}.", shown(&path))))
    }
}

impl Tree {
    /// Reads the way to the folder at `path`, name by name, and what is left to `role` on it.
    ///
    /// # Errors
    /// `NotFound` if it is not there or hidden from the role.
    pub(crate) async fn way(&self, workspace: &str, path: &[String], role: Role) -> Outcome<Way> {
        let root = Way { workspace: workspace.to_owned(), folders: Vec::new(), root: Access::Write };
        self.way_after(&root, path, role).await
    }

    /// As [`Tree::way`]; what `before`, another way in the same workspace, has in common with it is not read again.
    ///
    /// # Errors
    /// As [`Tree::way`].
    pub(crate) async fn way_after(&self, before: &Way, path: &[String], role: Role) -> Outcome<Way> {
        let mut way = before.clone();
        way.folders.truncate(before.folders.iter().zip(path).take_while(|(place, name)| place.name == **name).count());
        for name in &path[way.folders.len()..] {
            let parent = way.end().to_owned();
            let named: Option<Named> = self.catalog.get(&name_key(&way.workspace, &parent, name)).await?;
            let folder = named.filter(|named| named.node == NodeKind::Folder).ok_or_else(|| no_folder(path))?;
            let (workspace, name) = (way.workspace.clone(), name.clone());
            way.folders.push(Place { workspace, id: folder.id, parent, name, access: Access::Write });
        }
        if role != Role::Admin {
            self.narrow(&mut way, role).await?;
        }
        match way.access() {
            Access::None => Err(no_folder(path)),
            _ => Ok(way),
        }
    }

    /// Applies the rules of the folders on the way.
    async fn narrow(&self, way: &mut Way, role: Role) -> Outcome<()> {
        let ids = way.folders.iter().map(|folder| &folder.id).chain([&way.workspace]);
        let keys: Vec<_> = ids.map(|id| node_key(&way.workspace, id)).collect();
        let found: Vec<Folder> = self.catalog.get_all(&keys).await?;
        let rules: HashMap<_, _> = found.into_iter().map(|folder| (folder.id, folder.access)).collect();
        let under = |access: Access, id: &str| rules.get(id).map_or(access, |rules| access.under(rules, role));
        way.root = under(Access::Write, &way.workspace);
        let mut access = way.root;
        for folder in &mut way.folders {
            access = under(access, &folder.id);
            folder.access = access;
        }
        Ok(())
    }
}
