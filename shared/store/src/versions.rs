//! Versions of reports: each change of a report and each new asset makes one, and none ever changes.

use crate::{
    OpenReport, Reports, ambient,
    change::Condition,
    kept,
    keys::{head_key, partition, version_key},
    reports::{KeptVersion, sources, taken_slug},
    table::{Key, n, s, take_first, to_item, until_settled_from},
};
use domain::{
    Outcome, Problem,
    credential::{Caller, Role},
    report::{Actor, Asset, Report, ReportChange, Source, Version, check_assets},
    tree::{access::Access, path, taken},
};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use uuid::Uuid;

/// No report has so many.
const LAST_VERSION: u64 = 9_999_999_999;

impl Reports {
    /// What the newest version of the report is rendered from.
    ///
    /// # Errors
    /// `Internal` when it cannot be read.
    pub async fn source(&self, open: &OpenReport) -> Outcome<Source> {
        kept::read(&self.objects, &open.kept).await
    }

    /// Makes a new version, in another folder or under another name if `change` says so. What it leaves out stays as it is in the
    /// version before, whoever makes that in the meantime.
    ///
    /// # Errors
    /// `Invalid` for wrong fields, `NotFound` for a folder or report that is not there, `Conflict` when the new name or slug is taken, `Busy` when
    /// others were always faster; then nothing was changed.
    pub async fn update(&self, open: &OpenReport, mut change: ReportChange, caller: &Caller) -> Outcome<Report> {
        let folder = change.folder.take().map(|folder| path("folder", &folder)).transpose()?;
        self.on_newest(open, caller, async |open: OpenReport| {
            let (now, note) = (ambient::now(), change.note.clone());
            let new_source = change.definition.is_some() || change.data.is_some();
            let source = self.source(&open).await?;
            let (report, source) = change.clone().apply(&open.report, source, now)?;
            let kept = match new_source {
                true => kept::keep(&self.objects, &sources(report.uid), &source).await?,
                false => open.kept.clone(),
            };
            let assets = open.version.assets.clone();
            let version = Version { version: report.version, note, actor: Actor::from(caller), at: now, assets };
            let version = KeptVersion { version, source: kept };
            self.write_version(&open, &report, &version, folder.as_deref(), caller.role).await
        })
        .await
    }

