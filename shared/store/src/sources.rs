//! Where the source of a version is kept: in the version's own item when it is small, else in the bucket under its hash.

use crate::objects::Objects;
use domain::{Outcome, Problem, report::Source};
use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::io::Read;
use uuid::Uuid;

/// The most bytes kept in an item: up to here the write units that they cost are no dearer than an S3 PUT, and they save the
/// reader a request.
const INLINE: usize = 4 * 1024;

/// The most bytes that a source may unfold to; a body cannot carry more to begin with.
const MAX_SOURCE: u64 = 16 * 1024 * 1024;

/// Where a source is, gzipped.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Kept {
    Inline(#[serde(with = "serde_bytes")] Vec<u8>),
    Object(String),
}

impl Kept {
    /// The object that holds it, if it is not in the item itself.
    pub(crate) fn object(&self) -> Option<String> {
        match self {
            Self::Inline(_) => None,
            Self::Object(key) => Some(key.clone()),
        }
    }
}

/// Keeps a source of the report with this uid.
pub(crate) async fn keep(objects: &Objects, report: Uuid, source: &Source) -> Outcome<Kept> {
    let bytes = zipped(source)?;
    if bytes.len() <= INLINE {
        return Ok(Kept::Inline(bytes));
    }
    let key = format!("reports/{report}/sources/{}.json.gz", hex::encode(Sha256::digest(&bytes)));
    objects.put(&key, bytes, "application/gzip").await?;
    Ok(Kept::Object(key))
}

/// Reads a source back.
pub(crate) async fn read(objects: &Objects, kept: &Kept) -> Outcome<Source> {
    let bytes = match kept {
        Kept::Inline(bytes) => bytes.clone(),
        Kept::Object(key) => {
            objects.get(key, None).await?.ok_or_else(|| Problem::internal(format!("the source {key} is gone")))?
        }
    };
    let mut json = Vec::new();
    GzDecoder::new(bytes.as_slice()).take(MAX_SOURCE).read_to_end(&mut json).map_err(Problem::internal)?;
    serde_json::from_slice(&json).map_err(Problem::internal)
}

fn zipped(source: &Source) -> Outcome<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    serde_json::to_writer(&mut encoder, source).map_err(Problem::internal)?;
    encoder.finish().map_err(Problem::internal)
}
