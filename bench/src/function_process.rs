//! A function as a process, with a Lambda Runtime API that is ours.

use crate::Outcome;
use serde_json::Value;
use std::{path::Path, process::Stdio, time::Duration};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    process::{Child, Command},
    time::timeout,
};

const POLL: &str = "GET /2018-06-01/runtime/invocation/next ";

/// As long as a function may take for an invocation, and a little more.
const PATIENCE: Duration = Duration::from_secs(60);

/// A function that runs until it is dropped or ended.
pub struct FunctionProcess {
    pub child: Child,
    runtime_api: TcpListener,
}

/// A function's poll for its next invocation, which waits for an answer.
pub struct Poll(TcpStream);

impl FunctionProcess {
    /// Starts a function with what Lambda gives to each, these variables, and nothing else.
    pub async fn start(binary: &Path, name: &str, variables: &[(String, String)], stderr: Stdio) -> Outcome<Self> {
        let runtime_api = TcpListener::bind(("127.0.0.1", 0)).await?;
        let mut command = Command::new(binary);
        command.env_clear().env("AWS_LAMBDA_RUNTIME_API", runtime_api.local_addr()?.to_string());
        command.env("_HANDLER", name).env("AWS_LAMBDA_FUNCTION_NAME", name);
        command.env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST");
        command.env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256").env("AWS_REGION", "us-east-1");
        command.env("AWS_ACCESS_KEY_ID", "test").env("AWS_SECRET_ACCESS_KEY", "test");
        command.envs(variables.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(stderr).kill_on_drop(true);
        let child = command.spawn().map_err(|error| format!("{}: {error}", binary.display()))?;
        Ok(Self { child, runtime_api })
    }

    /// The process id.
    pub fn id(&self) -> String {
        self.child.id().map(|id| id.to_string()).unwrap_or_default()
    }

    /// Waits for the first request line to the Runtime API.
    pub async fn first_poll(&mut self) -> Outcome<Poll> {
        let accepted = tokio::select! {
            accepted = self.runtime_api.accept() => accepted,
            ended = self.child.wait() => return Err(format!("the function ended before it polled: {}", ended?).into()),
        };
        let (mut stream, mut head) = (accepted?.0, Vec::new());
        while !head.contains(&b'\n') && stream.read_buf(&mut head).await? > 0 {}
        match head.starts_with(POLL.as_bytes()) {
            true => Ok(Poll(stream)),
            false => Err(format!("no poll: {}", String::from_utf8_lossy(&head)).into()),
        }
    }

    /// What the function logs about its invocation. Its log must be piped.
    pub async fn served(&mut self) -> Outcome<Value> {
        let log = self.child.stderr.take().ok_or("the function has no log")?;
        timeout(PATIENCE, served(BufReader::new(log))).await?
    }

    /// Ends the function.
    pub async fn end(mut self) -> Outcome<()> {
        Ok(self.child.kill().await?)
    }
}

async fn served(mut log: impl AsyncBufReadExt + Unpin) -> Outcome<Value> {
    let mut line = String::new();
    while log.read_line(&mut line).await? > 0 {
        match serde_json::from_str::<Value>(&line) {
            Ok(said) if said["message"] == "served" => return Ok(said),
            _ => line.clear(),
        }
    }
    Err("the function ended before it had served".into())
}

impl Poll {
    /// Gives the function an event. What it answers is not listened to: its log line comes before.
    pub async fn answer(&mut self, event: &str) -> Outcome<()> {
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\nLambda-Runtime-Aws-Request-Id: bench\r\n\
             Lambda-Runtime-Deadline-Ms: 4102444800000\r\n\
             Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:us-east-1:000000000000:function:bench\r\n\r\n",
            event.len()
        );
        self.0.write_all(head.as_bytes()).await?;
        Ok(self.0.write_all(event.as_bytes()).await?)
    }
}
