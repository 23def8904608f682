//! The function that sends, in a process of its own with what the stack gives to it, watched while it sends one report.

use super::{mails, reports::Mailed};
use crate::{
    Outcome,
    figures::memory,
    function_process::FunctionProcess,
    project,
    publishing::{
        functions::{Deployed, METERED},
        meter::{Meter, Tallies},
    },
    stack::{Counts, variable},
};
use render::sandbox::CHILD;
use serde_json::Value;
use std::{
    fs,
    process::Stdio,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

/// A process that has sent one report. Memory is in MB.
pub struct Watched {
    /// Before it was asked to.
    pub idle: f64,
    /// The most that it ever had.
    pub function: f64,
    /// The most that its rendering child ever had.
    pub child: f64,
    /// What it asked for, as it says itself.
    pub counts: Counts,
    /// The same without SES, as a meter counted it.
    pub tallies: Tallies,
}

/// What looks at the rendering child of a process, every millisecond: one that has ended tells nothing any more.
struct Watch {
    is_over: Arc<AtomicBool>,
    thread: JoinHandle<f64>,
}

impl Watched {
    /// Starts the function, has it send the report, and ends it.
    pub async fn send(function: &Deployed, mailed: &Mailed) -> Outcome<Self> {
        let (mut meter, aws) = (Meter::new(), variable("AWS_ENDPOINT_URL")?);
        let address = meter.port(function.name, &aws).await?;
        let mut variables = function.variables.clone();
        variables.extend(METERED.map(|name| (name.to_owned(), address.clone())));
        variables.insert("AWS_ENDPOINT_URL".to_owned(), aws);
        let (binary, variables) = (project::binary(function.name)?, variables.into_iter().collect::<Vec<_>>());
        let mut process = FunctionProcess::start(&binary, function.name, &variables, Stdio::piped()).await?;
        let mut poll = process.first_poll().await?;
        let (idle, watch) = (memory(&process.id(), "VmRSS")?, Watch::begin(process.id()));
        poll.answer(&event(function, mailed)?).await?;
        let line = process.served().await;
        let (child, peak) = (watch.end()?, memory(&process.id(), "VmHWM")?);
        process.end().await?;
        let line = line?;
        match line["status"] == 200 && child > 0.0 {
            true => Ok(Self { idle, function: peak, child, counts: Counts::of_line(&line), tallies: meter.take() }),
            false => Err(format!("{} was not sent by a process of its own: {line}", mailed.name).into()),
        }
    }
}

/// The event of the call, made from the example of it, without a key.
fn event(function: &Deployed, mailed: &Mailed) -> Outcome<String> {
    let mut event = project::json(&format!("events/{}.json", function.name))?;
    event["headers"]["authorization"] = format!("Bearer {}", variable("ADMIN_TOKEN")?).into();
    event["headers"].as_object_mut().ok_or("an event has no headers")?.remove("idempotency-key");
    event["rawPath"] = mails::PATH.into();
    event["requestContext"]["http"]["path"] = mails::PATH.into();
    event["body"] = Value::String(mails::body(mailed).to_string());
    Ok(event.to_string())
}

impl Watch {
    fn begin(parent: String) -> Self {
        let is_over = Arc::new(AtomicBool::new(false));
        let ended = is_over.clone();
        let thread = thread::spawn(move || {
            let (mut most, mut child) = (0.0_f64, None);
            while !ended.load(Ordering::Relaxed) {
                child = child.or_else(|| child_of(&parent));
                match child.as_deref().map(|child| memory(child, "VmHWM")) {
                    Some(Ok(now)) => most = most.max(now),
                    Some(Err(_)) => child = None,
                    None => {}
                }
                thread::sleep(Duration::from_millis(1));
            }
            most
        });
        Self { is_over, thread }
    }

    fn end(self) -> Outcome<f64> {
        self.is_over.store(true, Ordering::Relaxed);
        self.thread.join().map_err(|_| "the watch has failed".into())
    }
}

/// The rendering child of a process. By its argument, for until it has started its program, its memory is that of its parent.
fn child_of(parent: &str) -> Option<String> {
    let processes = fs::read_dir("/proc").ok()?.flatten();
    let mut ids = processes.filter_map(|entry| entry.file_name().into_string().ok());
    ids.find(|id| is_rendering(id) && parent_of(id).as_deref() == Some(parent))
}

fn is_rendering(id: &str) -> bool {
    let arguments = fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
    arguments.split(|byte| *byte == 0).nth(1) == Some(CHILD.as_bytes())
}

fn parent_of(id: &str) -> Option<String> {
    let line = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // After the name, which may hold anything, the parent is the second field.
    line.rsplit_once(')')?.1.split_whitespace().nth(1).map(str::to_owned)
}
