//! The running stack: its API, and the logs of its functions.

use super::calls::{Body, Call};
use crate::{Outcome, project};
use reqwest::{Client, Method, redirect::Policy};
use serde_json::Value;
use std::{collections::BTreeMap, env, fs, path::PathBuf, time::Duration};

const PICTURE: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><circle cx="4" cy="4" r="4" fill="#0f766e"/></svg>"##;

/// What earlier calls kept.
pub type Names = BTreeMap<&'static str, String>;

/// The requests of a call, by service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    pub dynamodb: u32,
    pub s3: u32,
    pub sqs: u32,
}

impl Counts {
    /// Of all services together.
    pub fn sum(&self) -> u32 {
        self.dynamodb + self.s3 + self.sqs
    }

    /// Reads a line of a function's log.
    pub fn of_line(line: &Value) -> Self {
        let count =
            |service: &str| line[service].as_u64().and_then(|count| u32::try_from(count).ok()).unwrap_or(u32::MAX);
        Self { dynamodb: count("dynamodb"), s3: count("s3"), sqs: count("sqs") }
    }
}

/// A stack, as its administrator.
pub struct Stack {
    client: Client,
    url: String,
    token: String,
    logs: PathBuf,
}

/// A variable of `stack.env`.
pub fn variable(name: &str) -> Outcome<String> {
    let missing = |_| format!("{name} is not set. Counting needs a stack: make bench, or load local/.state/stack.env");
    Ok(env::var(name).map_err(missing)?)
}

impl Stack {
    /// The stack whose `stack.env` is in the environment.
    pub fn of_environment() -> Outcome<Self> {
        let client = Client::builder().redirect(Policy::none()).timeout(Duration::from_secs(60)).no_proxy().build()?;
        // The folder of the mail is one of the folder of the state, and so is that of the logs.
        let logs = PathBuf::from(variable("MAIL_DIR")?).with_file_name("logs").join("functions");
        Ok(Self { client, url: variable("API_URL")?, token: variable("ADMIN_TOKEN")?, logs })
    }

    /// Makes a call. Its answer as JSON, `Null` if it is none; of what has an ETag, that.
    pub async fn send(&self, call: &Call, names: &Names) -> Outcome<Value> {
        let path = filled(call.path, names);
        let url = if path.starts_with("http") { path } else { format!("{}{path}", self.url) };
        let request = self.client.request(Method::from_bytes(call.method.as_bytes())?, url);
        let known = || names.get("etag").map(String::as_str).unwrap_or_default();
        let request = match &call.body {
            Body::Nothing => request.bearer_auth(&self.token),
            Body::Json(text) => request.bearer_auth(&self.token).json(&serde_json::from_str::<Value>(text)?),
            Body::Demo(name) => request.bearer_auth(&self.token).json(&demo(name, names)?),
            Body::Picture => request.bearer_auth(&self.token).header("content-type", "image/svg+xml").body(PICTURE),
            Body::Known => request.header("if-none-match", known()),
        };
        let answer = request.send().await?;
        let (status, etag) = (answer.status(), answer.headers().get("etag").cloned());
        let body = answer.bytes().await?;
        if status.is_server_error() || status.is_client_error() && call.function != "gateway-answer-unknown" {
            return Err(format!("{} answers {status}: {}", call.function, String::from_utf8_lossy(&body)).into());
        }
        match etag {
            Some(etag) => Ok(serde_json::json!({ "etag": etag.to_str()? })),
            None => Ok(serde_json::from_slice(&body).unwrap_or_default()),
        }
    }

    /// What a function has logged about its invocations.
    pub fn lines(&self, function: &str) -> Outcome<Vec<Value>> {
        let mut lines = Vec::new();
        for file in fs::read_dir(&self.logs)? {
            let text = fs::read(file?.path())?;
            let values =
                text.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice::<Value>(line).ok());
            lines.extend(values.filter(|line| line["function"] == function && line.get("durationMs").is_some()));
        }
        Ok(lines)
    }

    /// The counts of the line that comes after so many.
    pub async fn line(&self, function: &str, before: usize) -> Outcome<Counts> {
        for _ in 0..600 {
            if let Some(line) = self.lines(function)?.get(before) {
                return Ok(Counts::of_line(line));
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Err(format!("{function} has logged nothing for 30 seconds").into())
    }
}

/// A text with the names in it.
pub fn filled(text: &str, names: &Names) -> String {
    names.iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
}

/// A report of the demo, with a slug of its own.
fn demo(name: &str, names: &Names) -> Outcome<Value> {
    let mut report = project::json(&format!("local/demo/{name}.json"))?;
    report["slug"] = format!("{name}-{}", names.get("slug").map(String::as_str).unwrap_or_default()).into();
    report["name"] = report["slug"].clone();
    Ok(report)
}
