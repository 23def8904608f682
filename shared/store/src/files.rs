//! Files that are made for callers and fetched by them: renditions, which the bucket keeps for a day in case that they are asked for
//! again, and exports.

pub use crate::objects::StoredFile;
use crate::{Aws, links::LARGEST_ANSWER, objects::Objects};
use bytes::Bytes;
use domain::{Outcome, temporary::TemporaryId, warnings::to_header};
use std::time::Duration;
use uuid::Uuid;

/// The files.
#[derive(Clone)]
pub struct Files {
    objects: Objects,
}

/// Where a file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileKey(String);

impl FileKey {
    /// A rendition of a report; `content` names all that it was made from.
    pub fn rendition(report: Uuid, content: &str) -> Self {
        Self(format!("renditions/{report}/{content}"))
    }

    /// The content of an export.
    pub fn export(id: TemporaryId) -> Self {
        Self(format!("exports/{id}/content"))
    }
}

/// How long an address of a file works: enough to follow a redirect.
const ADDRESS_LIFETIME: Duration = Duration::from_secs(60);

impl Files {
    /// # Errors
    /// `Internal` if a variable is missing.
    pub fn new(aws: &Aws) -> Outcome<Self> {
        Ok(Self { objects: Objects::new(aws)? })
    }

    /// The file under this key, if there is one.
    ///
    /// # Errors
    /// `Internal` when the bucket does not answer.
    pub async fn find(&self, key: &FileKey) -> Outcome<Option<StoredFile>> {
        self.objects.file(&key.0, LARGEST_ANSWER).await
    }

    /// Keeps a file.
    ///
    /// # Errors
    /// `Internal` when the bucket does not answer.
    pub async fn put(
        &self,
        key: &FileKey,
        name: &str,
        media_type: &str,
        warnings: &[String],
        bytes: Vec<u8>,
    ) -> Outcome<StoredFile> {
        let (name, media_type, warnings) = (name.to_owned(), media_type.to_owned(), to_header(warnings));
        let file = StoredFile { name, media_type, warnings, bytes: None };
        let bytes = Bytes::from(bytes);
        self.objects.put_file(&key.0, &file, bytes.clone()).await?;
        Ok(StoredFile { bytes: (bytes.len() as u64 <= LARGEST_ANSWER).then(|| bytes.into()), ..file })
    }

    /// An address at which anybody may fetch the file for a minute.
    ///
    /// # Errors
    /// `Internal` when it cannot be signed.
    pub async fn address(&self, key: &FileKey, disposition: &str, media_type: &str) -> Outcome<String> {
        self.objects.address(&key.0, disposition, media_type, ADDRESS_LIFETIME).await
    }
}
