//! Reports, their names, and their places in the tree.
//!
//! One partition a report (`REPORT#<uid>`) holds its publications (`PUB#…`), versions (`V#…`), head (`~HEAD`) and publication
//! state (`~STATE`), in this order: one backward query reads all that most calls need.

use crate::{
    Aws, ambient,
    aws::Variable,
    keys::{alias, entry_key, head_key, partition, version_key, workspace_key},
    numbers::Numbers,
    objects::Objects,
    sources::{self, Kept},
    table::{Change, Refused, Table, fault, from_item, n, s, to_item, transact},
};
use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};
use domain::{
    Outcome, Problem,
    credential::Caller,
    names::ReportRef,
    publication::State,
    report::{Actor, Report, ReportDraft, Version, no_workspace},
    workspace::Workspace,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The reports.
#[derive(Clone)]
pub struct Reports {
    pub(crate) catalog: Table,
    pub(crate) objects: Objects,
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

/// A version as its item keeps it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct KeptVersion {
    #[serde(flatten)]
    pub(crate) version: Version,
    pub(crate) source: Kept,
}

/// A child of a folder, with what lists show of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "node", rename_all = "lowercase")]
pub(crate) enum Entry {
    Report { report: Box<Report> },
    Folder { id: String },
}

/// Reads the head, the newest version and the publication state of a report.
pub(crate) async fn open(catalog: &Table, uid: Uuid) -> Outcome<Option<OpenReport>> {
    let query = catalog.client.query().table_name(&catalog.name).consistent_read(true).scan_index_forward(false);
    let query = query.key_condition_expression("pk = :pk").expression_attribute_values(":pk", s(partition(uid)));
    let answer = query.limit(3).send().await.map_err(fault)?;
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
        let catalog = Table { client: aws.dynamodb(), name: Variable::CatalogTable.text()? };
        Ok(Self { numbers: Numbers::new(&catalog, "REPORT", 10), objects: Objects::new(aws)?, catalog })
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
        let parent = self.folder(&draft.workspace, &draft.folder).await?;
        let kept = sources::keep(&self.objects, uid, &draft.source).await?;
        let unused = kept.object().into_iter().collect();
        let now = ambient::now();
        let report = Report {
            uid,
            number: self.numbers.next().await?,
            natural_id: draft.natural_id,
            workspace: draft.workspace,
            parent,
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
        let writes = self.creation(&report, KeptVersion { version, source: kept })?;
        if let Err(refused) = transact(&self.catalog.client, writes).await {
            // Nobody knows this uid: what was kept under it would stay for ever.
            self.objects.delete(unused).await?;
            return Err(refused_creation(refused, &report));
        }
        Ok(report)
    }

    fn creation(&self, report: &Report, version: KeptVersion) -> Outcome<Vec<TransactWriteItem>> {
        #[derive(Serialize)]
        struct Alias {
            uid: Uuid,
        }
        let new = "attribute_not_exists(pk)";
        let alias_item =
            |name| to_item(&alias(name).unwrap_or_else(|| head_key(report.uid)), &Alias { uid: report.uid });
        let place = entry_key(&report.workspace, &report.parent, &report.name);
        Ok(vec![
            self.catalog.put(
                alias_item(&ReportRef::Natural(report.natural_id.clone()))?,
                "attribute_not_exists(pk) OR attribute_exists(deleted)",
            )?,
            self.catalog.put(to_item(&place, &Entry::Report { report: Box::new(report.clone()) })?, new)?,
            self.catalog.put(alias_item(&ReportRef::Number(report.number))?, new)?,
            self.catalog.put(to_item(&head_key(report.uid), report)?, new)?,
            self.catalog.put(to_item(&version_key(report.uid, 1), &version)?, new)?,
        ])
    }

    /// The id of the folder at this path; the root has the workspace's code as its id.
    async fn folder(&self, workspace: &str, path: &[String]) -> Outcome<String> {
        let mut id = workspace.to_owned();
        for name in path {
            match self.catalog.get(&entry_key(workspace, &id, name)).await? {
                Some(Entry::Folder { id: child }) => id = child,
                _ => return Err(Problem::NotFound(format!("folder: there is no folder “{}”.", path.join("/")))),
            }
        }
        Ok(id)
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
        let natural = alias(&ReportRef::Natural(report.natural_id.clone())).unwrap_or_else(|| head_key(report.uid));
        let head = Change { expression: "SET deletedAt = :now".into(), ..Change::default() };
        let head = head.when(
            "attribute_exists(pk) AND attribute_not_exists(deletedAt) AND version = :version",
            &[(":now", s(now.to_string())), (":version", n(report.version))],
        );
        let alias = Change { expression: "SET deleted = :true".into(), ..Change::default() };
        let alias =
            alias.when("uid = :uid", &[(":true", AttributeValue::Bool(true)), (":uid", s(report.uid.to_string()))]);
        Ok(vec![
            self.catalog.update(&head_key(report.uid), head)?,
            self.catalog.update(&natural, alias)?,
            self.catalog.delete(&entry_key(&report.workspace, &report.parent, &report.name))?,
        ])
    }

    /// Removes what a deleted report was rendered from.
    pub(crate) async fn erase(&self, report: Uuid) -> Outcome<()> {
        self.objects.delete_all(&format!("reports/{report}/"), |_| true).await
    }

    /// All reports of a workspace, as lists show them.
    ///
    /// # Errors
    /// `Internal` when DynamoDB does not answer.
    pub async fn list(&self, workspace: &str) -> Outcome<Vec<Report>> {
        let entries: Vec<Entry> = self.catalog.partition(&format!("TREE#{workspace}"), "").await?;
        let reports = entries.into_iter().filter_map(|entry| match entry {
            Entry::Report { report } => Some(*report),
            Entry::Folder { .. } => None,
        });
        Ok(reports.collect())
    }
}

pub(crate) fn taken(report: &Report) -> Problem {
    Problem::Conflict(format!("name: there is already a “{}” in this folder; choose another name.", report.name))
}

/// The position is that of the write in [`Reports::creation`].
fn refused_creation(refused: Refused, report: &Report) -> Problem {
    match refused {
        Refused::Condition(0) => {
            Problem::Conflict(format!("slug: there is already a report {}; choose another slug.", report.natural_id))
        }
        Refused::Condition(1) => taken(report),
        Refused::Condition(_) => Problem::internal("a report's number or uid was given out twice"),
        Refused::Problem(problem) => problem,
    }
}
