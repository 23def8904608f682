//! Previews in the frames of other sites' pages: a nonce, which the first request turns into a cookie. Source: “CxReports API”,
//! Iframe Authentication.
//!
//! Nonce and cookie are one record: the cookie's secret is written into the nonce's record under the condition that there is none
//! yet. So a nonce has one winner however many ask, and there is no moment at which it is spent and the cookie not there.

use crate::{
    Outcome, Problem,
    credential::{AccessToken, Caller, Secret},
};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// How long a nonce can be turned into a cookie.
const NONCE_LIFETIME: SignedDuration = SignedDuration::from_mins(2);
/// How long the cookie opens previews.
pub const COOKIE_LIFETIME: SignedDuration = SignedDuration::from_hours(1);

/// A nonce as it is kept, and the preview session that it becomes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PreviewSession {
    /// The id of the access token that made the nonce: with it the session ends.
    pub token: String,
    pub nonce_hash: String,
    /// Until when the nonce can be turned into a cookie.
    pub nonce_expires_at: Timestamp,
    /// The hash of the cookie's secret, once there is one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub cookie_hash: Option<String>,
    /// The code of the workspace that the cookie opens.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub workspace: Option<String>,
    /// Until when the cookie opens anything.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub expires_at: Option<Timestamp>,
}

impl PreviewSession {
    /// The record of a new nonce.
    pub fn begin(caller: &Caller, nonce: &Secret, now: Timestamp) -> Self {
        let nonce_expires_at = now.saturating_add(NONCE_LIFETIME).unwrap_or(now);
        let (token, nonce_hash) = (caller.token_id.clone(), nonce.hash());
        Self { token, nonce_hash, nonce_expires_at, cookie_hash: None, workspace: None, expires_at: None }
    }

    /// Whether this nonce can be turned into a cookie, as far as can be told before it is.
    ///
    /// # Errors
    /// `Unauthenticated`, in the same words whatever is wrong.
    pub fn redeemable(found: Option<Self>, nonce: &Secret, now: Timestamp) -> Outcome<Self> {
        let good = |session: &Self| {
            nonce.hashes_to(&session.nonce_hash) && session.cookie_hash.is_none() && now < session.nonce_expires_at
        };
        found.filter(good).ok_or(NOT_OPEN)
    }

    /// The session of a workspace that this cookie opens.
    ///
    /// # Errors
    /// `Unauthenticated`, in the same words whatever is wrong.
    pub fn opened(found: Option<Self>, cookie: &Secret, workspace: &str, now: Timestamp) -> Outcome<Self> {
        let good = |session: &Self| {
            session.cookie_hash.as_ref().is_some_and(|hash| cookie.hashes_to(hash))
                && session.workspace.as_deref() == Some(workspace)
                && session.expires_at.is_some_and(|end| now < end)
        };
        found.filter(good).ok_or(NOT_OPEN)
    }

    /// Who looks at the preview: the holder of the access token that made the nonce, in this workspace only.
    ///
    /// # Errors
    /// `Unauthenticated` when that token was revoked or has expired.
    pub fn caller(&self, token: Option<&AccessToken>, workspace: &str, now: Timestamp) -> Outcome<Caller> {
        let caller = token.filter(|token| token.id == self.token).and_then(|token| Caller::of(token, now));
        let caller = caller.filter(|caller| caller.reaches(workspace)).ok_or(NOT_OPEN)?;
        Ok(caller.only_in(workspace))
    }
}

/// What a preview without a good nonce or cookie is told.
pub const NOT_OPEN: Problem = Problem::Unauthenticated(
    "This preview is not open (any more). Load the page around it again: it has to ask for a new nonce, which works once, \
     for two minutes.",
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credential::{NewAccessToken, Role, SecretKind};

    fn token() -> AccessToken {
        let new = NewAccessToken {
            name: "n".into(),
            role: Role::Viewer,
            workspaces: Some(vec!["a".into(), "b".into()]),
            user: None,
            email: None,
            team: None,
            expires_at: Some(Timestamp::UNIX_EPOCH + SignedDuration::from_hours(2)),
        };
        new.issue("ada", [1; 12], [2; 32], Timestamp::UNIX_EPOCH).unwrap().0
    }

    fn begun() -> (PreviewSession, Secret) {
        let caller = Caller::of(&token(), Timestamp::UNIX_EPOCH).unwrap();
        let nonce = Secret::new(SecretKind::Nonce, [3; 12], [4; 32]);
        (PreviewSession::begin(&caller, &nonce, Timestamp::UNIX_EPOCH), nonce)
    }

    fn opened() -> (PreviewSession, Secret) {
        let cookie = Secret::new(SecretKind::Preview, [3; 12], [5; 32]);
        let session = PreviewSession {
            cookie_hash: Some(cookie.hash()),
            workspace: Some("a".into()),
            expires_at: Some(Timestamp::UNIX_EPOCH + COOKIE_LIFETIME),
            ..begun().0
        };
        (session, cookie)
    }

    #[test]
    fn a_nonce_works_once_for_two_minutes_and_is_kept_as_a_hash() {
        let ((session, nonce), start) = (begun(), Timestamp::UNIX_EPOCH);
        assert!(PreviewSession::redeemable(Some(session.clone()), &nonce, start).is_ok());
        let late = start + SignedDuration::from_mins(2);
        assert!(PreviewSession::redeemable(Some(session.clone()), &nonce, late).is_err(), "to the second");
        assert!(PreviewSession::redeemable(Some(opened().0), &nonce, start).is_err(), "spent");
        let forged = Secret::new(SecretKind::Nonce, [3; 12], [9; 32]);
        assert!(PreviewSession::redeemable(Some(session.clone()), &forged, start).is_err());
        assert!(PreviewSession::redeemable(None, &nonce, start).is_err());
        assert!(!serde_json::to_string(&session).unwrap().contains(nonce.reveal().split_once('.').unwrap().1));
    }

    #[test]
    fn a_cookie_opens_its_workspace_for_an_hour() {
        let ((session, cookie), start) = (opened(), Timestamp::UNIX_EPOCH);
        let open = |session: &PreviewSession, cookie: &Secret, workspace: &str, now| {
            PreviewSession::opened(Some(session.clone()), cookie, workspace, now).is_ok()
        };
        assert!(open(&session, &cookie, "a", start));
        assert!(!open(&session, &cookie, "b", start), "another workspace");
        assert!(!open(&session, &cookie, "a", start + COOKIE_LIFETIME), "over");
        assert!(!open(&session, &begun().1, "a", start), "the nonce is no cookie");
        assert!(!open(&begun().0, &cookie, "a", start), "not redeemed");
    }

    #[test]
    fn the_session_can_do_what_its_token_can_in_one_workspace_and_ends_with_it() {
        let ((session, _), start) = (opened(), Timestamp::UNIX_EPOCH);
        let caller = session.caller(Some(&token()), "a", start).unwrap();
        assert!(caller.reaches("a") && !caller.reaches("b") && caller.role == Role::Viewer);
        assert!(session.caller(None, "a", start).is_err(), "revoked");
        assert!(session.caller(Some(&token()), "c", start).is_err(), "not the token's");
        let late = start + SignedDuration::from_hours(2);
        assert!(session.caller(Some(&token()), "a", late).is_err(), "expired");
    }
}
