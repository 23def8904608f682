//! The keys of the catalog's items, all in one place: what stands under one partition key is read by one query.

use crate::table::Key;
use domain::names::ReportRef;
use sha2::{Digest, Sha256};
use uuid::Uuid;

pub(crate) fn partition(report: Uuid) -> String {
    format!("REPORT#{report}")
}

pub(crate) fn state_key(report: Uuid) -> Key {
    Key::new(partition(report), "~STATE")
}

pub(crate) fn head_key(report: Uuid) -> Key {
    Key::new(partition(report), "~HEAD")
}

pub(crate) fn version_key(report: Uuid, version: u64) -> Key {
    Key::new(partition(report), format!("V#{version:010}"))
}

pub(crate) fn entry_key(workspace: &str, parent: &str, name: &str) -> Key {
    // A sort key has at most 1,024 bytes; 255 characters can be 1,020. The entry itself holds the name.
    let name = match name.len() {
        0..=900 => name.to_owned(),
        _ => format!("#{}", hex::encode(Sha256::digest(name))),
    };
    Key::new(format!("TREE#{workspace}"), format!("{parent}/{name}"))
}

/// The item that maps another name of a report to its uid; the uid itself needs none.
pub(crate) fn alias(name: &ReportRef) -> Option<Key> {
    match name {
        ReportRef::Number(number) => Some(Key::new(format!("NUMBER#{number}"), "ALIAS")),
        ReportRef::Natural(id) => Some(Key::new(format!("NATURAL#{id}"), "ALIAS")),
        ReportRef::Uid(_) => None,
    }
}

/// Where all workspaces are listed.
pub(crate) const WORKSPACES: &str = "WORKSPACES";

pub(crate) fn workspace_key(code: &str) -> Key {
    Key::new(WORKSPACES, code)
}
