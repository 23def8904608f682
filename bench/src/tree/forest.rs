//! A large tree of folders and reports, as it is in the table. The nodes are numbered: every tenth is a folder, the nine after it are
//! the reports in it. Twenty folders are at the top, with a report beside each; a folder holds up to six others.

use super::item::{Item, item, size};
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
            ("naturalId", &natural_id(n)),
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

/// What lists read: the rows of reports, and the entries of those that are published.
impl Forest {
    /// Whether a node is a report.
    pub fn is_report(&self, n: usize) -> bool {
        !n.is_multiple_of(GROUP)
    }

    /// The rows of a report, one in each order.
    pub fn rows(&self, n: usize) -> [Item; 3] {
        let number = 1000 + n;
        let changed = made(self.nodes - n);
        let orders = [("name", title(n).to_lowercase()), ("createdAt", made(n)), ("updatedAt", changed.clone())];
        orders.map(|(order, key)| {
            let texts = [
                ("pk", format!("REPORTS#{order}#{}", self.workspace)),
                ("sk", format!("{key}\u{1f}{number:012}")),
                ("uid", self.id(n)),
                ("naturalId", natural_id(n)),
                ("parent", self.parent(n)),
                ("name", title(n)),
                ("type", KINDS[n % KINDS.len()].to_owned()),
                ("reportType", if n.is_multiple_of(2) { "sales" } else { "stock" }.to_owned()),
                ("description", "For the meeting of the board.".to_owned()),
                ("theme", "default".to_owned()),
                ("createdAt", made(n)),
                ("updatedAt", changed.clone()),
            ];
            item(&texts.each_ref().map(|(name, text)| (*name, text.as_str())), &[("number", number)])
        })
    }

    /// The size of a row.
    pub fn row_size(&self) -> usize {
        self.rows(self.nodes - 1).iter().map(size).max().unwrap_or_default()
    }

    /// The entries of a published report, in its workspace and of its company.
    pub fn entries(&self, n: usize) -> [Item; 2] {
        let place = format!("{}#{:012}", made(n), 999_999_999_999 - (1000 + n));
        ["", "#team"].map(|company| {
            let pk = format!("PUBLISHED#{}{company}", self.workspace);
            item(&[("pk", &pk), ("sk", &place), ("uid", &self.id(n))], &[])
        })
    }

    /// What a list shows of a publication: its record, and the state of the report.
    pub fn publication(&self, n: usize) -> [Item; 2] {
        let (id, at) = (self.id(n), made(n));
        let pk = format!("REPORT#{id}");
        let texts = |pairs: &[(&str, &str)]| AttributeValue::M(item(pairs, &[]));
        let mut live = item(&[("at", &at), ("bundle", &format!("bundles/{id}/0000000001-a"))], &[("sequence", 1)]);
        let link = [("id", id.as_str()), ("createdAt", &at)];
        live.insert("links".into(), AttributeValue::L(vec![texts(&link)]));
        let numbers = [("revision", 3), ("requested", 1), ("withdrawn", 0)];
        let mut state = item(&[("pk", &pk), ("sk", "~STATE"), ("changedAt", &at)], &numbers);
        state.insert("live".into(), AttributeValue::M(live));
        state.insert("ended".into(), AttributeValue::Bool(false));
        let publication = [
            ("pk", pk.as_str()),
            ("sk", "PUB#0000000001"),
            ("workspace", &self.workspace),
            ("status", "Done"),
            ("requestedAt", &at),
            ("finishedAt", &at),
        ];
        let mut publication = item(&publication, &[("version", 1), ("percent", 100)]);
        let own = item(&[("report", &id)], &[("sequence", 1)]);
        publication.insert("id".into(), AttributeValue::M(own));
        publication.insert("actor".into(), texts(&[("name", "bench")]));
        publication.insert("messages".into(), AttributeValue::L(Vec::new()));
        [state, publication]
    }

    /// A part of a count of the workspace.
    pub fn count(&self, prefix: &str, attribute: &str, count: usize) -> Item {
        item(&[("pk", &format!("{prefix}{}", self.workspace)), ("sk", "00")], &[(attribute, count)])
    }
}

fn natural_id(n: usize) -> String {
    format!("team:{}-{n}", SCOPES[n % SCOPES.len()].replace(' ', "-"))
}

/// A time that is later for a greater number.
fn made(n: usize) -> String {
    let (minutes, ms) = (n / 60_000, n % 60_000);
    format!("2026-02-03T16:{minutes:02}:{:02}.{:03}Z", ms / 1_000, ms % 1_000)
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
