//! Reports, their names, their versions, and their places in the tree.
//!
//! One partition a report (`REPORT#<uid>`) holds its publications (`PUB#…`), versions (`V#…`), head (`~HEAD`) and publication
//! state (`~STATE`), in this order: one backward query reads all that most calls need.

use crate::{
    Aws, ambient,
    aws::Variable,
    objects::Objects,
    sources::{self, Kept},
    table::{Change, Item, Key, Refused, Table, busy, fault, from_item, n, s, to_item, transact},
    workspaces,
};
use aws_sdk_dynamodb::{
    operation::update_item::UpdateItemOutput,
    types::{ConditionCheck, ReturnValue, TransactWriteItem},
};
use domain::{
    Outcome, Problem,
    credential::Caller,
    publication::State,
    report::{Actor, Asset, MAX_ASSETS, Report, ReportChange, ReportDraft, ReportRef, Source, Version, no_workspace},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{
    ops::Range,
    sync::{Arc, Mutex, PoisonError},
};
use uuid::Uuid;

/// The reports.
#[derive(Clone)]
pub struct Reports {
    catalog: Table,
    objects: Objects,
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
    kept: Kept,
}

/// A version as its item keeps it.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct KeptVersion {
    #[serde(flatten)]
    version: Version,
    source: Kept,
}

/// A child of a folder, with what lists show of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "node", rename_all = "lowercase")]
enum Entry {
    Report { report: Box<Report> },
    Folder { id: String },
}

pub(crate) fn partition(report: Uuid) -> String {
    format!("REPORT#{report}")
}

pub(crate) fn state_key(report: Uuid) -> Key {
    Key::new(partition(report), "~STATE")
}

fn head_key(report: Uuid) -> Key {
    Key::new(partition(report), "~HEAD")
}

pub(crate) fn version_key(report: Uuid, version: u64) -> Key {
    Key::new(partition(report), format!("V#{version:010}"))
}

