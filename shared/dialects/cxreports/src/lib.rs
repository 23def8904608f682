//! CxReports' words, and those of Imprint's own calls under `/api/v1`, which follow them. Nothing is decided here.
//!
//! Sources: “CxReports API”, and the official Python client, which reads the fields of workspaces.

use domain::{
    Problem,
    credential::{AccessToken, Role},
    problem::{Refusal, Wording},
    workspace::Workspace,
};
use jiff::Timestamp;
use serde::Serialize;

/// CxReports' wording of refusals: `{"error":"…"}`. Never HTML: the official client takes any HTML for a sign-in page.
pub struct CxReports;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    error: &'a str,
    request_id: &'a str,
}

impl Wording for CxReports {
    fn refusal(problem: &Problem, request_id: &str, _: &str) -> Refusal {
        Refusal::json(&Body { error: &problem.told(request_id), request_id })
    }
}

/// An item of `GET /api/v1/workspaces`.
#[derive(Debug, Serialize)]
pub struct WorkspaceItem {
    id: u64,
    name: String,
    description: String,
    code: String,
}

impl From<Workspace> for WorkspaceItem {
    fn from(workspace: Workspace) -> Self {
        Self { id: workspace.number, name: workspace.name, description: workspace.description, code: workspace.code }
    }
}

/// A personal access token as lists show it. The token itself is shown once, when it is made.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TokenItem {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
    name: String,
    role: Role,
    workspaces: Option<Vec<String>>,
    user: String,
    email: Option<String>,
    team: String,
    created_at: Timestamp,
    expires_at: Option<Timestamp>,
    last_used_at: Option<Timestamp>,
}

impl TokenItem {
    /// `secret` is the token itself, for the one answer that shows it.
    pub fn new(token: AccessToken, secret: Option<String>) -> Self {
        Self {
            id: token.id,
            token: secret,
            name: token.name,
            role: token.role,
            workspaces: token.workspaces,
            user: token.user,
            email: token.email,
            team: token.team,
            created_at: token.created_at,
            expires_at: token.expires_at,
            last_used_at: token.last_used_at,
        }
    }
}
