//! Public links. A link's token is derived from the link's id by a keyed hash, and only its SHA-256 is stored: a copy of
//! the database opens no link, yet the owner of a report can be told the same address again.

use crate::{
    bundle::Index,
    publication::{BundleKey, PublicationId},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;
use uuid::Uuid;

/// The key of all links of an installation: at least 32 random bytes, from the configuration.
#[derive(Clone)]
pub struct LinkKey(Hmac<Sha256>);

impl LinkKey {
    /// Reads the key; `None` when it is too short to be safe.
    pub fn new(text: &str) -> Option<Self> {
        (text.len() >= 32).then(|| Hmac::new_from_slice(text.as_bytes()).ok().map(Self))?
    }

    /// The token of the link with this id: 192 bits that nobody without the key can tell.
    pub fn token(&self, link_id: &str) -> PublicToken {
        let mut mac = self.0.clone();
        mac.update(b"link:");
        mac.update(link_id.as_bytes());
        PublicToken(URL_SAFE_NO_PAD.encode(&mac.finalize().into_bytes()[..24]))
    }

    /// The token of the PDF that was too large for the mails of a delivery.
    pub fn mailed_token(&self, delivery: Uuid) -> PublicToken {
        self.token(&format!("mailed:{delivery}"))
    }
}

/// The secret part of a public address. It has no `Debug`, so that no log can hold it.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicToken(String);

impl PublicToken {
    /// Reads a token out of an address; `None` if it cannot be one.
    pub fn parse(text: &str) -> Option<Self> {
        let sound = text.len() == 32 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        sound.then(|| Self(text.to_owned()))
    }

    /// The address that it opens; `public_url` is the one under which the public reaches the service, without a slash at the end.
    pub fn address(&self, public_url: &str) -> String {
        format!("{public_url}/view/{self}")
    }

    /// The address of a PDF that was too large for a mail.
    pub fn mailed_address(&self, public_url: &str) -> String {
        format!("{public_url}/mailed/{self}")
    }

    /// What is stored in the token's place.
    pub fn hash(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(&self.0))
    }
}

/// The text of the token, for the one who owns the link.
impl fmt::Display for PublicToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A link: what it opens.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Link {
    pub id: Uuid,
    pub created_at: Timestamp,
    /// What the owner calls it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub name: Option<String>,
    pub workspace: String,
    pub report: String,
    pub publication: PublicationId,
    pub bundle: BundleKey,
    /// Where the parts of the bundle lie.
    pub index: Index,
    /// How the PDF is called when it is saved.
    pub filename: String,
    /// The hash of the page's style, as a policy names it (`sha256-…`): a bundle may be older than the function that serves it.
    pub style: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub expires_at: Option<Timestamp>,
    #[serde(default)]
    pub views: u64,
}

impl Link {
    /// Whether it opens anything at this instant.
    pub fn works(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|end| end > now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> LinkKey {
        LinkKey::new(text).unwrap()
    }

    #[test]
    fn a_token_depends_on_the_key_and_on_the_link_and_on_nothing_else() {
        let (a, b) = (key(&"a".repeat(32)), key(&"b".repeat(32)));
        assert!(a.token("1") == a.token("1"));
        assert!(a.token("1") != a.token("2"));
        assert!(a.token("1") != b.token("1"));
    }

    #[test]
    fn a_token_of_ours_can_be_read_back_and_other_texts_are_not_looked_up() {
        let token = key(&"a".repeat(32)).token("1");
        assert!(PublicToken::parse(&token.to_string()).is_some());
        for text in ["", "short", &"x".repeat(33), &format!("{}/", "x".repeat(31))] {
            assert!(PublicToken::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_short_key_is_refused() {
        assert!(LinkKey::new("too short").is_none());
    }
}