fn entry_key(workspace: &str, parent: &str, name: &str) -> Key {
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
            self.exists(&workspaces::key(&report.workspace))?,
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

    fn exists(&self, key: &Key) -> Outcome<TransactWriteItem> {
        let check = ConditionCheck::builder().table_name(&self.catalog.name).set_key(Some(key.item()));
        let check = check.condition_expression("attribute_exists(pk)").build().map_err(Problem::internal)?;
        Ok(TransactWriteItem::builder().condition_check(check).build())
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

    /// What the newest version of the report is rendered from.
    ///
    /// # Errors
    /// `Internal` when it cannot be read.
    pub async fn source(&self, open: &OpenReport) -> Outcome<Source> {
        sources::read(&self.objects, &open.kept).await
    }

    /// Makes a new version. What `change` leaves out stays as it is.
    ///
    /// # Errors
    /// `Invalid` for wrong fields, `Conflict` when the new name is taken, `Busy` when another change came in between.
    pub async fn update(&self, open: &OpenReport, mut change: ReportChange, caller: &Caller) -> Outcome<Report> {
        let now = ambient::now();
        let note = change.note.take();
        let new_source = change.definition.is_some() || change.data.is_some();
        let source = self.source(open).await?;
        let (report, source) = change.apply(&open.report, source, now)?;
        let kept = match new_source {
            true => sources::keep(&self.objects, report.uid, &source).await?,
            false => open.kept.clone(),
        };
        let assets = open.version.assets.clone();
        let version = Version { version: report.version, note, actor: Actor::from(caller), at: now, assets };
        self.write_version(open, report, KeptVersion { version, source: kept }).await
    }

    /// Stores an asset and makes a version that has it. The same content under the same name changes nothing.
    ///
    /// # Errors
    /// `Conflict` when the report has too many assets, `Busy` when another change came in between.
    pub async fn put_asset(
        &self,
        open: &OpenReport,
        name: &str,
        media_type: &str,
        bytes: Vec<u8>,
        caller: &Caller,
    ) -> Outcome<Report> {
        let asset = Asset {
            sha256: hex::encode(Sha256::digest(&bytes)),
            size: bytes.len() as u64,
            media_type: media_type.to_owned(),
        };
        if open.version.assets.get(name) == Some(&asset) {
            return Ok(open.report.clone());
        }
        let mut assets = open.version.assets.clone();
        self.objects.put(&asset_key(open.report.uid, &asset), bytes, media_type).await?;
        assets.insert(name.to_owned(), asset);
        if assets.len() > MAX_ASSETS {
            return Err(Problem::Conflict(format!(
                "A report has at most {MAX_ASSETS} assets; delete the report or reuse a name."
            )));
        }
        let now = ambient::now();
        let report = Report { version: open.report.version + 1, updated_at: now, ..open.report.clone() };
        let note = Some(format!("Asset {name}"));
        let version = Version { version: report.version, note, actor: Actor::from(caller), at: now, assets };
        self.write_version(open, report, KeptVersion { version, source: open.kept.clone() }).await
    }

    async fn write_version(&self, open: &OpenReport, report: Report, version: KeptVersion) -> Outcome<Report> {
        let before = entry_key(&open.report.workspace, &open.report.parent, &open.report.name);
        let after = entry_key(&report.workspace, &report.parent, &report.name);
        let entry = to_item(&after, &Entry::Report { report: Box::new(report.clone()) })?;
        let head = to_item(&head_key(report.uid), &report)?;
        let mut writes = vec![
            // The version that was read is still the newest: no change is lost, and none is made to a deleted report.
            self.catalog.put_if(
                head,
                "version = :value AND attribute_not_exists(deletedAt)",
                n(open.report.version),
            )?,
            self.catalog
                .put(to_item(&version_key(report.uid, report.version), &version)?, "attribute_not_exists(pk)")?,
        ];
        if before.1 == after.1 {
            writes.push(self.catalog.put(entry, "attribute_exists(pk)")?);
        } else {
            writes.push(self.catalog.put(entry, "attribute_not_exists(pk)")?);
            writes.push(self.catalog.delete(&before)?);
        }
        match transact(&self.catalog.client, writes).await {
            Ok(()) => Ok(report),
            Err(Refused::Condition(2)) => Err(taken(&report)),
            Err(Refused::Condition(_)) => Err(busy()),
            Err(Refused::Problem(problem)) => Err(problem),
        }
    }

    /// Reads one asset.
    ///
    /// # Errors
    /// `Internal` when it cannot be read.
    pub(crate) async fn asset(&self, report: Uuid, asset: &Asset) -> Outcome<Vec<u8>> {
        let key = asset_key(report, asset);
        self.objects.get(&key, None).await?.ok_or_else(|| Problem::internal(format!("the asset {key} is gone")))
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
        let alias = alias.when(
            "uid = :uid",
            &[(":true", aws_sdk_dynamodb::types::AttributeValue::Bool(true)), (":uid", s(report.uid.to_string()))],
        );
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

    /// A version's assets and source, for the worker.
    pub(crate) async fn version(&self, report: Uuid, version: u64) -> Outcome<(Version, Source)> {
        let kept: Option<KeptVersion> = self.catalog.get(&version_key(report, version)).await?;
        let kept = kept.ok_or_else(|| Problem::internal(format!("version {version} of {report} is gone")))?;
        Ok((kept.version, sources::read(&self.objects, &kept.source).await?))
    }
}

fn asset_key(report: Uuid, asset: &Asset) -> String {
    format!("reports/{report}/assets/{}", asset.sha256)
}

fn taken(report: &Report) -> Problem {
    Problem::Conflict(format!("name: there is already a “{}” in this folder; choose another name.", report.name))
}

/// The position is that of the write in [`Reports::creation`].
fn refused_creation(refused: Refused, report: &Report) -> Problem {
    match refused {
        Refused::Condition(0) => no_workspace(&report.workspace),
        Refused::Condition(1) => {
            Problem::Conflict(format!("slug: there is already a report {}; choose another slug.", report.natural_id))
        }
        Refused::Condition(2) => taken(report),
        Refused::Condition(_) => Problem::internal("a report's number or uid was given out twice"),
        Refused::Problem(problem) => problem,
    }
}

/// Gives out small unique numbers. An instance leases a few at a time, so that under load the counter takes a fraction of the
/// writes; numbers of a lease that its instance did not use are never given out.
#[derive(Clone)]
pub(crate) struct Numbers {
    catalog: Table,
    counter: Key,
    lease: u64,
    left: Arc<Mutex<Range<u64>>>,
}

impl Numbers {
    pub(crate) fn new(catalog: &Table, counter: &str, lease: u64) -> Self {
        let counter = Key::new(format!("COUNTER#{counter}"), "COUNTER");
        Self { catalog: catalog.clone(), counter, lease, left: Arc::default() }
    }

    pub(crate) async fn next(&self) -> Outcome<u64> {
        if let Some(number) = self.left().next() {
            return Ok(number);
        }
        let last = self.take_lease().await?;
        let mut left = self.left();
        *left = last + 1 - self.lease..last + 1;
        left.next().ok_or_else(|| Problem::internal("an empty lease of numbers"))
    }

    fn left(&self) -> std::sync::MutexGuard<'_, Range<u64>> {
        self.left.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn take_lease(&self) -> Outcome<u64> {
        #[derive(Deserialize)]
        struct Counter {
            last: u64,
        }
        let update = self.catalog.client.update_item().table_name(&self.catalog.name);
        let update = update
            .set_key(Some(self.counter.item()))
            .update_expression("ADD #last :lease")
            .expression_attribute_names("#last", "last")
            .expression_attribute_values(":lease", n(self.lease))
            .return_values(ReturnValue::AllNew);
        let UpdateItemOutput { attributes, .. } = update.send().await.map_err(fault)?;
        let item: Item = attributes.ok_or_else(|| Problem::internal("the counter told nothing"))?;
        Ok(from_item::<Counter>(item)?.last)
    }
}
