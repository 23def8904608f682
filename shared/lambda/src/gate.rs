//! Who calls, what the caller may do, and the report or session that the request names.

use crate::{request::Request, trail};
use domain::{
    Outcome, Problem,
    credential::{AccessToken, Caller, Permission, Role, Secret},
    names::ReportRef,
    preset::{Preset, ReportType},
    preview::{NOT_OPEN, PreviewSession},
    publication::Publication,
    session::{Session, SessionId},
    tree::access::Access,
    workspace::Workspace,
};
use store::{
    AccessTokens, Aws, OpenReport, Presets, Previews, Reports, Restricted, Workspaces, ambient, publications::Records,
};
use uuid::Uuid;

/// The door that every call with credentials goes through.
pub struct Gate {
    tokens: AccessTokens,
}

/// What finds a report in a workspace, by any of its names or as the default report of a type.
pub struct WorkspaceReports {
    pub reports: Reports,
    pub workspaces: Workspaces,
    pub presets: Presets,
}

impl WorkspaceReports {
    /// # Errors
    /// `Internal` if a variable is missing.
    pub fn new(aws: &Aws) -> Outcome<Self> {
        Ok(Self { reports: Reports::new(aws)?, workspaces: Workspaces::new(aws)?, presets: Presets::new(aws)? })
    }

    /// The uid that `{id}` leads to in a workspace; a text that is no name of a report may be the code of a report type.
    async fn uid(&self, workspace: &Workspace, request: &Request) -> Outcome<Uuid> {
        match request.report() {
            Ok(name) => self.reports.uid(&name).await?.ok_or_else(|| Problem::no_report(&name)),
            Err(no_name) => {
                let code = request.parameter("id")?;
                let types: Vec<Preset<ReportType>> = self.presets.list(&workspace.code).await?;
                let kind = types.into_iter().find(|kind| kind.code.eq_ignore_ascii_case(&code)).ok_or(no_name)?;
                kind.details.default_report.ok_or_else(|| {
                    Problem::NotFound(format!(
                        "The report type {code} has no default report; give it one by PUT …/report-types/{code}."
                    ))
                })
            }
        }
    }
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
        let found = found.ok_or_else(|| Problem::no_report(&name))?;
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

    /// The caller, who must hold `permission`, and the workspace that `{ws}` names, by its code or number.
    ///
    /// # Errors
    /// `Unauthenticated` without a valid token, `Forbidden` without the permission, `NotFound` for a workspace that is not there or
    /// that the token does not reach.
    pub async fn workspace(
        &self,
        workspaces: &Workspaces,
        request: &Request,
        permission: Permission,
    ) -> Outcome<(Caller, Workspace)> {
        let secret = request.secret()?;
        let caller = self.proved(&secret, self.tokens.find(&secret).await?).await?;
        let workspace = workspaces.find(Some(&request.parameter("ws")?), &caller).await?;
        caller.require(permission)?;
        Ok((caller, workspace))
    }

    /// As [`Gate::report`], for a report that `{id}` names in the workspace `{ws}`; it may be named by the code of the report type of
    /// which it is the default.
    ///
    /// # Errors
    /// As [`Gate::report`] and [`Gate::workspace`].
    pub async fn workspace_report(
        &self,
        place: &WorkspaceReports,
        request: &Request,
        permission: Permission,
    ) -> Outcome<(Caller, Workspace, OpenReport)> {
        if request.report().is_ok() {
            let (caller, found) = self.report(&place.reports, request, permission).await?;
            let workspace = place.workspaces.find(Some(&request.parameter("ws")?), &caller).await?;
            return Ok((caller, workspace.clone(), in_workspace(Some(found), &workspace, request)?));
        }
        let (caller, workspace) = self.workspace(&place.workspaces, request, permission).await?;
        let found = self.looked_at(place, &caller, &workspace, request).await?;
        Ok((caller, workspace, found))
    }

    /// Who holds the token that made a preview's nonce, in the workspace of the preview.
    ///
    /// # Errors
    /// `Unauthenticated` when that token was revoked, has expired or does not reach the workspace.
    pub async fn previewer(&self, session: &PreviewSession, workspace: &Workspace) -> Outcome<Caller> {
        let (token, now) = (self.tokens.by_id(&session.token).await?, ambient::now());
        let caller = session.caller(token.as_ref(), &workspace.code, now)?;
        caller.require(Permission::ReportRead)?;
        if let Some(token) = token {
            self.tokens.touch(&token, now).await;
        }
        Ok(caller)
    }

    /// The workspace that `{ws}` names and the report that `{id}` names in it, for who presents a cookie of a preview.
    ///
    /// # Errors
    /// `Unauthenticated` without a cookie that opens the workspace, `NotFound` for a report that its token may not see.
    pub async fn preview(
        &self,
        previews: &Previews,
        place: &WorkspaceReports,
        request: &Request,
        cookies: impl FnOnce(&Workspace) -> Vec<Secret>,
    ) -> Outcome<(Workspace, OpenReport)> {
        // A stranger must not learn which workspaces there are.
        let hidden = |problem| if matches!(problem, Problem::NotFound(_)) { NOT_OPEN } else { problem };
        let workspace = place.workspaces.named(&request.parameter("ws")?).await.map_err(hidden)?;
        let now = ambient::now();
        for cookie in cookies(&workspace) {
            let session = previews.find(&cookie).await?;
            let Ok(session) = PreviewSession::opened(session, &cookie, &workspace.code, now) else { continue };
            let caller = self.previewer(&session, &workspace).await?;
            let found = self.looked_at(place, &caller, &workspace, request).await?;
            return Ok((workspace, found));
        }
        Err(NOT_OPEN)
    }

    async fn looked_at(
        &self,
        place: &WorkspaceReports,
        caller: &Caller,
        workspace: &Workspace,
        request: &Request,
    ) -> Outcome<OpenReport> {
        let uid = place.uid(workspace, request).await?;
        let found = self.known(&place.reports, caller, uid).await?;
        in_workspace(found.filter(|found| found.report.deleted_at.is_none()), workspace, request)
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
        trail::publication(publication.id);
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
        if let Some(token) = token {
            self.tokens.touch(&token, now).await;
        }
        Ok(caller)
    }
}

/// The report, if it was found and is in this workspace.
fn in_workspace(found: Option<OpenReport>, workspace: &Workspace, request: &Request) -> Outcome<OpenReport> {
    let name = request.report().map(|name: ReportRef| name.to_string());
    let none = || {
        let name = name.or_else(|_| request.parameter("id")).unwrap_or_default();
        Problem::NotFound(format!("There is no report {name} in the workspace {}.", workspace.code))
    };
    found.filter(|found| found.report.workspace == workspace.code).ok_or_else(none)
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
