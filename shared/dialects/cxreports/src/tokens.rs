//! Personal access tokens, under `/api/v1/personal-access-tokens`. The calls are ours, in the style of the others.

use domain::credential::{AccessToken, Role};
use jiff::Timestamp;
use serde::Serialize;

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
