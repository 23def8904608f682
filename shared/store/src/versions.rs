//! Versions of reports: each change of a report and each new asset makes one, and none ever changes.

use crate::{
    OpenReport, Reports, ambient,
    keys::{entry_key, head_key, version_key},
    reports::{Entry, KeptVersion, taken},
    sources,
    table::{Refused, busy, n, to_item, transact},
};
use domain::{
    Outcome, Problem,
    credential::Caller,
    report::{Actor, Asset, MAX_ASSETS, Report, ReportChange, Source, Version},
};
use sha2::{Digest, Sha256};
use uuid::Uuid;

impl Reports {
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