    /// Stores an asset and makes a version that has it, beside all that others store in the meantime. The same content under the same
    /// name changes nothing.
    ///
    /// # Errors
    /// `Conflict` when the report has too many assets or too large ones, `Busy` when others were always faster.
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
        let Some(assets) = with_asset(&open.version, name, &asset) else { return Ok(open.report.clone()) };
        // What will be refused is not stored first.
        check_assets(&assets)?;
        self.objects.put(&asset_key(open.report.uid, &asset), bytes, media_type).await?;
        self.on_newest(open, caller, async |open: OpenReport| {
            let Some(assets) = with_asset(&open.version, name, &asset) else { return Ok(Some(open.report)) };
            check_assets(&assets)?;
            let now = ambient::now();
            let report = Report { version: open.report.version + 1, updated_at: now, ..open.report.clone() };
            let note = Some(format!("Asset {name}"));
            let version = Version { version: report.version, note, actor: Actor::from(caller), at: now, assets };
            let version = KeptVersion { version, source: open.kept.clone() };
            self.write_version(&open, &report, &version, None, caller.role).await
        })
        .await
    }

    /// Makes a version of the report as the caller found it; if another one came in between, of the report as it is then.
    async fn on_newest<F, A>(&self, found: &OpenReport, caller: &Caller, make: F) -> Outcome<Report>
    where
        F: Fn(OpenReport) -> A,
        A: Future<Output = Outcome<Option<Report>>>,
    {
        let before = &found.report;
        let read = async || {
            let now = self.open(before.uid).await?.filter(|open| open.report.deleted_at.is_none());
            let now = now.ok_or_else(|| Problem::no_report(&before.natural_id))?;
            // The gate looked at the folder in which the report was.
            if now.report.parent != before.parent && self.access(&now.report, caller.role).await? != Access::Write {
                return Err(Problem::Forbidden(
                    "The report was moved to a folder that your role cannot change.".into(),
                ));
            }
            Ok(now)
        };
        until_settled_from(found.clone(), read, make).await
    }

    /// Writes a version and, with `folder`, moves the report to the folder at that path. `None`: overtaken, to be tried again.
    async fn write_version(
        &self,
        open: &OpenReport,
        report: &Report,
        version: &KeptVersion,
        folder: Option<&[String]>,
        role: Role,
    ) -> Outcome<Option<Report>> {
        let (mut report, mut writes) = (report.clone(), Vec::new());
        if let Some(folder) = folder {
            let way = self.tree.way(&report.workspace, folder, role).await?;
            way.writable(role)?;
            writes = self.tree.hand_over(&report.parent, &way)?;
            report.parent = way.end().to_owned();
        }
        let first = writes.len();
        // The version that was read is still the newest: no change is lost, and none is made to a deleted report.
        let newest = Condition::is("version", n(open.report.version));
        let newest = Condition::All(vec![newest, Condition::missing("deletedAt")]);
        writes.push(self.catalog.put(to_item(&head_key(report.uid), &report)?, newest)?);
        let item = to_item(&version_key(report.uid, report.version), version)?;
        writes.push(self.catalog.put(item, Condition::new_item())?);
        writes.push(self.tree.put_report(&report)?);
        writes.extend(self.tree.rename_report(&open.report, &report)?);
        writes.extend(self.list_anew(Some(&open.report), Some(&report))?);
        let renamed = writes.len() - first;
        writes.extend(self.rename_natural_id(&open.report, &report)?);
        let refused = |position: usize, _| match position.checked_sub(first)? {
            0 | 1 => None,
            position if position < renamed => Some(taken(&report.name)),
            position => (position == renamed).then(|| taken_slug(&report)),
        };
        Ok(self.tree.settle(writes, refused).await?.map(|()| report.clone()))
    }

    /// The versions of a report before the version `before` or from the newest on, newest first, at most `most`.
    ///
    /// # Errors
    /// `Internal` when DynamoDB does not answer.
    pub async fn versions(&self, report: Uuid, before: Option<u64>, most: usize) -> Outcome<Vec<Version>> {
        let Key(_, first) = version_key(report, 0);
        let Key(_, last) = version_key(report, before.map_or(LAST_VERSION, |before| before.saturating_sub(1)));
        let query = self.catalog.client.query().table_name(&self.catalog.name).consistent_read(true);
        let query = query
            .scan_index_forward(false)
            .key_condition_expression("pk = :pk AND sk BETWEEN :first AND :last")
            .expression_attribute_values(":pk", s(partition(report)))
            .expression_attribute_values(":first", s(first))
            .expression_attribute_values(":last", s(last));
        take_first(&query, None, most).await
    }

    /// A version of a report, without what it is rendered from.
    ///
    /// # Errors
    /// `NotFound` when there is none with this number.
    pub async fn version_of(&self, found: &OpenReport, version: u64) -> Outcome<Version> {
        Ok(self.kept_version(found, version).await?.version)
    }

    /// A version of a report, and what it is rendered from.
    ///
    /// # Errors
    /// `NotFound` when there is none with this number.
    pub async fn version_with_source(&self, found: &OpenReport, version: u64) -> Outcome<(Version, Source)> {
        let kept = self.kept_version(found, version).await?;
        Ok((kept.version, kept::read(&self.objects, &kept.source).await?))
    }

    /// A version of a report with all that it is rendered from: source and the assets' contents.
    ///
    /// # Errors
    /// `NotFound` when there is none with this number, `Internal` when something cannot be read.
    pub async fn contents(
        &self,
        found: &OpenReport,
        version: u64,
    ) -> Outcome<(Version, Source, BTreeMap<String, Vec<u8>>)> {
        let (version, source) = match version == found.version.version {
            true => (found.version.clone(), self.source(found).await?),
            false => self.version_with_source(found, version).await?,
        };
        let assets = self.all_assets(found.report.uid, &version).await?;
        Ok((version, source, assets))
    }

    async fn kept_version(&self, found: &OpenReport, version: u64) -> Outcome<KeptVersion> {
        let kept = self.catalog.get(&version_key(found.report.uid, version)).await?;
        let name = &found.report.natural_id;
        kept.ok_or_else(|| Problem::NotFound(format!("The report {name} has no version {version}.")))
    }

    pub(crate) async fn all_assets(&self, report: Uuid, version: &Version) -> Outcome<BTreeMap<String, Vec<u8>>> {
        let mut assets = BTreeMap::new();
        for (name, asset) in &version.assets {
            assets.insert(name.clone(), self.asset(report, asset).await?);
        }
        Ok(assets)
    }

    /// Reads one asset.
    ///
    /// # Errors
    /// `Internal` when it cannot be read.
    async fn asset(&self, report: Uuid, asset: &Asset) -> Outcome<Vec<u8>> {
        let key = asset_key(report, asset);
        self.objects.get(&key, None).await?.ok_or_else(|| Problem::internal(format!("the asset {key} is gone")))
    }

    /// A version's assets and source, for the worker.
    pub(crate) async fn version(&self, report: Uuid, version: u64) -> Outcome<(Version, Source)> {
        let kept: Option<KeptVersion> = self.catalog.get(&version_key(report, version)).await?;
        let kept = kept.ok_or_else(|| Problem::internal(format!("version {version} of {report} is gone")))?;
        Ok((kept.version, kept::read(&self.objects, &kept.source).await?))
    }
}

/// The assets of the next version, if this one does not have that asset under that name.
fn with_asset(version: &Version, name: &str, asset: &Asset) -> Option<BTreeMap<String, Asset>> {
    if version.assets.get(name) == Some(asset) {
        return None;
    }
    let mut assets = version.assets.clone();
    assets.insert(name.to_owned(), asset.clone());
    Some(assets)
}

fn asset_key(report: Uuid, asset: &Asset) -> String {
    format!("reports/{report}/assets/{}", asset.sha256)
}
