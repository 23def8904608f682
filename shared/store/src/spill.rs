//! Answers that are larger than a function can give: the caller fetches them from the bucket.

use crate::{Aws, objects::Objects};
use domain::Outcome;
use std::time::Duration;

/// How long the address of an answer works. The template removes the object itself after a day.
const LIFETIME: Duration = Duration::from_secs(60);

/// The part of the bucket where such answers lie.
#[derive(Clone)]
pub struct Spill {
    objects: Objects,
}

impl Spill {
    /// # Errors
    /// `Internal` if a variable is missing.
    pub fn new(aws: &Aws) -> Outcome<Self> {
        Ok(Self { objects: Objects::new(aws)? })
    }

    /// Stores an answer under `name`, and tells where it can be fetched for a minute without credentials.
    ///
    /// # Errors
    /// `Internal` when the bucket does not answer.
    pub async fn address(&self, name: &str, bytes: Vec<u8>, media_type: &str) -> Outcome<String> {
        let key = format!("answers/{name}");
        self.objects.put(&key, bytes, media_type).await?;
        self.objects.address(&key, "inline", media_type, LIFETIME).await
    }
}
