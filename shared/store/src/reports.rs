//! Reports and their names.
//!
//! One partition a report (`REPORT#<uid>`) holds its publications (`PUB#…`), versions (`V#…`), head (`~HEAD`) and publication
//! state (`~STATE`), in this order: one backward query reads all that most calls need. What lists read is in `rows`, how they read it
//! in `pages`.

use crate::{
    Aws, ambient,
    aws::Variable,
    change::{Change, Condition},
    kept::{self, Kept},
    keys::{head_key, partition, restricted_key, version_key, workspace_key},
    numbers::Numbers,
    objects::Objects,
    sent,
    table::{Table, fault, from_item, n, s, to_item, until_settled},
    tree::{
        Restricted, Tree,
        node::{Named, NodeKind},
        way::Way,
    },
};
use aws_sdk_dynamodb::types::TransactWriteItem;
use domain::{
    Outcome, Problem,
    credential::{Caller, Role},
    publication::State,
    report::{Actor, Report, ReportDraft, Version, no_workspace},
    tree::{access::Access, shown, taken},
    workspace::Workspace,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

mod pages;
mod rows;

pub use pages::Viewer;

/// The reports.
#[derive(Clone)]
pub struct Reports {
    pub(crate) catalog: Table,
    pub(crate) objects: Objects,
    pub(crate) tree: Tree,
    numbers: Numbers,
}

/// A report as one query finds it.
#[derive(Debug, Clone)]
pub struct OpenReport {
    pub report: Report,
    /// The newest version.
    pub version: Version,
    /// Where its publications stand.
    pub state: State,
    pub(crate) kept: Kept,
}

impl OpenReport {
    /// When the report, its publications or its links changed last; the end of a link is a change too.
    pub fn changed_at(&self, now: Timestamp) -> Timestamp {
        let ends = self.state.links().iter().filter_map(|link| link.expires_at).filter(|end| *end <= now);
        ends.chain(self.state.changed_at).fold(self.report.updated_at, Timestamp::max)
    }
}

/// Where the sources of a report are, those that are not in the items of their versions.
pub(crate) fn sources(report: Uuid) -> String {
    format!("reports/{report}/sources")
}

/// A version as its item keeps it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct KeptVersion {
    #[serde(flatten)]
    pub(crate) version: Version,
    pub(crate) source: Kept,
}

/// Reads the head, the newest version and the publication state of a report.
pub(crate) async fn open(catalog: &Table, uid: Uuid) -> Outcome<Option<OpenReport>> {
    let query = catalog.client.query().table_name(&catalog.name).consistent_read(true).scan_index_forward(false);
    let query = query.key_condition_expression("pk = :pk").expression_attribute_values(":pk", s(partition(uid)));
    let answer = sent::query(query.limit(3)).await.map_err(fault)?;
    let (mut head, mut version, mut state) = (None, None, State::default());
    for item in answer.items.unwrap_or_default() {
        let sk = item.get("sk").and_then(|sk| sk.as_s().ok()).cloned().unwrap_or_default();
        match sk.as_str() {
            "~STATE" => state = from_item(item)?,
            "~HEAD" => head = Some(from_item::<Report>(item)?),
            sk if sk.starts_with("V#") && version.is_none() => version = Some(from_item::<KeptVersion>(item)?),
            _ => {}
        }
    }
    Ok(head.zip(version).map(|(report, kept)| OpenReport { report, version: kept.version, kept: kept.source, state }))
}

impl Reports {
    /// # Errors
    /// `Internal` if a variable is missing.
    pub fn new(aws: &Aws) -> Outcome<Self> {
        let catalog = Table::new(aws, Variable::CatalogTable)?;
        let numbers = Numbers::new(&catalog, "REPORT", 10);
        Ok(Self { numbers, objects: Objects::new(aws)?, tree: Tree { catalog: catalog.clone() }, catalog })
    }

    pub(crate) fn table_name(&self) -> &str {
        &self.catalog.name
    }

    /// Makes a report.
    ///
    /// # Errors
    /// `NotFound` for the workspace or folder, `Conflict` when a name is taken; then nothing was changed.
    pub async fn create(&self, draft: ReportDraft, caller: &Caller) -> Outcome<Report> {
        let uid = ambient::uid()?;
        // Workspaces are never removed, so this needs no condition in the transaction, which all creations would contend for.
        let workspace: Option<Workspace> = self.catalog.get(&workspace_key(&draft.workspace)).await?;
        workspace.ok_or_else(|| no_workspace(&draft.workspace))?;
        let kept = kept::keep(&self.objects, &sources(uid), &draft.source).await?;
        let unused = kept.object().into_iter().collect();
        let now = ambient::now();
        let report = Report {
            uid,
            number: self.numbers.next().await?,
            natural_id: draft.natural_id,
            workspace: draft.workspace,
            parent: String::new(),
            name: draft.name,
            kind: draft.kind,
            details: draft.details,
            version: 1,
            created_at: now,
            updated_at: now,
            deleted_at: None,
        };
        let version =
            Version { version: 1, note: draft.note, actor: Actor::from(caller), at: now, assets: Default::default() };
        let version = KeptVersion { version, source: kept };
        let made = until_settled(async || self.put_into(&draft.folder, &report, &version, caller.role).await).await;
        if made.is_err() {
            // Nobody knows this uid: what was kept under it would stay for ever.
            self.objects.delete(unused).await?;
        }
        made
    }

