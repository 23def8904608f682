//! Secrets that callers present: access tokens, and the nonces and cookies of previews.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// What a secret opens; each kind has a beginning of its own, so that none is ever taken for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretKind {
    AccessToken,
    /// Turned into a cookie by the first request of a preview.
    Nonce,
    /// The cookie of previews.
    Preview,
}

impl SecretKind {
    fn prefix(self) -> &'static str {
        match self {
            Self::AccessToken => "imp_",
            Self::Nonce => "imn_",
            Self::Preview => "imv_",
        }
    }
}

/// A secret as it is presented, `imp_<id>.<secret>`: the id finds the record, the rest proves the holder.
#[derive(Clone)]
pub struct Secret {
    kind: SecretKind,
    id: String,
    secret: String,
}

impl Secret {
    /// A secret from random bytes.
    pub fn new(kind: SecretKind, id: [u8; 12], secret: [u8; 32]) -> Self {
        Self { kind, id: URL_SAFE_NO_PAD.encode(id), secret: URL_SAFE_NO_PAD.encode(secret) }
    }

    /// Another secret that is found under the same id.
    pub fn beside(&self, kind: SecretKind, secret: [u8; 32]) -> Self {
        Self { kind, id: self.id.clone(), secret: URL_SAFE_NO_PAD.encode(secret) }
    }

    /// Reads what is presented; `None` if it does not have the form of a secret of this kind.
    pub fn parse(kind: SecretKind, text: &str) -> Option<Self> {
        let (id, secret) = text.strip_prefix(kind.prefix())?.split_once('.')?;
        let sound = |part: &str, length| {
            part.len() == length && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        };
        (sound(id, 16) && sound(secret, 43)).then(|| Self { kind, id: id.to_owned(), secret: secret.to_owned() })
    }

    /// The public half, by which the record is found.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The whole of it, to be shown to its owner once.
    pub fn reveal(&self) -> String {
        format!("{}{}.{}", self.kind.prefix(), self.id, self.secret)
    }

    /// What is kept in its place.
    pub fn hash(&self) -> String {
        // A random 256-bit secret needs no slow hash: there is nothing to guess.
        URL_SAFE_NO_PAD.encode(Sha256::digest(&self.secret))
    }

    /// Whether `kept` was made of this very secret.
    pub fn hashes_to(&self, kept: &str) -> bool {
        bool::from(self.hash().as_bytes().ct_eq(kept.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_are_not_tokens_are_not_looked_up() {
        for text in [
            "",
            "imp_",
            "imp_short.short",
            "Bearer x",
            "imp_aaaaaaaaaaaaaaaa.bad/secret/with/slashes/0000000000000000000",
        ] {
            assert!(Secret::parse(SecretKind::AccessToken, text).is_none(), "{text:?}");
        }
    }

    #[test]
    fn a_secret_of_one_kind_is_none_of_another() {
        let nonce = Secret::new(SecretKind::Nonce, [1; 12], [2; 32]);
        assert!(Secret::parse(SecretKind::Nonce, &nonce.reveal()).is_some());
        for other in [SecretKind::AccessToken, SecretKind::Preview] {
            assert!(Secret::parse(other, &nonce.reveal()).is_none());
        }
        let cookie = nonce.beside(SecretKind::Preview, [3; 32]);
        assert!(cookie.id() == nonce.id() && !nonce.hashes_to(&cookie.hash()));
    }
}
