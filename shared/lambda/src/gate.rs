//! Who calls, what the caller may do, and the report or session that the request names.

use crate::request::Request;
use domain::{
    Outcome, Problem,
    credential::{AccessToken, Caller, Permission, Secret},
    session::{Session, SessionId},
    tree::access::Access,
};
use store::{AccessTokens, Aws, OpenReport, Reports, ambient};

/// The door that every call with credentials goes through.
pub struct Gate {
    tokens: AccessTokens,
}

impl Gate {
    /// # Errors
    /// `Internal` if a variable is missing.
    pub fn new(aws: &Aws) -> Outcome<Self> {
        Ok(Self { tokens: AccessTokens::new(aws)? })
    }

    /// The caller, who must hold `permission`.
    ///
    /// # Errors
    /// `Unauthenticated` without a valid token, `Forbidden` without the permission.
    pub async fn caller(&self, request: &Request, permission: Permission) -> Outcome<Caller> {
        let secret = request.secret()?;
        let caller = self.proved(&secret, self.tokens.find(&secret).await?).await?;
        caller.require(permission)?;
        Ok(caller)
    }

    /// The caller and the report that `{id}` names, in two requests to DynamoDB.
    ///
    /// # Errors
    /// `Unauthenticated` without a valid token, `NotFound` for a report that is not there, was deleted or is out of the caller's
    /// reach, `Forbidden` for one that the caller may see without holding `permission`.
    pub async fn report(
        &self,
        reports: &Reports,
        request: &Request,
        permission: Permission,
    ) -> Outcome<(Caller, OpenReport)> {
        let secret = request.secret()?;
        // A caller without a valid token must not learn which names are names: the token is judged first.
        let Ok(name) = request.report() else {
            let caller = self.proved(&secret, self.tokens.find(&secret).await?).await?;
            caller.require(Permission::ReportRead)?;
            return Err(Problem::NotFound("There is no such report.".into()));
        };
        let (token, uid, restricted) = self.tokens.find_with(&secret, reports, &name).await?;
        let caller = self.proved(&secret, token).await?;
        let found = match uid {
            Some(uid) => reports.open(uid).await?,
            None => None,
        };
        let found = found.filter(|found| found.report.deleted_at.is_none() && caller.reaches(&found.report.workspace));
        let found = found.ok_or_else(|| Problem::no_report(&name))?;
        let access = match restricted.holds(&found.report.workspace, caller.role) {
            true => reports.access(&found.report, caller.role).await?,
            false => Access::Write,
        };
        match access {
            Access::None => return Err(Problem::no_report(&name)),
            Access::Read if permission == Permission::ReportWrite && caller.role.holds(permission) => {
                return Err(Problem::Forbidden("The folder of this report is read-only for your role.".into()));
            }
            _ => caller.require(permission)?,
        }
        Ok((caller, found))
    }

    /// The caller, who must hold `permission`, and the session that `?sid=` names.
    ///
    /// # Errors
    /// `Unauthenticated` without a valid token or without a session of it, `Forbidden` without the permission.
    pub async fn session(&self, request: &Request, permission: Permission) -> Outcome<(Caller, Session)> {
        let id = request.query("sid").and_then(|sid| SessionId::parse(&sid));
        self.session_of(request, id.as_ref(), permission).await
    }

    /// As [`Gate::session`], for a session that is named in another place.
    ///
    /// # Errors
    /// As [`Gate::session`].
    pub async fn session_of(
        &self,
        request: &Request,
        id: Option<&SessionId>,
        permission: Permission,
    ) -> Outcome<(Caller, Session)> {
        let secret = request.secret()?;
        let (token, session) = match id {
            Some(id) => self.tokens.find_with_session(&secret, id).await?,
            None => (self.tokens.find(&secret).await?, None),
        };
        let caller = self.proved(&secret, token).await?;
        let session = Session::check(session, &caller, ambient::now())?;
        caller.require(permission)?;
        Ok((caller, session))
    }

    async fn proved(&self, secret: &Secret, token: Option<AccessToken>) -> Outcome<Caller> {
        let now = ambient::now();
        let caller = Caller::authenticate(secret, token.as_ref(), now)?;
        if let Some(token) = token {
            self.tokens.touch(&token, now).await;
        }
        Ok(caller)
    }
}
