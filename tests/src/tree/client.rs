//! A client of the tree's HTTP API, in a workspace of its own.

use super::{
    listing::Listing,
    model::{Answer, Operation, Path},
};
use crate::{api::Api, unique};
use reqwest::RequestBuilder;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::{task::JoinHandle, time::timeout};

/// What came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reply {
    Answered(Answer),
    /// 503 with `Retry-After`: nothing was changed.
    Busy,
    /// Nothing that tells what became of the change.
    Lost,
}

/// A session in a workspace.
#[derive(Clone)]
pub struct Client {
    pub api: Api,
    pub workspace: String,
    session: String,
}

impl Client {
    /// Makes a workspace, and a session in it.
    pub async fn open(api: &Api) -> Self {
        let workspace = unique("tree");
        api.put(&format!("/api/v1/workspaces/{workspace}"), &json!({"name": "A tree"})).await.expect(201);
        let made = api.post(&format!("/rest/sessions?config={workspace}"), &json!({})).await.expect(201).json();
        let session = made["Id"].as_str().expect("a session has an Id").to_owned();
        Self { api: api.clone(), workspace, session }
    }

    /// Asks for a change.
    ///
    /// # Panics
    /// If the answer is one that the contract does not know.
    pub async fn ask(&self, operation: &Operation) -> Reply {
        let Ok(response) = self.request(operation).send().await else { return Reply::Lost };
        let (status, retry) = (response.status().as_u16(), response.headers().contains_key("retry-after"));
        let Ok(body) = response.bytes().await else { return Reply::Lost };
        let body: Value = serde_json::from_slice(&body).unwrap_or_default();
        match status {
            200 => done(operation, &body),
            404 | 409 | 503 if !body["reason"].is_string() && (status != 503 || retry) => {
                panic!("{operation}: {status} without a reason: {body}")
            }
            404 => Reply::Answered(Answer::Missing),
            409 => Reply::Answered(Answer::Refused),
            503 if retry => Reply::Busy,
            // The gateway gave up; the function may still run.
            503 => Reply::Lost,
            _ => panic!("{operation}: {status} {body}"),
        }
    }

    /// Asks for a change and waits for the answer only so long. What comes later is lost to the caller; the task tells when the
    /// change is over.
    pub async fn ask_briefly(&self, operation: &Operation, patience: Duration) -> (Reply, Option<JoinHandle<Reply>>) {
        let (client, operation) = (self.clone(), operation.clone());
        let mut asking = tokio::spawn(async move { client.ask(&operation).await });
        match timeout(patience, &mut asking).await {
            Ok(reply) => (reply.unwrap(), None),
            Err(_) => (Reply::Lost, Some(asking)),
        }
    }

    /// The whole tree.
    pub async fn list(&self) -> Listing {
        Listing::read(&self.api.get(&self.url("reports/list")).await.expect(200).json())
    }

    /// The names of all reports, from pages of two, each from the cursor of the one before.
    pub async fn reports(&self) -> Vec<String> {
        let (mut names, mut path) = (Vec::new(), format!("/api/v1/ws/{}/reports?limit=2", self.workspace));
        loop {
            let page = self.api.get(&path).await.expect(200);
            let items = page.json();
            names.extend(items.as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap().to_owned()));
            match page.next() {
                Some(next) => path = next,
                None => return names,
            }
        }
    }

    fn request(&self, operation: &Operation) -> RequestBuilder {
        match operation {
            Operation::Create(path) => self.api.request("POST", &self.url(&folder(path))),
            Operation::Delete(path) => self.api.request("DELETE", &self.url(&folder(path))),
            Operation::Rename(old, new) => {
                let body = json!({"OldName": old.as_str(), "NewName": new.as_str()});
                self.api.request("POST", &self.url("folders/rename")).json(&body)
            }
        }
    }

    /// The address of a call of the dialect, with the session.
    pub fn url(&self, path: &str) -> String {
        format!("/rest/{path}?sid={}", self.session)
    }
}

fn done(operation: &Operation, body: &Value) -> Reply {
    let (status, name) = match operation {
        Operation::Create(path) => ("Created", Some(path)),
        Operation::Rename(..) => ("Renamed", None),
        Operation::Delete(_) => ("Deleted", None),
    };
    assert_eq!(body["Status"], status, "{operation}: {body}");
    assert!(name.is_none_or(|path| body["Name"] == path.as_str()), "{operation}: {body}");
    Reply::Answered(Answer::Done)
}

/// The address of a folder.
fn folder(path: &Path) -> String {
    let segments: Vec<_> = path.as_str().split('/').map(encoded).collect();
    format!("folders/{}", segments.join("/"))
}

/// A segment of an address: all but letters and digits by their codes.
fn encoded(segment: &str) -> String {
    let byte = |byte: u8| match byte.is_ascii_alphanumeric() {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    };
    segment.bytes().map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_segment_of_a_path_is_encoded_by_itself() {
        assert_eq!(folder(&Path::new("a b/É%/c?")), "folders/a%20b/%C3%89%25/c%3F");
    }
}
