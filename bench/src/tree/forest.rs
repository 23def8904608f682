//! A large tree of folders and reports, as it is in the table. The nodes are numbered: every tenth is a folder, the nine after it are
//! the reports in it. Twenty folders are at the top, with a report beside each; a folder holds up to six others.

use super::item::{Item, item};
use aws_sdk_dynamodb::types::AttributeValue;
use std::collections::HashMap;

/// The folders at the top.
const TOP: usize = 20;
/// The folders in a folder.
const FAN: usize = 6;
/// A folder and its reports.
const GROUP: usize = 10;

const SUBJECTS: [&str; 12] = [
    "Revenue",
    "Gross margin",
    "Open orders",
    "Stock turnover",
    "Overseas holdings",
    "Überfällige Rechnungen",
    "Cash flow",
    "Head count",
    "Claims",
    "Fund performance",
    "Deliveries",
    "Returns and credit notes",
];
const SCOPES: [&str; 7] =
    ["by region", "by month", "by customer", "by product line", "forecast", "against budget", "of the subsidiaries"];
const KINDS: [&str; 4] = ["advanced", "dashboard", "express", "crosstab"];

/// So many nodes, a multiple of ten, below a folder.
pub struct Forest {
    pub workspace: String,
    /// The id of the folder; the root's is the workspace's code.
    pub root: String,
    pub nodes: usize,
}

impl Forest {
    fn folders(&self) -> usize {
        self.nodes / GROUP
    }

    /// How many nodes are in the folder itself: its folders, and a report for each.
    pub fn at_top(&self) -> usize {
        2 * self.folders().min(TOP)
    }

    /// Whether a node is in the folder itself.
    pub fn is_at_top(&self, n: usize) -> bool {
        n / GROUP < TOP && (n.is_multiple_of(GROUP) || n % GROUP == GROUP - 1)
    }

    /// The item of a node.
    pub fn node(&self, n: usize) -> Item {
        if n.is_multiple_of(GROUP) { self.folder(n) } else { self.report(n) }
    }

    /// The item by which the name of a node is taken.
    pub fn name(&self, n: usize) -> Item {
        let kind = if n.is_multiple_of(GROUP) { "folder" } else { "report" };
        taken(&self.workspace, &self.parent(n), &title(n), &self.id(n), kind)
    }

    fn id(&self, n: usize) -> String {
        id(&self.root, n)
    }

    fn parent(&self, n: usize) -> String {
        let folder = n / GROUP;
        match n % GROUP {
            _ if self.is_at_top(n) => self.root.clone(),
            0 => self.id((folder - TOP) / FAN * GROUP),
            _ => self.id(folder * GROUP),
        }
    }

    fn folder(&self, n: usize) -> Item {
        let number = n / GROUP;
        let below = |number: usize| (TOP + FAN * number).min(self.folders());
        let folders = below(number + 1) - below(number);
        let reports = GROUP - 1 - usize::from(number < TOP);
        folder(&self.workspace, &self.id(n), &self.parent(n), &title(n), folders + reports)
    }

    /// A copy of a head, like those of the demo: 0.4 KB.
    fn report(&self, n: usize) -> Item {
        let (pk, id, parent, name) = (tree(&self.workspace), self.id(n), self.parent(n), title(n));
        let texts = [
            ("pk", pk.as_str()),
            ("sk", &id),
            ("node", "report"),
            ("uid", &id),
            ("naturalId", &format!("team:{}-{n}", SCOPES[n % SCOPES.len()].replace(' ', "-"))),
            ("workspace", &self.workspace),
            ("parent", &parent),
            ("name", &name),
            ("type", KINDS[n % KINDS.len()]),
            ("reportType", "sales"),
            ("description", "For the meeting of the board."),
            ("recipients", "board@example.com"),
            ("theme", "default"),
            ("createdAt", "2026-01-15T09:30:00Z"),
            ("updatedAt", "2026-02-03T16:05:12.345Z"),
        ];
        item(&texts, &[("number", 1000 + n), ("version", 1 + n % 20)])
    }
}

/// The item of a folder.
pub fn folder(workspace: &str, id: &str, parent: &str, name: &str, children: usize) -> Item {
    let pk = tree(workspace);
    let texts = [("pk", pk.as_str()), ("sk", id), ("node", "folder"), ("parent", parent), ("name", name)];
    let mut folder = item(&texts, &[("children", children)]);
    folder.insert("access".into(), AttributeValue::M(HashMap::new()));
    folder
}

/// The item by which a name is taken in a folder.
pub fn taken(workspace: &str, parent: &str, name: &str, id: &str, kind: &str) -> Item {
    item(&[("pk", &format!("NAMES#{workspace}#{parent}")), ("sk", name), ("id", id), ("node", kind)], &[])
}

/// An id that looks like those of folders and reports: always the same for the same number below the same root, so that no table of
/// ids is needed.
pub fn id(root: &str, n: usize) -> String {
    let seed = root.bytes().fold(n as u64, |seed, byte| mixed(seed ^ u64::from(byte)));
    let (a, b) = (mixed(seed), mixed(!seed));
    let tail = b & 0xffff_ffff_ffff;
    format!("{:08x}-{:04x}-4{:03x}-8{:03x}-{tail:012x}", a >> 32, a >> 16 & 0xffff, a & 0xfff, b >> 52)
}

/// A step of SplitMix64.
fn mixed(seed: u64) -> u64 {
    let seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let seed = (seed ^ seed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let seed = (seed ^ seed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    seed ^ seed >> 31
}

fn tree(workspace: &str) -> String {
    format!("TREE#{workspace}")
}

/// A name of a folder or report.
fn title(n: usize) -> String {
    let (subject, scope) = (SUBJECTS[n % SUBJECTS.len()], SCOPES[n / 5 % SCOPES.len()]);
    match n % GROUP {
        0 => format!("{subject} {scope} ({n})"),
        _ => format!("{subject} {scope}, {}-{:02} ({n})", 2018 + n % 9, 1 + n % 12),
    }
}
