//! Exago's sessions: what a client makes first, and names in every later call. A session holds no credential and gives no right;
//! it says which workspace the calls are about, and it ends with the access token that made it.

use crate::credential::Caller;
use crate::problem::{Outcome, Problem};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// How long a session lives.
const LIFETIME: SignedDuration = SignedDuration::from_hours(12);

/// A session as it is kept, under the hash of its id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Session {
    /// The access token that made it.
    pub token: String,
    /// The code of the workspace.
    pub workspace: String,
    pub expires_at: Timestamp,
}

/// The id of a session, as clients send it.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionId(Uuid);

impl SessionId {
    /// An id from random bytes.
    pub fn new(uid: Uuid) -> Self {
        Self(uid)
    }

    /// Reads what a client sends; `None` if it cannot be an id.
    pub fn parse(text: &str) -> Option<Self> {
        Uuid::try_parse(text).ok().map(Self)
    }

    /// The id, for the client who made the session.
    pub fn reveal(&self) -> String {
        self.0.to_string()
    }

    /// Under what the session is kept.
    pub fn hash(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.0.as_bytes()))
    }
}

impl Session {
    /// A session of the caller in a workspace.
    pub fn begin(caller: &Caller, workspace: &str, now: Timestamp) -> Self {
        let expires_at = now.saturating_add(LIFETIME).unwrap_or(now);
        Self { token: caller.token_id.clone(), workspace: workspace.to_owned(), expires_at }
    }

    /// Proves that the session that was found is the caller's and lives.
    ///
    /// # Errors
    /// `Unauthenticated` otherwise, in the same words whatever is wrong.
    pub fn check(found: Option<Self>, caller: &Caller, now: Timestamp) -> Outcome<Self> {
        let live = |session: &Self| session.token == caller.token_id && now < session.expires_at;
        found.filter(live).ok_or(Problem::Unauthenticated(
            "The session is unknown, has ended, or belongs to another access token. Make a new one: POST /rest/sessions.",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credential::{NewAccessToken, Role};

    fn caller(id: u8) -> Caller {
        let new = NewAccessToken {
            name: "n".into(),
            role: Role::Viewer,
            workspaces: None,
            user: None,
            email: None,
            team: None,
            expires_at: None,
        };
        let (token, secret) = new.issue("ada", [id; 12], [2; 32], Timestamp::UNIX_EPOCH).unwrap();
        Caller::authenticate(&secret, Some(&token), Timestamp::UNIX_EPOCH).unwrap()
    }

    #[test]
    fn a_session_serves_the_token_that_made_it_until_its_time_is_over() {
        let (start, ada) = (Timestamp::UNIX_EPOCH, caller(1));
        let session = Session::begin(&ada, "default", start);
        let end = session.expires_at;
        assert_eq!(Session::check(Some(session.clone()), &ada, start).unwrap().workspace, "default");
        assert!(Session::check(Some(session.clone()), &ada, end).is_err(), "over to the second");
        assert!(Session::check(Some(session), &caller(2), start).is_err(), "another token");
        assert!(Session::check(None, &ada, start).is_err(), "unknown");
    }

    #[test]
    fn the_id_is_read_in_any_form_of_a_guid_and_kept_as_a_hash() {
        let id = SessionId::new(Uuid::from_u128(7));
        assert!(SessionId::parse(&id.reveal().to_uppercase()) == Some(id.clone()));
        assert!(!id.hash().contains(&id.reveal()) && SessionId::parse("../x").is_none());
    }
}
