//! What previews show: a bundle in the bucket, as publications have one, and its item in the catalog. Both are there for a day.

use crate::{
    Aws, ambient,
    aws::Variable,
    keys::preview_bundle_key,
    links::LARGEST_ANSWER,
    objects::Objects,
    parts, sent,
    table::{Table, fault, n, to_item},
};
use domain::{
    Outcome,
    bundle::{Entry, Index, Part},
};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The bundles.
#[derive(Clone)]
pub struct PreviewBundles {
    catalog: Table,
    objects: Objects,
}

/// A preview: what serves it, and where its parts are.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PreviewBundle {
    pub report: Uuid,
    /// How the PDF is called when it is saved.
    pub filename: String,
    /// The hashes of the page's style and script, as a policy names them: a bundle may be older than the function that serves it.
    pub style: String,
    pub script: String,
    /// What it lacks, as [`domain::warnings::to_header`] writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warnings: Option<String>,
    pub index: Index,
    pub expires_at: Timestamp,
}

/// How long a preview's parts can be fetched.
const LIFETIME: SignedDuration = SignedDuration::from_hours(24);

fn object(report: Uuid, content: &str, end: &str) -> String {
    format!("renditions/{report}/{content}.{end}")
}

impl PreviewBundles {
    /// # Errors
    /// `Internal` if a variable is missing.
    pub fn new(aws: &Aws) -> Outcome<Self> {
        let catalog = Table::new(aws, Variable::CatalogTable)?;
        Ok(Self { catalog, objects: Objects::new(aws)? })
    }

    /// The bundle of a report that was made from this content, if there is one.
    ///
    /// # Errors
    /// `Internal` when DynamoDB does not answer.
    pub async fn find(&self, report: Uuid, content: &str) -> Outcome<Option<PreviewBundle>> {
        let found: Option<PreviewBundle> = self.catalog.get(&preview_bundle_key(report, content)).await?;
        Ok(found.filter(|bundle| ambient::now() < bundle.expires_at))
    }

    /// Keeps a bundle. It is whole before it can be found.
    ///
    /// # Errors
    /// `Internal` when a service does not answer.
    pub async fn put(&self, content: &str, new: NewPreview) -> Outcome<PreviewBundle> {
        let NewPreview { report, filename, style, script, warnings, index, zip, pdf } = new;
        if pdf.len() as u64 > LARGEST_ANSWER {
            self.objects.put(&object(report, content, "pdf"), pdf, "application/pdf").await?;
        }
        self.objects.put(&object(report, content, "zip"), zip, "application/zip").await?;
        let now = ambient::now();
        let expires_at = now.saturating_add(LIFETIME).unwrap_or(now);
        let bundle = PreviewBundle { report, filename, style, script, warnings, index, expires_at };
        let mut item = to_item(&preview_bundle_key(report, content), &bundle)?;
        item.insert("expires".into(), n(expires_at.as_second().unsigned_abs()));
        let put = self.catalog.client.put_item().table_name(&self.catalog.name).set_item(Some(item));
        sent::put_item(put).await.map_err(fault)?;
        Ok(bundle)
    }

    /// A part of a bundle: its entry and its bytes as they are packed. `None`: the bundle is gone before its time.
    ///
    /// # Errors
    /// `NotFound` when the bundle has no such part, `Internal` when the bucket does not answer or the bytes are damaged.
    pub async fn part(&self, bundle: &PreviewBundle, content: &str, part: Part) -> Outcome<Option<(Entry, Vec<u8>)>> {
        parts::fetch(&self.objects, &object(bundle.report, content, "zip"), &bundle.index, part).await
    }

    /// An address that serves a PDF that is too large for a function for half a minute. `None`: it is gone before its time.
    ///
    /// # Errors
    /// `Internal` when the bucket does not answer or the PDF is not the one that was stored.
    pub async fn pdf_address(
        &self,
        bundle: &PreviewBundle,
        content: &str,
        disposition: &str,
    ) -> Outcome<Option<String>> {
        let key = object(bundle.report, content, "pdf");
        parts::pdf_address(&self.objects, &key, &bundle.index.pdf, disposition).await
    }
}

/// A preview as it is ready to be stored.
pub struct NewPreview {
    pub report: Uuid,
    pub filename: String,
    pub style: String,
    pub script: String,
    pub warnings: Option<String>,
    pub index: Index,
    pub zip: Vec<u8>,
    pub pdf: Vec<u8>,
}
