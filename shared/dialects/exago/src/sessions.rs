//! Sessions: `POST`, `GET`, `PATCH` and `DELETE` of `/rest/sessions`. Source: Exago's page “REST: Sessions”.

use crate::{folders::text, from_relaxed};
use domain::{Outcome, Problem};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A session, as clients read it. What Exago's own user interface would start with is not here: there is no such thing.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Session {
    id: String,
    /// Where the session itself can be read; Exago has the address of its user interface here.
    app_url: String,
}

impl Session {
    /// The session with this id, of the service at `url`.
    pub fn new(id: String, url: &str) -> Self {
        Self { app_url: format!("{url}/rest/sessions/{id}"), id }
    }
}

/// The body of `POST /rest/sessions`, of which nothing is used: settings of a user interface that is not there.
///
/// # Errors
/// `Invalid` for a body that is neither empty nor an object.
pub fn check_body(body: &[u8]) -> Outcome<()> {
    settings(body).map(|_| ())
}

/// The body of `PATCH /rest/sessions/{sid}`: the workspace that the session is to be about, if it names one.
///
/// # Errors
/// `Invalid` for a body that is neither empty nor an object, or a `Config` that is no text.
pub fn new_workspace(body: &[u8]) -> Outcome<Option<String>> {
    match settings(body)?.remove("Config") {
        None => Ok(None),
        Some(Value::String(code)) => Ok(Some(code)),
        Some(_) => Err(Problem::invalid("Config", "write the code of a workspace.")),
    }
}

fn settings(body: &[u8]) -> Outcome<Map<String, Value>> {
    #[derive(Deserialize)]
    #[serde(transparent)]
    struct Settings(Map<String, Value>);

    match text(body)?.trim() {
        "" => Ok(Map::new()),
        body => from_relaxed::<Settings>(body).map(|settings| settings.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_may_be_empty_or_hold_settings_and_names_a_workspace_if_it_likes() {
        assert!(check_body(b"").is_ok() && check_body(b"{}").is_ok() && check_body(b"{'Page':'Home'}").is_ok());
        assert!(check_body(b"[]").is_err() && check_body(b"{").is_err());
        assert_eq!(new_workspace(b"{Config: 'sales'}").unwrap().as_deref(), Some("sales"));
        assert_eq!(new_workspace(b" ").unwrap(), None);
        assert!(new_workspace(b"{Config: 1}").is_err());
    }
}
