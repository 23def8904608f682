//! The keys of the catalog's items, all in one place: what stands under one partition key is read by one query.

use crate::table::Key;
use domain::{names::ReportRef, preset::PresetKind, report::Order, temporary::TemporaryId};
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

/// Where the nodes of a workspace's tree are, each under its own id: one partition, so that a list is one query.
pub(crate) fn tree_partition(workspace: &str) -> String {
    format!("TREE#{workspace}")
}

pub(crate) fn node_key(workspace: &str, id: &str) -> Key {
    Key::new(tree_partition(workspace), id)
}

/// Where the names in a folder are. A name has at most 255 characters, so at most 1,020 bytes: a sort key may have 1,024.
pub(crate) fn names_partition(workspace: &str, folder: &str) -> String {
    format!("NAMES#{workspace}#{folder}")
}

pub(crate) fn name_key(workspace: &str, folder: &str, name: &str) -> Key {
    Key::new(names_partition(workspace, folder), name)
}

/// Where the reports of a workspace are listed in an order.
pub(crate) fn listed_partition(workspace: &str, order: Order) -> String {
    format!("REPORTS#{}#{workspace}", order.word())
}

pub(crate) fn listed_key(workspace: &str, order: Order, place: String) -> Key {
    Key::new(listed_partition(workspace, order), place)
}

/// Where the reports of a workspace are counted, in parts.
pub(crate) fn count_partition(workspace: &str) -> String {
    format!("COUNT#{workspace}")
}

pub(crate) fn count_key(workspace: &str, part: u8) -> Key {
    Key::new(count_partition(workspace), format!("{part:02}"))
}

/// The roles for which there are rules in a workspace, of all workspaces.
pub(crate) fn restricted_key() -> Key {
    Key::new("RESTRICTED", "ROLES")
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

/// Where the published reports of a workspace, or of a company in it, are listed in the order of time.
pub(crate) fn published_partition(scope: &str) -> String {
    format!("PUBLISHED#{scope}")
}

/// Those of them that end by themselves, in the order of their ends.
pub(crate) fn ending_partition(scope: &str) -> String {
    format!("ENDING#{scope}")
}

/// Where they are counted, in parts.
pub(crate) fn published_count_partition(scope: &str) -> String {
    format!("PUBLISHEDCOUNT#{scope}")
}

pub(crate) fn published_count_key(scope: &str, part: u8) -> Key {
    Key::new(published_count_partition(scope), format!("{part:02}"))
}

/// How far the collector of bundles has come.
pub(crate) fn collector_key() -> Key {
    Key::new("COLLECTOR", "CURSOR")
}

/// Where the presets of a kind are, of a workspace.
pub(crate) fn preset_key<T: PresetKind>(workspace: &str, code: &str) -> Key {
    Key::new(format!("PRESETS#{}#{workspace}", T::LIST), code)
}

/// Where all fonts of a workspace are named.
pub(crate) fn fonts_key(workspace: &str) -> Key {
    Key::new(format!("FONTS#{workspace}"), "FONTS")
}

pub(crate) fn temporary_key(id: TemporaryId) -> Key {
    Key::new(format!("TEMPORARY#{id}"), "DATA")
}

pub(crate) fn export_key(id: TemporaryId) -> Key {
    Key::new(format!("EXPORT#{id}"), "EXPORT")
}

pub(crate) fn preview_bundle_key(report: Uuid, content: &str) -> Key {
    Key::new(format!("RENDITION#{report}"), content)
}

/// Where the deliveries of a report are, in the order of time.
pub(crate) fn deliveries_partition(report: Uuid) -> String {
    format!("DELIVERIES#{report}")
}

pub(crate) fn delivery_key(report: Uuid, delivery: Uuid) -> Key {
    Key::new(deliveries_partition(report), delivery)
}

/// The key of a client that stands for one delivery, by its hash.
pub(crate) fn send_key(hash: &str) -> Key {
    Key::new(format!("SENDKEY#{hash}"), "KEY")
}

/// Where the addresses are to which nothing is sent.
pub(crate) const SUPPRESSED: &str = "SUPPRESSED";

pub(crate) fn suppression_key(address: &str) -> Key {
    Key::new(SUPPRESSED, address)
}
