//! What the addresses of a workspace name: the workspace itself, a report in it, an export; for callers with an access token, and for
//! previews, which come with a cookie.

use super::Gate;
use crate::{log_context, request::Request};
use domain::{
    Outcome, Problem,
    credential::{Caller, Permission, Secret},
    export::{Export, no_export},
    names::ReportRef,
    preset::{Preset, ReportType},
    preview::{NOT_OPEN, PreviewSession},
    workspace::Workspace,
};
use store::{Aws, Exports, OpenReport, Presets, Previews, Reports, Restricted, Workspaces, ambient};
use uuid::Uuid;

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
            Ok(name) => {
                let uid = self.reports.leads(&name).await?.within(&name, |code| code == workspace.code)?;
                uid.ok_or_else(|| Problem::no_report(&name))
            }
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

    /// As [`Gate::workspace`] and for which roles there are rules about folders.
    ///
    /// # Errors
    /// As [`Gate::workspace`].
    pub async fn workspace_viewer(
        &self,
        place: &WorkspaceReports,
        request: &Request,
        permission: Permission,
    ) -> Outcome<(Caller, Workspace, Restricted)> {
        let secret = request.secret()?;
        let (token, restricted) = self.tokens.find_with_rules(&secret, &place.reports).await?;
        let caller = self.proved(&secret, token).await?;
        let workspace = place.workspaces.find(Some(&request.parameter("ws")?), &caller).await?;
        caller.require(permission)?;
        Ok((caller, workspace, restricted))
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
        let name = request.report();
        if name.is_ok() {
            match (self.report(&place.reports, request, permission).await, name) {
                // A natural id of several workspaces, maybe: then it is looked for in this one.
                (Err(Problem::NotFound(_)), Ok(ReportRef::Natural(_))) => {}
                (found, _) => {
                    let (caller, found) = found?;
                    let workspace = place.workspaces.find(Some(&request.parameter("ws")?), &caller).await?;
                    return Ok((caller, workspace.clone(), in_workspace(Some(found), &workspace, request)?));
                }
            }
        }
        let (caller, workspace) = self.workspace(&place.workspaces, request, permission).await?;
        let found = self.looked_at(place, &caller, &workspace, request).await?;
        Ok((caller, workspace, found))
    }

    /// The export that `{id}` names in the workspace `{ws}`, for a caller who holds `permission` and may still see its report.
    ///
    /// # Errors
    /// As [`Gate::workspace`], and `NotFound` for an export that is not there, is over, or whose report is gone or hidden.
    pub async fn export(
        &self,
        place: &WorkspaceReports,
        exports: &Exports,
        request: &Request,
        permission: Permission,
    ) -> Outcome<Export> {
        let (caller, workspace) = self.workspace(&place.workspaces, request, permission).await?;
        let export = exports.find(&workspace.code, request.number("id")?).await?;
        let found = self.known(&place.reports, &caller, export.report).await?;
        found.filter(|found| found.report.deleted_at.is_none()).ok_or_else(no_export)?;
        Ok(export)
    }

    /// Who holds the token that made a preview's nonce, in the workspace of the preview.
    ///
    /// # Errors
    /// `Unauthenticated` when that token was revoked, has expired or does not reach the workspace.
    pub async fn previewer(&self, session: &PreviewSession, workspace: &Workspace) -> Outcome<Caller> {
        let (token, now) = (self.tokens.by_id(&session.token).await?, ambient::now());
        let caller = session.caller(token.as_ref(), &workspace.code, now)?;
        log_context::caller(&caller.token_id);
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
            let caller = match self.previewer(&session, &workspace).await {
                // Of several cookies one may have outlived its token.
                Err(Problem::Unauthenticated(_)) => continue,
                caller => caller?,
            };
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
