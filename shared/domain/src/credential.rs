//! Personal access tokens (PATs), roles, permissions and callers.

use crate::literal::literals;
use crate::names::NaturalId;
use crate::problem::{Outcome, Problem};
pub use crate::secret::{Secret, SecretKind};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What a caller may do. The words are those of the dialects' documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permission {
    ReportRead,
    ReportCloudPublish,
    ReportsSend,
    ReportWrite,
    FolderWrite,
    TokenAdmin,
    WorkspaceAdmin,
}

impl Permission {
    /// The permission as documents and messages write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::ReportRead => "report:read",
            Self::ReportCloudPublish => "report:cloudPublish",
            Self::ReportsSend => "reports:send",
            Self::ReportWrite => "report:write",
            Self::FolderWrite => "folder:write",
            Self::TokenAdmin => "token:admin",
            Self::WorkspaceAdmin => "workspace:admin",
        }
    }
}

literals! {
    /// A bundle of permissions; each role holds those of the one before it.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
    pub enum Role {
        Viewer = "viewer",
        Publisher = "publisher",
        Designer = "designer",
        Admin = "admin",
    }
}

impl Role {
    /// Whether the role holds `permission`.
    pub fn holds(self, permission: Permission) -> bool {
        self >= match permission {
            Permission::ReportRead => Self::Viewer,
            Permission::ReportCloudPublish | Permission::ReportsSend => Self::Publisher,
            Permission::ReportWrite | Permission::FolderWrite => Self::Designer,
            Permission::TokenAdmin | Permission::WorkspaceAdmin => Self::Admin,
        }
    }
}

/// A personal access token as it is kept: the secret only as its SHA-256.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AccessToken {
    pub id: String,
    pub name: String,
    pub role: Role,
    /// The codes of the workspaces that the token reaches; `None`: all of them.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub workspaces: Option<Vec<String>>,
    pub user: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub email: Option<String>,
    /// The owner of reports that this token creates without naming one.
    pub team: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub expires_at: Option<Timestamp>,
    pub created_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub last_used_at: Option<Timestamp>,
    /// base64url of the SHA-256 of the secret.
    pub secret_hash: String,
}

/// What a new token is asked to be: the body of `POST /api/v1/personal-access-tokens`.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewAccessToken {
    pub name: String,
    pub role: Role,
    pub workspaces: Option<Vec<String>>,
    pub user: Option<String>,
    pub email: Option<String>,
    pub team: Option<String>,
    pub expires_at: Option<Timestamp>,
}

impl NewAccessToken {
    /// The token to keep and the text to show once. `id` and `secret` are random; `user` is who asks.
    ///
    /// # Errors
    /// `Invalid` for an empty name, an empty list of workspaces, or an expiry that is past.
    pub fn issue(self, user: &str, id: [u8; 12], secret: [u8; 32], now: Timestamp) -> Outcome<(AccessToken, Secret)> {
        if self.name.trim().is_empty() || self.name.chars().count() > 200 {
            return Err(Problem::invalid("name", "give the token a name of 1 to 200 characters."));
        }
        if self.workspaces.as_ref().is_some_and(|codes| codes.is_empty() || codes.len() > 100) {
            return Err(Problem::invalid("workspaces", "name 1 to 100 workspaces, or leave the field out for all."));
        }
        for (field, text) in [("user", &self.user), ("email", &self.email)] {
            if text.as_ref().is_some_and(|text| text.is_empty() || text.chars().count() > 200) {
                return Err(Problem::invalid(field, "use 1 to 200 characters."));
            }
        }
        // Histories and mail links show them.
        let shown = [("name", Some(&self.name)), ("user", self.user.as_ref()), ("email", self.email.as_ref())];
        for (field, text) in shown {
            if text.is_some_and(|text| text.contains(char::is_control)) {
                return Err(Problem::invalid(field, "leave control characters out."));
            }
        }
        if self.team.as_deref().is_some_and(|team| NaturalId::new(team, "any").is_err()) {
            return Err(Problem::invalid("team", "use 1 to 100 lower-case letters, digits, -, _ and dots."));
        }
        if self.expires_at.is_some_and(|at| at <= now) {
            return Err(Problem::invalid("expiresAt", "the time is past; name a later one, or leave the field out."));
        }
        let secret = Secret::new(SecretKind::AccessToken, id, secret);
        let token = AccessToken {
            id: secret.id().to_owned(),
            name: self.name,
            role: self.role,
            workspaces: self.workspaces,
            user: self.user.unwrap_or_else(|| user.to_owned()),
            email: self.email,
            team: self.team.unwrap_or_else(|| DEFAULT_TEAM.to_owned()),
            expires_at: self.expires_at,
            created_at: now,
            last_used_at: None,
            secret_hash: secret.hash(),
        };
        Ok((token, secret))
    }
}

/// The owner of reports whose creator names none and whose token names no team.
const DEFAULT_TEAM: &str = "team";

