//! The running stack: its API, and the logs of its functions.

use crate::Outcome;
use reqwest::{Client, Method, RequestBuilder, redirect::Policy};
use serde_json::Value;
use std::{env, fs, path::PathBuf, time::Duration};

/// The requests of a call, by service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    pub dynamodb: u32,
    pub s3: u32,
    pub sqs: u32,
    pub ses: u32,
}

impl Counts {
    /// Of all services together.
    pub fn sum(&self) -> u32 {
        self.dynamodb + self.s3 + self.sqs + self.ses
    }

    /// Reads a line of a function's log.
    pub fn of_line(line: &Value) -> Self {
        let count =
            |service: &str| line[service].as_u64().and_then(|count| u32::try_from(count).ok()).unwrap_or(u32::MAX);
        Self { dynamodb: count("dynamodb"), s3: count("s3"), sqs: count("sqs"), ses: count("ses") }
    }
}

/// A stack, as its administrator.
#[derive(Clone)]
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
        // Redirects are answers to be looked at, and what is compressed is counted as it came.
        let client = Client::builder().redirect(Policy::none()).no_gzip().timeout(Duration::from_secs(60)).no_proxy();
        // The folder of the mail is one of the folder of the state, and so is that of the logs.
        let logs = PathBuf::from(variable("MAIL_DIR")?).with_file_name("logs").join("functions");
        Ok(Self { client: client.build()?, url: variable("API_URL")?, token: variable("ADMIN_TOKEN")?, logs })
    }

    /// The start of a call without credentials. An address is taken as it is, a path is one of the API.
    pub fn anonymous(&self, method: &str, path: &str) -> Outcome<RequestBuilder> {
        let url = if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.url) };
        Ok(self.client.request(Method::from_bytes(method.as_bytes())?, url))
    }

    /// The start of a call of the API by the administrator.
    pub fn request(&self, method: &str, path: &str) -> Outcome<RequestBuilder> {
        Ok(self.anonymous(method, path)?.bearer_auth(&self.token))
    }

    /// The log of a function, by the name under which it is deployed.
    pub fn log(&self, full_name: &str) -> PathBuf {
        self.logs.join(format!("{full_name}.log"))
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
        let lines = self.lines_after(function, before, 1).await?;
        Ok(lines.first().map(Counts::of_line).ok_or("no line")?)
    }

    /// The `count` lines that come after so many.
    pub async fn lines_after(&self, function: &str, before: usize, count: usize) -> Outcome<Vec<Value>> {
        for _ in 0..600 {
            let mut lines = self.lines(function)?;
            if lines.len() >= before + count {
                return Ok(lines.drain(before..before + count).collect());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Err(format!("{function} has logged nothing for 30 seconds").into())
    }
}
