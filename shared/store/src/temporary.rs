//! Temporary data: small data in its own item, larger in the bucket, and the largest uploaded there by the client itself.

use crate::{
    Aws, ambient,
    aws::Variable,
    kept::{self, Kept},
    keys::temporary_key,
    objects::Objects,
    sent,
    table::{Table, fault, n, to_item},
};
use domain::{
    Outcome, Problem,
    data::Data,
    temporary::{TemporaryId, no_data},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The data that clients leave.
#[derive(Clone)]
pub struct TemporaryData {
    catalog: Table,
    objects: Objects,
}

/// Data as its item keeps it.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    /// The code of the workspace, in which alone it can be read.
    workspace: String,
    expires_at: Timestamp,
    content: Content,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Content {
    Kept(Kept),
    /// The object that the client itself writes, as it comes.
    Upload(String),
}

/// Where a client uploads data.
pub struct Upload {
    pub id: TemporaryId,
    pub address: String,
    /// Headers that the request must carry besides what any client sends.
    pub headers: Vec<(String, String)>,
}

/// How long an upload can begin: S3 looks at the time when it does. What was begun goes on, and what is uploaded can only be read with a token.
pub const UPLOAD_LIFETIME: Duration = Duration::from_secs(5 * 60);

impl TemporaryData {
    /// # Errors
    /// `Internal` if a variable is missing.
    pub fn new(aws: &Aws) -> Outcome<Self> {
        let catalog = Table { client: aws.dynamodb(), name: Variable::CatalogTable.text()? };
        Ok(Self { catalog, objects: Objects::new(aws)? })
    }

    /// Keeps data of a workspace until `expires_at`.
    ///
    /// # Errors
    /// `Internal` when a service does not answer.
    pub async fn push(&self, workspace: &str, data: &Data, expires_at: Timestamp) -> Outcome<TemporaryId> {
        let id = TemporaryId::new(ambient::random()?);
        let content = Content::Kept(kept::keep(&self.objects, &format!("temporary/{id}"), data).await?);
        self.write(id, Record { workspace: workspace.to_owned(), expires_at, content }).await?;
        Ok(id)
    }

    /// Takes `size` bytes of this media type, which the client uploads to the address in the answer.
    ///
    /// # Errors
    /// `Internal` when a service does not answer.
    pub async fn expect(&self, workspace: &str, size: u64, media_type: &str, expires_at: Timestamp) -> Outcome<Upload> {
        let id = TemporaryId::new(ambient::random()?);
        let key = format!("temporary/{id}/upload");
        let (address, headers) = self.objects.upload_address(&key, size, media_type, UPLOAD_LIFETIME).await?;
        let content = Content::Upload(key);
        self.write(id, Record { workspace: workspace.to_owned(), expires_at, content }).await?;
        Ok(Upload { id, address, headers })
    }

    async fn write(&self, id: TemporaryId, record: Record) -> Outcome<()> {
        let mut item = to_item(&temporary_key(id), &record)?;
        item.insert("expires".into(), n(record.expires_at.as_second().unsigned_abs()));
        let put = self.catalog.client.put_item().table_name(&self.catalog.name).set_item(Some(item));
        // Of 2^53 ids two may be drawn alike once in a very long while: then nothing is overwritten.
        sent::put_item(put.condition_expression("attribute_not_exists(pk)")).await.map(drop).map_err(fault)
    }

    /// Refuses data that is not there for this workspace, without reading it.
    ///
    /// # Errors
    /// `Invalid` when it never was, is over, or belongs to another workspace.
    pub async fn require(&self, workspace: &str, id: u64) -> Outcome<()> {
        self.record(workspace, id).await.map(drop)
    }

    /// The data with this id, for this workspace.
    ///
    /// # Errors
    /// `Invalid` when it never was, is over, belongs to another workspace, was not uploaded yet, or is no JSON.
    pub async fn read(&self, workspace: &str, id: u64) -> Outcome<Data> {
        match self.record(workspace, id).await?.content {
            Content::Kept(kept) => kept::read(&self.objects, &kept).await,
            Content::Upload(key) => {
                let bytes = self.objects.get(&key, None).await?.ok_or_else(not_uploaded)?;
                serde_json::from_slice(&bytes)
                    .map_err(|error| Problem::invalid("tempDataId", format!("what was uploaded is no JSON: {error}.")))
            }
        }
    }

    /// The file that was uploaded under this id for this workspace, and its media type.
    ///
    /// # Errors
    /// `Invalid` when there is none, as [`TemporaryData::read`], and for data that came in a request.
    pub async fn file(&self, workspace: &str, id: u64) -> Outcome<(Vec<u8>, String)> {
        match self.record(workspace, id).await?.content {
            Content::Kept(_) => Err(Problem::invalid(
                "tempDataId",
                "this data came in a request: POST …/temporary-data/uploads gives the id of a file.",
            )),
            Content::Upload(key) => self.objects.get_typed(&key).await?.ok_or_else(not_uploaded),
        }
    }

    async fn record(&self, workspace: &str, id: u64) -> Outcome<Record> {
        let key = temporary_key(TemporaryId::of(id).ok_or_else(|| no_data(id))?);
        let record: Option<Record> = self.catalog.get(&key).await?;
        let seen = |record: &Record| record.workspace == workspace && ambient::now() < record.expires_at;
        record.filter(seen).ok_or_else(|| no_data(id))
    }
}

fn not_uploaded() -> Problem {
    Problem::invalid("tempDataId", "nothing was uploaded yet: PUT it to the address that you got.")
}
