//! PDFs that were too large for a mail: kept for a week, and opened by the link in the mail.
//!
//! The links are in the table of public links, since the function that follows them serves the public.

use crate::{
    Aws,
    aws::Variable,
    objects::Objects,
    sent,
    table::{Key, Table, fault, n, to_item},
};
use domain::{Outcome, Problem, token::PublicToken};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use uuid::Uuid;

/// The PDFs, and the links to them.
#[derive(Clone)]
pub struct MailedFiles {
    links: Table,
    objects: Objects,
}

/// A PDF that a mail links to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MailedFile {
    pub delivery: Uuid,
    /// How it is called when it is saved.
    pub filename: String,
    pub expires_at: Timestamp,
}

/// How long an address of the file itself works: enough to follow a redirect.
const ADDRESS_LIFETIME: Duration = Duration::from_secs(60);
const PDF: &str = "application/pdf";

impl MailedFile {
    fn object(&self) -> String {
        format!("mailed/{}.pdf", self.delivery)
    }
}

fn key(token: &PublicToken) -> Key {
    Key::new(format!("MAILED#{}", token.hash()), "MAILED")
}

impl MailedFiles {
    /// # Errors
    /// `Internal` if a variable is missing.
    pub fn new(aws: &Aws) -> Outcome<Self> {
        let links = Table { client: aws.dynamodb(), name: Variable::LinksTable.text()? };
        Ok(Self { links, objects: Objects::new(aws)? })
    }

    /// Keeps a PDF, and opens it to who has the token.
    ///
    /// # Errors
    /// `Internal` when a service does not answer.
    pub async fn keep(&self, token: &PublicToken, file: &MailedFile, pdf: Vec<u8>) -> Outcome<()> {
        self.objects.put(&file.object(), pdf, PDF).await?;
        let mut item = to_item(&key(token), file)?;
        item.insert("expires".into(), n(file.expires_at.as_second().unsigned_abs()));
        let put = self.links.client.put_item().table_name(&self.links.name).set_item(Some(item));
        sent::put_item(put).await.map(drop).map_err(fault)
    }

    /// The PDF that a token opens.
    ///
    /// # Errors
    /// `NotFound` when there is none or its time is over.
    pub async fn open(&self, token: &PublicToken, now: Timestamp) -> Outcome<MailedFile> {
        let found: Option<MailedFile> = self.links.get(&key(token)).await?;
        let dead = || Problem::NotFound("This link does not work (any more).".into());
        found.filter(|file| file.expires_at > now).ok_or_else(dead)
    }

    /// An address that serves the PDF itself for a minute.
    ///
    /// # Errors
    /// `Internal` when it cannot be signed.
    pub async fn address(&self, file: &MailedFile, disposition: &str) -> Outcome<String> {
        self.objects.address(&file.object(), disposition, PDF, ADDRESS_LIFETIME).await
    }
}