    /// Makes the report in the folder at this path. `None`: overtaken, to be tried again.
    async fn put_into(
        &self,
        folder: &[String],
        report: &Report,
        version: &KeptVersion,
        role: Role,
    ) -> Outcome<Option<Report>> {
        let way = self.tree.way(&report.workspace, folder, role).await?;
        way.writable(role)?;
        let report = Report { parent: way.end().to_owned(), ..report.clone() };
        let mut writes = self.tree.arrive(&way)?;
        let first = writes.len();
        writes.extend(self.creation(&way, &report, version)?);
        let refused = |position: usize, _| position.checked_sub(first).map(|own| refused_creation(own, &report));
        Ok(self.tree.settle(writes, refused).await?.map(|()| report.clone()))
    }

    fn creation(&self, way: &Way, report: &Report, version: &KeptVersion) -> Outcome<Vec<TransactWriteItem>> {
        let new = Condition::new_item;
        let mut writes = vec![
            self.take_natural_id(report)?,
            self.tree.take_name(way, &report.name, Named { id: report.uid.to_string(), node: NodeKind::Report })?,
            self.tree.put_report(report)?,
            self.take_number(report)?,
            self.catalog.put(to_item(&head_key(report.uid), report)?, new())?,
            self.catalog.put(to_item(&version_key(report.uid, 1), version)?, new())?,
        ];
        writes.extend(self.list_anew(None, Some(report))?);
        Ok(writes)
    }

    /// The report with this uid, deleted ones included.
    ///
    /// # Errors
    /// `Internal` when DynamoDB does not answer.
    pub async fn open(&self, uid: Uuid) -> Outcome<Option<OpenReport>> {
        open(&self.catalog, uid).await
    }

    /// The writes that take a report out of the tree and leave a mark that it was there.
    pub(crate) fn removal(&self, report: &Report, now: Timestamp) -> Outcome<Vec<TransactWriteItem>> {
        let head = Change::default()
            .set("deletedAt", s(now.to_string()))
            .when(Condition::known_item())
            .when(Condition::missing("deletedAt"))
            .when(Condition::is("version", n(report.version)));
        let mut writes = vec![self.catalog.update(&head_key(report.uid), head)?, self.free_natural_id(report)?];
        writes.extend(self.tree.remove_report(report)?);
        writes.extend(self.list_anew(Some(report), None)?);
        Ok(writes)
    }

    /// Removes what a deleted report was rendered from.
    pub(crate) async fn erase(&self, report: Uuid) -> Outcome<()> {
        self.objects.delete_all(&format!("reports/{report}/"), |_| true).await
    }

    /// For which roles there are rules about folders.
    ///
    /// # Errors
    /// `Internal` when DynamoDB does not answer.
    pub async fn restricted(&self) -> Outcome<Restricted> {
        Ok(self.catalog.get(&restricted_key()).await?.unwrap_or_default())
    }

    /// What is left to a role in the folder of a report.
    ///
    /// # Errors
    /// `Internal` when DynamoDB does not answer.
    pub async fn access(&self, report: &Report, role: Role) -> Outcome<Access> {
        self.tree.access(&report.workspace, &report.parent, role).await
    }

    /// The path of the folder of a report; the root's is empty.
    ///
    /// # Errors
    /// `Internal` when DynamoDB does not answer.
    pub async fn folder(&self, report: &Report) -> Outcome<String> {
        Ok(shown(&self.tree.path(&report.workspace, &report.parent).await?))
    }
}

/// Another report of the workspace has this natural id.
pub(crate) fn taken_slug(report: &Report) -> Problem {
    Problem::Conflict(format!(
        "slug: there is already a report {} in this workspace; choose another slug.",
        report.natural_id
    ))
}

/// The position is that of the write in [`Reports::creation`].
fn refused_creation(position: usize, report: &Report) -> Problem {
    match position {
        0 => taken_slug(report),
        1 => taken(&report.name),
        _ => Problem::internal("a report's number or uid was given out twice"),
    }
}
