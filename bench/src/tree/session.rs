//! A session in a workspace of its own, and the calls that change the tree.

use crate::{Outcome, figures::milliseconds, stack::Stack};
use reqwest::{RequestBuilder, Response};
use serde_json::{Value, json};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// A session, as the administrator.
#[derive(Clone)]
pub struct Session {
    stack: Stack,
    pub workspace: String,
    id: String,
}

/// A change of the tree. Its paths hold letters, digits, `-` and `/` only, so that they need no encoding.
#[derive(Debug, Clone)]
pub enum Change {
    Create(String),
    Rename(String, String),
}

impl Change {
    /// The function that makes it.
    pub fn function(&self) -> &'static str {
        match self {
            Self::Create(_) => "exago-create-folder",
            Self::Rename(..) => "exago-rename-folder",
        }
    }
}

/// How a call ended.
#[derive(Debug, Clone, Copy)]
pub struct Ended {
    pub status: u16,
    pub ms: f64,
}

impl Session {
    /// Makes a workspace, and a session in it.
    pub async fn open(stack: &Stack, name: &str) -> Outcome<Self> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis();
        let workspace = format!("bench-{name}-{now:x}");
        let path = format!("/api/v1/workspaces/{workspace}");
        made(stack.request("PUT", &path)?.json(&json!({ "name": "Bench" })).send().await?).await?;
        let path = format!("/rest/sessions?config={workspace}");
        let session = made(stack.request("POST", &path)?.json(&json!({})).send().await?).await?;
        let id = session["Id"].as_str().ok_or("a session has no Id")?.to_owned();
        Ok(Self { stack: stack.clone(), workspace, id })
    }

    fn request(&self, method: &str, path: &str) -> Outcome<RequestBuilder> {
        self.stack.request(method, &format!("/rest/{path}?sid={}", self.id))
    }

    /// The start of a call for the list. The query begins with `&`, or there is none.
    pub fn list(&self, query: &str) -> Outcome<RequestBuilder> {
        self.stack.request("GET", &format!("/rest/reports/list?sid={}{query}", self.id))
    }

    /// Makes a change, whatever is answered.
    pub async fn attempt(&self, change: &Change) -> Outcome<Ended> {
        let request = match change {
            Change::Create(path) => self.request("POST", &format!("folders/{path}"))?,
            Change::Rename(old, new) => {
                self.request("POST", "folders/rename")?.json(&json!({ "OldName": old, "NewName": new }))
            }
        };
        let begun = Instant::now();
        let answer = request.send().await?;
        let status = answer.status().as_u16();
        answer.bytes().await?;
        Ok(Ended { status, ms: milliseconds(begun) })
    }

    /// Makes a change that nothing stands in the way of.
    pub async fn change(&self, change: &Change) -> Outcome<f64> {
        match self.attempt(change).await? {
            Ended { status: 200, ms } => Ok(ms),
            Ended { status, .. } => Err(format!("{change:?} is answered {status}").into()),
        }
    }

    /// Makes folders, each in one that is there.
    pub async fn create(&self, paths: impl IntoIterator<Item = String>) -> Outcome<()> {
        for path in paths {
            self.change(&Change::Create(path)).await?;
        }
        Ok(())
    }
}

async fn made(answer: Response) -> Outcome<Value> {
    let (status, url) = (answer.status(), answer.url().path().to_owned());
    match status.as_u16() {
        201 => Ok(answer.json().await?),
        _ => Err(format!("{url} answers {status}: {}", answer.text().await?).into()),
    }
}