/// Who calls, once the token was proved.
#[derive(Debug, Clone)]
pub struct Caller {
    pub token_id: String,
    pub user: String,
    pub email: Option<String>,
    pub team: String,
    pub role: Role,
    workspaces: Option<Vec<String>>,
}

impl Caller {
    /// Proves `presented` against the record found under its id.
    ///
    /// # Errors
    /// `Unauthenticated` when there is no such token, the secret is wrong, or its time is over.
    pub fn authenticate(presented: &Secret, found: Option<&AccessToken>, now: Timestamp) -> Outcome<Self> {
        let token = found
            .filter(|token| presented.id() == token.id && presented.hashes_to(&token.secret_hash))
            .ok_or(Problem::Unauthenticated("The access token is unknown or was revoked."))?;
        Self::of(token, now).ok_or(Problem::Unauthenticated("The access token has expired."))
    }

    /// The holder of a token, proved in another way; `None` when its time is over.
    pub fn of(token: &AccessToken, now: Timestamp) -> Option<Self> {
        token.expires_at.is_none_or(|at| at > now).then(|| Self {
            token_id: token.id.clone(),
            user: token.user.clone(),
            email: token.email.clone(),
            team: token.team.clone(),
            role: token.role,
            workspaces: token.workspaces.clone(),
        })
    }

    /// The same caller, confined to one workspace.
    pub fn only_in(self, workspace: &str) -> Self {
        Self { workspaces: Some(vec![workspace.to_owned()]), ..self }
    }

    /// Whether the caller's token reaches the workspace with this code.
    pub fn reaches(&self, workspace: &str) -> bool {
        self.workspaces.as_ref().is_none_or(|codes| codes.iter().any(|code| code == workspace))
    }

    /// Refuses a caller whose role lacks `permission`.
    ///
    /// # Errors
    /// `Forbidden`, naming the permission.
    pub fn require(&self, permission: Permission) -> Outcome<()> {
        if !self.role.holds(permission) {
            return Err(Problem::Forbidden(format!("Your access token lacks the permission {}.", permission.name())));
        }
        // Otherwise a token of some workspaces could make itself one of all.
        let of_all = matches!(permission, Permission::TokenAdmin | Permission::WorkspaceAdmin);
        if of_all && self.workspaces.is_some() {
            let name = permission.name();
            return Err(Problem::Forbidden(format!("{name} needs an access token that reaches all workspaces.")));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        Timestamp::from_second(1_700_000_000).unwrap()
    }

    fn issued(new: NewAccessToken) -> (AccessToken, Secret) {
        new.issue("ada", [1; 12], [2; 32], now()).unwrap()
    }

    fn new(role: Role) -> NewAccessToken {
        NewAccessToken {
            name: "ci".into(),
            role,
            workspaces: None,
            user: None,
            email: None,
            team: None,
            expires_at: None,
        }
    }

    #[test]
    fn the_revealed_token_proves_its_holder_and_the_record_holds_no_secret() {
        let (token, secret) = issued(new(Role::Viewer));
        let presented = Secret::parse(SecretKind::AccessToken, &secret.reveal()).unwrap();
        assert_eq!(Caller::authenticate(&presented, Some(&token), now()).unwrap().user, "ada");
        assert!(!serde_json::to_string(&token).unwrap().contains(secret.reveal().split_once('.').unwrap().1));
    }

    #[test]
    fn a_wrong_secret_an_unknown_id_and_an_expired_token_are_refused() {
        let (token, secret) = issued(new(Role::Viewer));
        let forged = Secret::new(SecretKind::AccessToken, [1; 12], [9; 32]);
        assert!(Caller::authenticate(&forged, Some(&token), now()).is_err());
        assert!(Caller::authenticate(&secret, None, now()).is_err());
        let old = AccessToken { expires_at: Some(now()), ..token };
        assert!(Caller::authenticate(&secret, Some(&old), now()).is_err());
    }

    #[test]
    fn each_role_holds_the_permissions_of_the_one_before_it() {
        let table = [
            (Permission::ReportRead, [true, true, true, true]),
            (Permission::ReportCloudPublish, [false, true, true, true]),
            (Permission::ReportsSend, [false, true, true, true]),
            (Permission::ReportWrite, [false, false, true, true]),
            (Permission::FolderWrite, [false, false, true, true]),
            (Permission::TokenAdmin, [false, false, false, true]),
            (Permission::WorkspaceAdmin, [false, false, false, true]),
        ];
        for (permission, expected) in table {
            let held = [Role::Viewer, Role::Publisher, Role::Designer, Role::Admin].map(|role| role.holds(permission));
            assert_eq!(held, expected, "{}", permission.name());
        }
    }

    #[test]
    fn a_token_of_some_workspaces_can_make_no_other_token() {
        let (token, secret) = issued(NewAccessToken { workspaces: Some(vec!["one".into()]), ..new(Role::Admin) });
        let caller = Caller::authenticate(&secret, Some(&token), now()).unwrap();
        assert!(caller.require(Permission::ReportWrite).is_ok());
        assert!(caller.require(Permission::TokenAdmin).is_err() && caller.require(Permission::WorkspaceAdmin).is_err());
    }
}
