//! Where JSON of any size is kept: in the item that it belongs to when it is small, else in the bucket under its hash.

use crate::objects::Objects;
use domain::{Outcome, Problem};
use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};
use std::io::Read;

/// The most bytes kept in an item: up to here the write units that they cost are no dearer than an S3 PUT, and they save the
/// reader a request.
const INLINE: usize = 4 * 1024;

/// The most bytes that JSON may unfold to; a body cannot carry more to begin with.
const LARGEST: u64 = 16 * 1024 * 1024;

/// Where it is, gzipped.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Kept {
    #[serde(rename = "inline")]
    Inline(#[serde(with = "serde_bytes")] Vec<u8>),
    #[serde(rename = "object")]
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

/// Keeps a value; an object of it lies under `prefix`.
pub(crate) async fn keep(objects: &Objects, prefix: &str, value: &impl Serialize) -> Outcome<Kept> {
    let bytes = zipped(value)?;
    if bytes.len() <= INLINE {
        return Ok(Kept::Inline(bytes));
    }
    let key = format!("{prefix}/{}.json.gz", hex::encode(Sha256::digest(&bytes)));
    objects.put(&key, bytes, "application/gzip").await?;
    Ok(Kept::Object(key))
}

/// Reads a value back.
pub(crate) async fn read<T: DeserializeOwned>(objects: &Objects, kept: &Kept) -> Outcome<T> {
    let bytes = match kept {
        Kept::Inline(bytes) => bytes.clone(),
        Kept::Object(key) => {
            objects.get(key, None).await?.ok_or_else(|| Problem::internal(format!("{key} is gone")))?
        }
    };
    let mut json = Vec::new();
    GzDecoder::new(bytes.as_slice()).take(LARGEST).read_to_end(&mut json).map_err(Problem::internal)?;
    serde_json::from_slice(&json).map_err(Problem::internal)
}

fn zipped(value: &impl Serialize) -> Outcome<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    serde_json::to_writer(&mut encoder, value).map_err(Problem::internal)?;
    encoder.finish().map_err(Problem::internal)
}
