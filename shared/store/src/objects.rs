//! The bucket.

use crate::{Aws, aws::Variable, sent, table::fault};
use aws_sdk_s3::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
    operation::get_object::GetObjectError,
    presigning::PresigningConfig,
    primitives::ByteStream,
    types::{ChecksumMode, Delete, ObjectIdentifier},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use domain::{Outcome, Problem};
use std::{ops::Range, time::Duration};

/// The bucket of sources, assets and bundles.
#[derive(Clone)]
pub(crate) struct Objects {
    client: Client,
    bucket: String,
}

/// A file that is kept.
#[derive(Debug, Clone)]
pub struct StoredFile {
    /// How it is called when it is saved.
    pub name: String,
    pub media_type: String,
    /// What it lacks, as [`domain::warnings::to_header`] writes it.
    pub warnings: Option<String>,
    /// The contents; `None` if a function cannot answer as much: then the caller fetches it from [`crate::Files::address`].
    pub bytes: Option<Vec<u8>>,
}

impl Objects {
    pub(crate) fn new(aws: &Aws) -> Outcome<Self> {
        Ok(Self { client: aws.s3(), bucket: Variable::Bucket.text()? })
    }

    pub(crate) async fn put(&self, key: &str, bytes: impl Into<Bytes>, media_type: &str) -> Outcome<()> {
        let request = self.client.put_object().bucket(&self.bucket).key(key).content_type(media_type);
        // S3 refuses other bytes, and keeps the checksum with the object.
        let bytes: Bytes = bytes.into();
        let request = request.checksum_crc32(checksum(crc32fast::hash(&bytes)));
        sent::put_object(request.body(ByteStream::from(bytes))).await.map_err(fault)?;
        Ok(())
    }

    /// The object, or the bytes of it that `range` names; `None` if there is no such object.
    pub(crate) async fn get(&self, key: &str, range: Option<Range<u64>>) -> Outcome<Option<Vec<u8>>> {
        let range = range.map(|range| format!("bytes={}-{}", range.start, range.end.saturating_sub(1)));
        let request = self.client.get_object().bucket(&self.bucket).key(key).set_range(range);
        match sent::get_object(request).await {
            Ok(answer) => Ok(Some(sent::collected(answer.body).await.map_err(fault)?)),
            Err(error) if is_missing(&error) => Ok(None),
            Err(error) => Err(fault(error)),
        }
    }

    /// Stores a file with the name under which it is saved, and what it lacks.
    pub(crate) async fn put_file(&self, key: &str, file: &StoredFile, bytes: Bytes) -> Outcome<()> {
        let request = self.client.put_object().bucket(&self.bucket).key(key).content_type(&file.media_type);
        // S3 takes ASCII only.
        let request = request.metadata(NAME, hex::encode(&file.name));
        let request = match &file.warnings {
            Some(warnings) => request.metadata(WARNINGS, warnings),
            None => request,
        };
        sent::put_object(request.body(ByteStream::from(bytes))).await.map_err(fault)?;
        Ok(())
    }

    /// The file under this key, with its contents if it has no more than `most` bytes; `None` if there is none.
    pub(crate) async fn file(&self, key: &str, most: u64) -> Outcome<Option<StoredFile>> {
        let answer = match sent::get_object(self.client.get_object().bucket(&self.bucket).key(key)).await {
            Err(error) if is_missing(&error) => return Ok(None),
            answer => answer.map_err(fault)?,
        };
        let name = answer.metadata().and_then(|metadata| hex::decode(metadata.get(NAME)?).ok());
        let warnings = answer.metadata().and_then(|metadata| metadata.get(WARNINGS).cloned());
        let name = name.and_then(|name| String::from_utf8(name).ok()).unwrap_or_else(|| "report".to_owned());
        let media_type = answer.content_type().unwrap_or(UNTYPED).to_owned();
        let small = answer.content_length().and_then(|size| u64::try_from(size).ok()).is_some_and(|size| size <= most);
        let bytes = match small {
            true => Some(sent::collected(answer.body).await.map_err(fault)?),
            false => None,
        };
        Ok(Some(StoredFile { name, media_type, warnings, bytes }))
    }

    /// The object and its media type; `None` if there is no such object.
    pub(crate) async fn get_typed(&self, key: &str) -> Outcome<Option<(Vec<u8>, String)>> {
        let answer = match sent::get_object(self.client.get_object().bucket(&self.bucket).key(key)).await {
            Err(error) if is_missing(&error) => return Ok(None),
            answer => answer.map_err(fault)?,
        };
        let media_type = answer.content_type().unwrap_or(UNTYPED).to_owned();
        Ok(Some((sent::collected(answer.body).await.map_err(fault)?, media_type)))
    }

