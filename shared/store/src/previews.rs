//! Nonces and the preview sessions that they become, in the table of access tokens, with which they end.

use crate::{
    Aws, ambient,
    aws::Variable,
    change::{Change, Condition},
    sent,
    table::{Key, Table, fault, n, s, to_item},
};
use domain::{
    Outcome,
    credential::{Caller, Secret, SecretKind},
    preview::{COOKIE_LIFETIME, PreviewSession},
};
use jiff::Timestamp;

/// The nonces and sessions.
#[derive(Clone)]
pub struct Previews {
    access: Table,
}

fn key(secret: &Secret) -> Key {
    Key::new(format!("PREVIEW#{}", secret.id()), "PREVIEW")
}

impl Previews {
    /// # Errors
    /// `Internal` if a variable is missing.
    pub fn new(aws: &Aws) -> Outcome<Self> {
        Ok(Self { access: Table::new(aws, Variable::AccessTable)? })
    }

    /// A new nonce of the caller.
    ///
    /// # Errors
    /// `Internal` when DynamoDB does not answer.
    pub async fn begin(&self, caller: &Caller) -> Outcome<Secret> {
        let nonce = Secret::new(SecretKind::Nonce, ambient::random()?, ambient::random()?);
        let session = PreviewSession::begin(caller, &nonce, ambient::now());
        let mut item = to_item(&key(&nonce), &session)?;
        item.insert("expires".into(), n(session.nonce_expires_at.as_second().unsigned_abs()));
        let put = self.access.client.put_item().table_name(&self.access.name).set_item(Some(item));
        sent::put_item(put).await.map_err(fault)?;
        Ok(nonce)
    }

    /// What is kept of a nonce or of the cookie that it became.
    ///
    /// # Errors
    /// `Internal` when DynamoDB does not answer.
    pub async fn find(&self, secret: &Secret) -> Outcome<Option<PreviewSession>> {
        self.access.get(&key(secret)).await
    }

    /// Turns a nonce into a cookie that opens a workspace, and answers the cookie's value; `None` if somebody else was faster.
    ///
    /// # Errors
    /// `Internal` when DynamoDB does not answer.
    pub async fn redeem(&self, nonce: &Secret, workspace: &str, now: Timestamp) -> Outcome<Option<Secret>> {
        let cookie = nonce.beside(SecretKind::Preview, ambient::random()?);
        let end = now.saturating_add(COOKIE_LIFETIME).unwrap_or(now);
        let change = Change::default()
            .set("cookieHash", s(cookie.hash()))
            .set("workspace", s(workspace))
            .set("expiresAt", s(end.to_string()))
            .set("expires", n(end.as_second().unsigned_abs()));
        // The second half: a request that is made again because its answer was lost finds its own cookie.
        let unspent = vec![Condition::missing("cookieHash"), Condition::is("cookieHash", s(cookie.hash()))];
        let change = change.when(Condition::is("nonceHash", s(nonce.hash()))).when(Condition::Any(unspent));
        Ok(self.access.change::<PreviewSession>(&key(nonce), change).await?.map(|_| cookie))
    }
}
