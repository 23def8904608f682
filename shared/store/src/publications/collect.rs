//! The collection of bundles that nobody needs: past ones beyond the number that is kept, and what died calls left behind.
//!
//! A bundle is removed only if its publication is finished and it is not one that is kept, in this order of reading: the objects,
//! the records, the state. An object that is listed belongs to an attempt that has begun. If its record is final when it is read,
//! that attempt is over: it is live by then or never will be. The state, which is read last, tells whether it is live. So
//! whatever is published meanwhile, nothing that is live or may become so is touched.

use crate::{
    Publications, ambient,
    keys::collector_key,
    sent,
    table::{fault, to_item},
};
use domain::{
    Outcome,
    publication::{BundleKey, Publication, history::kept_bundles},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// How far the collector has come: the last object that it looked at; none when it begins anew.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Cursor {
    #[serde(skip_serializing_if = "Option::is_none", default)]
    after: Option<String>,
}

/// What a run of the collector did.
#[derive(Debug, Default, Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Collected {
    /// How many objects it looked at.
    pub seen: usize,
    /// How many of them it removed.
    pub removed: usize,
    /// Whether it came to the end; else the next run goes on from here.
    pub complete: bool,
}

/// The most publications of a report that are looked at; older ones have no bundles any more after the first run.
const MOST: usize = 5_000;

impl Publications {
    /// Removes what is not needed, from where the last run ended until everything was looked at or the time is over. Of each report
    /// `past` bundles before the live one are kept.
    ///
    /// # Errors
    /// `Internal` when a service does not answer; the next run goes on from the last page that was finished.
    pub async fn collect(&self, past: usize, until: Timestamp) -> Outcome<Collected> {
        let mut cursor: Cursor = self.catalog.get(&collector_key()).await?.unwrap_or_default();
        let mut collected = Collected::default();
        loop {
            let page = self.objects.page("bundles/", cursor.after.as_deref()).await?;
            let last = page.last().cloned();
            collected.seen += page.len();
            for (report, objects) in by_report(page) {
                collected.removed += self.collect_of(report, objects, past).await?;
            }
            cursor.after = last;
            self.keep_cursor(&cursor).await?;
            if cursor.after.is_none() {
                return Ok(Collected { complete: true, ..collected });
            }
            if ambient::now() >= until {
                return Ok(collected);
            }
        }
    }

    async fn keep_cursor(&self, cursor: &Cursor) -> Outcome<()> {
        let item = to_item(&collector_key(), cursor)?;
        let put = self.catalog.client.put_item().table_name(&self.catalog.name).set_item(Some(item));
        sent::put_item(put).await.map(drop).map_err(fault)
    }

    async fn collect_of(&self, report: Uuid, objects: Vec<String>, past: usize) -> Outcome<usize> {
        let records = self.records().history(report, MOST).await?;
        let state = self.state(report).await?;
        let kept = kept_bundles(&records, &state, past);
        let rubbish: Vec<_> = objects.into_iter().filter(|object| is_rubbish(object, &records, &kept)).collect();
        let removed = rubbish.len();
        self.objects.delete(rubbish).await?;
        Ok(removed)
    }
}

fn by_report(objects: Vec<String>) -> BTreeMap<Uuid, Vec<String>> {
    let mut by_report = BTreeMap::<_, Vec<_>>::new();
    for object in objects {
        if let Some((id, _)) = BundleKey::of_object(&object) {
            by_report.entry(id.report).or_default().push(object);
        }
    }
    by_report
}

fn is_rubbish(object: &str, records: &[Publication], kept: &BTreeSet<BundleKey>) -> bool {
    let Some((id, bundle)) = BundleKey::of_object(object) else { return false };
    let finished = records.iter().any(|record| record.id == id && record.progress.status.is_final());
    finished && !kept.contains(&bundle)
}