    /// An address to which anybody may upload an object of this size and type for a while, and the headers that the request must carry.
    pub(crate) async fn upload_address(
        &self,
        key: &str,
        size: u64,
        media_type: &str,
        lifetime: Duration,
    ) -> Outcome<(String, Vec<(String, String)>)> {
        let request = self.client.put_object().bucket(&self.bucket).key(key).content_type(media_type);
        let request = request.content_length(i64::try_from(size).map_err(Problem::internal)?);
        // What was uploaded cannot be replaced through the same address.
        let request = request.if_none_match("*");
        let lifetime = PresigningConfig::expires_in(lifetime).map_err(Problem::internal)?;
        let signed = sent::presigned_put(request, lifetime).await.map_err(fault)?;
        let headers = signed.headers().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Ok((signed.uri().to_owned(), headers))
    }

    /// An address at which anybody may read the object for a while.
    pub(crate) async fn address(
        &self,
        key: &str,
        disposition: &str,
        media_type: &str,
        lifetime: Duration,
    ) -> Outcome<String> {
        let request = self.client.get_object().bucket(&self.bucket).key(key);
        let request = request.response_content_disposition(disposition).response_content_type(media_type);
        let lifetime = PresigningConfig::expires_in(lifetime).map_err(Problem::internal)?;
        Ok(sent::presigned(request, lifetime).await.map_err(fault)?.uri().to_owned())
    }

    /// As [`Objects::address`], if the object has this size and CRC-32, as S3 keeps them; `None` if there is no such object.
    pub(crate) async fn checked_address(
        &self,
        key: &str,
        (size, crc32): (u64, u32),
        disposition: &str,
        media_type: &str,
        lifetime: Duration,
    ) -> Outcome<Option<String>> {
        let head = self.client.head_object().bucket(&self.bucket).key(key).checksum_mode(ChecksumMode::Enabled);
        let found = match sent::head_object(head).await {
            // The answer to HEAD has no body that could say more.
            Err(error) if error.raw_response().is_some_and(|it| [403, 404].contains(&it.status().as_u16())) => {
                return Ok(None);
            }
            found => found.map_err(fault)?,
        };
        let found_size = found.content_length().and_then(|size| u64::try_from(size).ok());
        if found_size != Some(size) || found.checksum_crc32() != Some(&checksum(crc32)) {
            return Err(Problem::internal(format!("{key} is not the object that was stored")));
        }
        self.address(key, disposition, media_type, lifetime).await.map(Some)
    }

    /// Removes the objects, those that are there.
    pub(crate) async fn delete(&self, keys: Vec<String>) -> Outcome<()> {
        // A request without keys would be refused; no keys are no chunks.
        for some in keys.chunks(1_000) {
            let named = some.iter().map(|key| ObjectIdentifier::builder().key(key).build());
            let named = named.collect::<Result<Vec<_>, _>>().map_err(Problem::internal)?;
            let delete = Delete::builder().set_objects(Some(named)).quiet(true).build().map_err(Problem::internal)?;
            let request = self.client.delete_objects().bucket(&self.bucket).delete(delete);
            let answer = sent::delete_objects(request).await.map_err(fault)?;
            if let Some(error) = answer.errors().first() {
                return Err(Problem::internal(format!("an object was not deleted: {error:?}")));
            }
        }
        Ok(())
    }

    /// Up to a thousand keys that start with `prefix`, in their order, behind `after`; none: that was all.
    pub(crate) async fn page(&self, prefix: &str, after: Option<&str>) -> Outcome<Vec<String>> {
        let list = self.client.list_objects_v2().bucket(&self.bucket).prefix(prefix);
        let page = sent::list_objects(list.set_start_after(after.map(str::to_owned))).await.map_err(fault)?;
        Ok(page.contents.unwrap_or_default().into_iter().filter_map(|object| object.key).collect())
    }

    /// Removes every object whose key starts with `prefix` and that `goes`.
    pub(crate) async fn delete_all(&self, prefix: &str, goes: impl Fn(&str) -> bool) -> Outcome<()> {
        let mut next = None;
        loop {
            let list = self.client.list_objects_v2().bucket(&self.bucket).prefix(prefix);
            let page = sent::list_objects(list.set_continuation_token(next)).await.map_err(fault)?;
            let keys = page.contents.unwrap_or_default().into_iter().filter_map(|object| object.key);
            self.delete(keys.filter(|key| goes(key)).collect()).await?;
            next = page.next_continuation_token;
            if next.is_none() {
                return Ok(());
            }
        }
    }
}

/// A CRC-32 as S3 writes it.
fn checksum(crc32: u32) -> String {
    STANDARD.encode(crc32.to_be_bytes())
}

/// The media type of an object that has none.
const UNTYPED: &str = "application/octet-stream";
/// The metadata that holds the name of a file.
const NAME: &str = "name";
/// The metadata that holds the warnings of a file, where it has some.
const WARNINGS: &str = "warnings";

/// Whether there is no such object. To those who may not list a bucket, S3 says that they may not read it.
fn is_missing(error: &SdkError<GetObjectError>) -> bool {
    error.as_service_error().is_some_and(|error| error.is_no_such_key() || error.code() == Some("AccessDenied"))
}
