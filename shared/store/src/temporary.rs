//! Temporary data: small data in its own item, larger in the bucket, and the largest uploaded there by the client itself.

use crate::{
    Aws, ambient,
    aws::Variable,
    change::Condition,
    kept::{self, Kept},
    keys::temporary_key,
    objects::Objects,
    table::{Table, n, to_item},
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
enum Content {
    #[serde(rename = "kept")]
    Kept(Kept),
    /// The object that the client itself writes, as it comes.
    #[serde(rename = "upload")]
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

/// So many ids in a row are never taken: with a million items each is with a chance of 1 in 2,000.
const DRAWS: usize = 8;

impl TemporaryData {
    /// # Errors
    /// `Internal` if a variable is missing.
    pub fn new(aws: &Aws) -> Outcome<Self> {
        let catalog = Table::new(aws, Variable::CatalogTable)?;
        Ok(Self { catalog, objects: Objects::new(aws)? })
    }

    /// Keeps data of a workspace until `expires_at`.
    ///
    /// # Errors
    /// `Internal` when a service does not answer.
    pub async fn push(&self, workspace: &str, data: &Data, expires_at: Timestamp) -> Outcome<TemporaryId> {
        let content = Content::Kept(kept::keep(&self.objects, &folder()?, data).await?);
        self.write(&Record { workspace: workspace.to_owned(), expires_at, content }).await
    }

    /// Takes `size` bytes of this media type, which the client uploads to the address in the answer.
    ///
    /// # Errors
    /// `Internal` when a service does not answer.
    pub async fn expect(&self, workspace: &str, size: u64, media_type: &str, expires_at: Timestamp) -> Outcome<Upload> {
        let key = format!("{}/upload", folder()?);
        let (address, headers) = self.objects.upload_address(&key, size, media_type, UPLOAD_LIFETIME).await?;
        let content = Content::Upload(key);
        let id = self.write(&Record { workspace: workspace.to_owned(), expires_at, content }).await?;
        Ok(Upload { id, address, headers })
    }

    async fn write(&self, record: &Record) -> Outcome<TemporaryId> {
        with_new_id(async |id| {
            let mut item = to_item(&temporary_key(id), record)?;
            item.insert("expires".into(), n(record.expires_at.as_second().unsigned_abs()));
            let written = self.catalog.write(item, Some(Condition::new_item())).await?;
            Ok(written.then_some(id))
        })
        .await
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

/// Where the objects of an item lie: not under its id, which may be drawn again while they are still there.
fn folder() -> Outcome<String> {
    Ok(format!("temporary/{}", ambient::uid()?.simple()))
}

/// Writes something under a new id. `write` answers `None` when the id is taken; then another one is drawn, and nothing is overwritten.
pub(crate) async fn with_new_id<T, A>(write: impl Fn(TemporaryId) -> A) -> Outcome<T>
where
    A: Future<Output = Outcome<Option<T>>>,
{
    for _ in 0..DRAWS {
        if let Some(written) = write(TemporaryId::new(ambient::random()?)).await? {
            return Ok(written);
        }
    }
    Err(Problem::internal(format!("{DRAWS} temporary ids in a row were taken")))
}

fn not_uploaded() -> Problem {
    Problem::invalid("tempDataId", "nothing was uploaded yet: PUT it to the address that you got.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;

    #[tokio::test]
    async fn an_id_that_is_taken_is_drawn_again() {
        let drawn = RefCell::new(Vec::new());
        let taken = |id: TemporaryId| {
            drawn.borrow_mut().push(id.number());
            let free = drawn.borrow().len() == 3;
            async move { Ok(free.then_some(id)) }
        };
        let id = with_new_id(taken).await.unwrap();
        let drawn = drawn.into_inner();
        assert_eq!((drawn.len(), drawn[2]), (3, id.number()));
        assert!(drawn.iter().all(|number| (1..1 << 31).contains(number)) && drawn[0] != drawn[1], "{drawn:?}");
    }

    #[tokio::test]
    async fn when_every_id_is_taken_the_fault_is_ours() {
        let taken = |_| async { Ok::<Option<()>, _>(None) };
        assert!(matches!(with_new_id(taken).await, Err(Problem::Internal(_))));
    }
}
