//! Who calls, what the caller may do, and the report or session that the request names. In `workspace`: what addresses with a workspace
//! in them name, for callers and for the cookies of previews; in `presets`: what calls for presets share.

use crate::{log_context, request::Request};
use domain::{
    Outcome, Problem,
    credential::{AccessToken, Caller, Permission, Role, Secret},
    names::ReportRef,
    publication::Publication,
    session::{Session, SessionId},
    tree::access::Access,
};
use store::{AccessTokens, Aws, OpenReport, Reports, Restricted, ambient, publications::Records};
use uuid::Uuid;

mod presets;
mod published;
mod workspace;

pub use presets::WorkspacePresets;
pub use published::PublishedReports;
pub use workspace::WorkspaceReports;

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

    /// As [`Gate::caller`] and, in the same request, for which roles there are rules about folders.
    ///
    /// # Errors
    /// As [`Gate::caller`].
    pub async fn viewer(
        &self,
        reports: &Reports,
        request: &Request,
        permission: Permission,
    ) -> Outcome<(Caller, Restricted)> {
        let secret = request.secret()?;
        let (token, restricted) = self.tokens.find_with_rules(&secret, reports).await?;
        let caller = self.proved(&secret, token).await?;
        caller.require(permission)?;
        Ok((caller, restricted))
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
        self.document(reports, request, permission).await.map_err(|problem| match (problem, request.report()) {
            (Problem::Gone(_), Ok(name)) => Problem::no_report(&name),
            (problem, _) => problem,
        })
    }

    /// As [`Gate::report`], in a dialect that tells a deleted report from one that never was.
    ///
    /// # Errors
    /// As [`Gate::report`], and `Gone` for a report that was deleted.
    pub async fn document(
        &self,
        reports: &Reports,
        request: &Request,
        permission: Permission,
    ) -> Outcome<(Caller, OpenReport)> {
        let name = request.report().map_err(|_| Problem::NotFound("There is no such report.".into()));
        self.named(reports, request, name, permission).await
    }

    /// As [`Gate::document`], for a report that is named in another place.
    ///
    /// # Errors
    /// As [`Gate::document`]; the one of the name, when the caller is known.
    pub async fn named(
        &self,
        reports: &Reports,
        request: &Request,
        name: Outcome<ReportRef>,
        permission: Permission,
    ) -> Outcome<(Caller, OpenReport)> {
        let secret = request.secret()?;
        // A caller without a valid token must not learn which names are names: the token is judged first.
        let name = match name {
            Ok(name) => name,
            Err(problem) => {
                let caller = self.proved(&secret, self.tokens.find(&secret).await?).await?;
                caller.require(Permission::ReportRead)?;
                return Err(problem);
            }
        };
        let (token, leads, restricted) = self.tokens.find_with(&secret, reports, &name).await?;
        let caller = self.proved(&secret, token).await?;
        let found = match leads.within(&name, |workspace| caller.reaches(workspace))? {
            Some(uid) => reports.open(uid).await?,
            None => None,
        };
        let found = found.ok_or_else(|| Problem::no_report(&name))?;
        log_context::report(found.report.uid);
        match access(reports, &caller, &found, &restricted).await? {
            Access::None => return Err(Problem::no_report(&name)),
            _ if found.report.deleted_at.is_some() => {
                return Err(Problem::Gone(format!("The report {name} was deleted.")));
            }
            Access::Read if permission == Permission::ReportWrite && caller.role.holds(permission) => {
                return Err(Problem::Forbidden("The folder of this report is read-only for your role.".into()));
            }
            _ => caller.require(permission)?,
        }
        Ok((caller, found))
    }

    /// The caller, who must hold `permission`, the publication that `{id}` names, by its own id or by the caller's, and its report,
    /// also when that was deleted since.
    ///
    /// # Errors
    /// `Unauthenticated` without a valid token, `Forbidden` without the permission, `NotFound` for a publication that is not there
    /// or whose report the caller may not see.
    pub async fn publication(
        &self,
        reports: &Reports,
        records: &Records,
        request: &Request,
        permission: Permission,
    ) -> Outcome<(Caller, Publication, OpenReport)> {
        let caller = self.caller(request, permission).await?;
        let publication = records.find(&caller, &request.parameter("id")?).await?;
        log_context::publication(publication.id);
        let none = || Problem::NotFound("There is no publication under this id.".into());
        let found = self.known(reports, &caller, publication.id.report).await?.ok_or_else(none)?;
        Ok((caller, publication, found))
    }

    /// The report with this uid, if the caller may see it, also when it was deleted.
    ///
    /// # Errors
    /// `Internal` when DynamoDB does not answer.
    pub async fn known(&self, reports: &Reports, caller: &Caller, uid: Uuid) -> Outcome<Option<OpenReport>> {
        let Some(found) = reports.open(uid).await? else { return Ok(None) };
        log_context::report(uid);
        // Nothing is ever hidden from admins: they need not be looked up.
        let restricted = match caller.role {
            Role::Admin => Restricted::default(),
            _ => reports.restricted().await?,
        };
        let access = access(reports, caller, &found, &restricted).await?;
        Ok((access != Access::None).then_some(found))
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
        log_context::caller(&caller.token_id);
        if let Some(token) = token {
            self.tokens.touch(&token, now).await;
        }
        Ok(caller)
    }
}

/// What is left of a report to the caller by workspace and folder; `restricted` says for whom there are rules about folders.
async fn access(reports: &Reports, caller: &Caller, found: &OpenReport, restricted: &Restricted) -> Outcome<Access> {
    let report = &found.report;
    match caller.reaches(&report.workspace) {
        false => Ok(Access::None),
        true if restricted.holds(&report.workspace, caller.role) => reports.access(report, caller.role).await,
        true => Ok(Access::Write),
    }
}
