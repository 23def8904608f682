//! A client of the HTTP API.

use crate::variable;
use reqwest::{Client, Method, Response, header::HeaderMap, redirect::Policy};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// The API, with the token of one caller or with none.
#[derive(Clone)]
pub struct Api {
    client: Client,
    url: String,
    token: Option<String>,
}

/// An answer, read whole.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    /// The body as JSON; `Null` if it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Where the `Link` header says the next page of a list is.
    pub fn next(&self) -> Option<String> {
        self.header("link").strip_prefix('<')?.strip_suffix(">; rel=\"next\"").map(str::to_owned)
    }

    /// The answer itself, if it has this status.
    ///
    /// # Panics
    /// If it has another one, with the body.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text());
        self
    }
}

impl Api {
    /// As the administrator of the stack.
    pub fn admin() -> Self {
        Self::with(Some(variable("ADMIN_TOKEN")))
    }

    /// As nobody.
    pub fn anonymous() -> Self {
        Self::with(None)
    }

    /// With this token.
    pub fn with(token: Option<String>) -> Self {
        let client =
            Client::builder().redirect(Policy::none()).timeout(Duration::from_secs(60)).no_proxy().build().unwrap();
        Self { client, url: variable("API_URL"), token }
    }

    /// As a new caller with this role, who reaches these workspaces (all, if none is named).
    pub async fn with_role(role: &str, workspaces: &[&str]) -> Self {
        let body = match workspaces {
            [] => json!({"name": "test", "role": role}),
            codes => json!({"name": "test", "role": role, "workspaces": codes}),
        };
        let made = Self::admin().post("/api/v1/personal-access-tokens", &body).await.expect(201);
        Self::with(made.json()["token"].as_str().map(str::to_owned))
    }

    /// The token of this caller.
    pub fn token(&self) -> &str {
        self.token.as_deref().unwrap_or_default()
    }

    /// A request to be completed by the test.
    pub fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let url = if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.url) };
        let request = self.client.request(Method::from_bytes(method.as_bytes()).unwrap(), url);
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        read(self.request("GET", path)).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        read(self.request("POST", path).json(body)).await
    }

    pub async fn put(&self, path: &str, body: &Value) -> Answer {
        read(self.request("PUT", path).json(body)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        read(self.request("DELETE", path)).await
    }

    /// Publishes, without a body, and answers whatever comes.
    pub async fn publish(&self, report: &str) -> Answer {
        read(self.request("POST", &format!("/api/reports/{report}/_cloud-publish"))).await
    }

    /// Publishes and waits for the end, however long the call itself waits.
    pub async fn publish_and_wait(&self, report: &str) -> Value {
        let answer = self.publish(report).await;
        if answer.status == 200 {
            return answer.json();
        }
        let progress = self.finished(answer.expect(202).header("location")).await;
        assert_eq!(progress["status"], "Done", "{progress}");
        progress["token"].clone()
    }

    /// The address of a published report.
    ///
    /// # Panics
    /// If it is not published.
    pub async fn live_link(&self, aws: &crate::aws::Aws, uid: &str) -> String {
        let state = aws.item("CATALOG_TABLE", &format!("REPORT#{uid}"), "~STATE").await;
        let links = state["live"].as_m().unwrap()["links"].as_l().unwrap();
        let id = links[0].as_m().unwrap()["id"].as_s().unwrap();
        let token = self.get(&format!("/api/tokens/{id}")).await.expect(200).json();
        token["url"].as_str().unwrap().to_owned()
    }

    pub async fn unpublish(&self, report: &str) -> Answer {
        read(self.request("POST", &format!("/api/reports/{report}/_cloud-unpublish"))).await
    }

    /// The progress under this path, once the publication is finished.
    ///
    /// # Panics
    /// If it is not within three minutes.
    pub async fn finished(&self, path: &str) -> Value {
        let begun = Instant::now();
        loop {
            let answer = self.get(&format!("{path}?wait=5")).await.expect(200);
            let progress = answer.json();
            if progress["status"] == "Done" || progress["status"] == "Failed" {
                return progress;
            }
            // Too many requests of this caller wait already.
            if !answer.header("retry-after").is_empty() {
                tokio::time::sleep(Duration::from_millis(300)).await;
            }
            assert!(begun.elapsed() < Duration::from_secs(180), "never finished: {progress}");
        }
    }
}

/// Sends a request and reads the answer.
///
/// # Panics
/// If the stack does not answer.
pub async fn read(request: reqwest::RequestBuilder) -> Answer {
    let response: Response = request.send().await.expect("the stack answers");
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Answer { status, headers, body: response.bytes().await.unwrap().to_vec() }
}
