//! The bundles of a report, for those who may read it.

use crate::{OpenReport, Publications};
use domain::{
    Outcome, Problem,
    publication::{BundleKey, Publication, history::kept_bundles},
};
use std::{collections::BTreeSet, time::Duration};

/// The most publications that a history tells.
pub const LONGEST_HISTORY: usize = 1_000;

/// How long an address of a bundle works: enough to follow a redirect.
const ADDRESS_LIFETIME: Duration = Duration::from_secs(60);

impl Publications {
    /// The publications of a report, newest first, at most `most`, and the bundles among them that can be downloaded when `past` before
    /// the live one are kept.
    ///
    /// # Errors
    /// `Internal` when DynamoDB does not answer.
    pub async fn history(
        &self,
        found: &OpenReport,
        most: usize,
        past: usize,
    ) -> Outcome<(Vec<Publication>, BTreeSet<BundleKey>)> {
        let publications = self.records().history(found.report.uid, most).await?;
        let kept = kept_bundles(&publications, &found.state, past);
        Ok((publications, kept))
    }

    /// An address that serves the whole bundle of a publication for a minute.
    ///
    /// # Errors
    /// `NotFound` when the publication has no bundle (any more).
    pub async fn bundle_address(&self, found: &OpenReport, sequence: u64, past: usize) -> Outcome<String> {
        let (publications, kept) = self.history(found, LONGEST_HISTORY, past).await?;
        let publication = publications.into_iter().find(|publication| publication.id.sequence == sequence);
        let Some(publication) = publication else {
            let name = &found.report.natural_id;
            return Err(Problem::NotFound(format!("The report {name} has no publication {sequence}.")));
        };
        let none = || Problem::NotFound(format!("Publication {sequence} has no bundle (any more); publish again."));
        let Some(bundle) = publication.bundle.filter(|bundle| kept.contains(bundle)) else {
            return Err(none());
        };
        // The number that is kept may have been smaller until now.
        if self.objects.page(&bundle.zip(), None).await?.is_empty() {
            return Err(none());
        }
        let name = format!("{}-v{}.zip", found.report.natural_id.slug(), publication.version);
        let disposition = format!("attachment; filename=\"{name}\"");
        self.objects.address(&bundle.zip(), &disposition, "application/zip", ADDRESS_LIFETIME).await
    }
}
