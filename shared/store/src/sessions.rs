//! Sessions of the Exago dialect, in the table of access tokens: a call reads both in one request.

use crate::{
    Aws, ambient,
    aws::Variable,
    sent,
    table::{Key, Table, fault, n, to_item},
};
use domain::{
    Outcome,
    credential::Caller,
    session::{Session, SessionId},
};

/// The sessions.
#[derive(Clone)]
pub struct Sessions {
    access: Table,
}

/// A session is found by the hash of its id.
pub(crate) fn session_key(id: &SessionId) -> Key {
    Key::new(format!("SESSION#{}", id.hash()), "SESSION")
}

impl Sessions {
    /// # Errors
    /// `Internal` if a variable is missing.
    pub fn new(aws: &Aws) -> Outcome<Self> {
        Ok(Self { access: Table::new(aws, Variable::AccessTable)? })
    }

    /// Begins a session of the caller in a workspace.
    ///
    /// # Errors
    /// `Internal` when DynamoDB does not answer.
    pub async fn begin(&self, caller: &Caller, workspace: &str) -> Outcome<SessionId> {
        let id = SessionId::new(ambient::uid()?);
        self.write(&id, &Session::begin(caller, workspace, ambient::now())).await?;
        Ok(id)
    }

    /// Lets a session be about another workspace.
    ///
    /// # Errors
    /// `Internal` when DynamoDB does not answer.
    pub async fn move_to(&self, id: &SessionId, session: &Session, workspace: &str) -> Outcome<()> {
        self.write(id, &Session { workspace: workspace.to_owned(), ..session.clone() }).await
    }

    async fn write(&self, id: &SessionId, session: &Session) -> Outcome<()> {
        let mut item = to_item(&session_key(id), session)?;
        item.insert("expires".into(), n(session.expires_at.as_second().unsigned_abs()));
        let put = self.access.client.put_item().table_name(&self.access.name).set_item(Some(item));
        sent::put_item(put).await.map_err(fault)?;
        Ok(())
    }

    /// Ends a session.
    ///
    /// # Errors
    /// `Internal` when DynamoDB does not answer.
    pub async fn end(&self, id: &SessionId) -> Outcome<()> {
        let delete = self.access.client.delete_item().table_name(&self.access.name);
        sent::delete_item(delete.set_key(Some(session_key(id).item()))).await.map_err(fault)?;
        Ok(())
    }
}
