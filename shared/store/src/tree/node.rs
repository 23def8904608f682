//! The items of the tree: nodes under their ids, and names in folders.

use domain::{report::Report, tree::access::Rules};
use serde::{Deserialize, Serialize};

/// A node, under its id.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "node")]
pub(crate) enum Node {
    #[serde(rename = "folder")]
    Folder(Folder),
    /// A copy of the report's head, so that a list is one query.
    #[serde(rename = "report")]
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
pub(crate) enum NodeKind {
    #[serde(rename = "folder")]
    Folder,
    #[serde(rename = "report")]
    Report,
}
