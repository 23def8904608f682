//! Rendering in a child process with limits: Typst cannot be interrupted inside a process.
//!
//! The child is this program itself, started with [`CHILD`] as its first argument, without our environment, and with limits on memory,
//! processor time, files and core dumps that it sets before it reads the job. It has nothing to lose: no credentials, no open files.

use std::ffi::OsString;
use std::io::{BufWriter, PipeWriter, pipe};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use domain::definition::Body;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, Command};
use tokio::task::spawn_blocking;
use tokio::time::timeout;

mod child;

use crate::error::{Cause, Place, RenderError};
use crate::fonts;
use crate::job::{Job, Rendered};

/// What a rendering may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Seconds on the clock.
    pub seconds: u64,
    /// Megabytes of memory, of which an empty report takes about 30.
    pub memory_mb: u64,
}

/// The argument that makes this program the rendering child.
pub const CHILD: &str = "--render-child";

/// More than this is no report any more.
const MAX_OUTPUT: u64 = 256 << 20;
const MAX_COMPLAINT: u64 = 64 << 10;
/// What is written or read at once.
const PIECE: usize = 64 << 10;
/// The signals of a program that went wrong by itself, as it would again: SIGILL, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGSYS.
const FAULTS: [i32; 6] = [4, 6, 7, 8, 11, 31];

/// Becomes the rendering child when this process was started as one, and then never returns; call it first in `main`.
pub fn run_child_if_asked() {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).take(4).collect();
    if let Some(limits) = child::asked(&arguments) {
        child::run(limits);
    }
}

/// Renders a job in a child process.
///
/// # Errors
/// As [`crate::render`]; besides when the report needs more time or memory than it may have.
pub async fn render_within(job: &Job, limits: Limits) -> Result<Rendered, RenderError> {
    let (mut child, pipe) =
        spawn(limits).map_err(|error| RenderError::internal(format!("the renderer cannot be started: {error}")))?;
    let outcome = timeout(Duration::from_secs(limits.seconds), talk(&mut child, job.clone(), pipe)).await;
    // Whatever happened, nothing of it goes on: a child that is done is not hurt by this.
    let ended = child.start_kill().and(Ok(child.wait().await));
    match (outcome, ended) {
        (Err(_), _) => Err(placed(too_slow(limits), job)),
        (Ok(Err(error)), _) | (_, Err(error)) | (_, Ok(Err(error))) => {
            Err(RenderError::internal(format!("the renderer was lost: {error}")))
        }
        (Ok(Ok(said)), Ok(Ok(_))) => said.understand(limits).map_err(|error| placed(error, job)),
    }
}

/// What stopped the renderer is somewhere in the report's body.
fn placed(mut error: RenderError, job: &Job) -> RenderError {
    if error.cause != Cause::Internal && error.place.as_str().is_empty() {
        let body = if matches!(job.definition.body, Body::Blocks(_)) { "blocks" } else { "typst" };
        error.place = Place::Report(body.to_owned());
    }
    error
}

/// All that a child said, and how it ended by itself.
struct Said {
    output: Vec<u8>,
    complaint: String,
    status: Option<ExitStatus>,
}

/// The child, and the pipe that it reads its job from.
fn spawn(limits: Limits) -> std::io::Result<(Child, PipeWriter)> {
    let (reader, writer) = pipe()?;
    // The program that runs now, even when a newer one has taken its place on disk.
    let child = Command::new("/proc/self/exe")
        .arg(CHILD)
        .arg(limits.seconds.to_string())
        .arg(limits.memory_mb.to_string())
        .arg(fonts::folder())
        .env_clear()
        // Of the allocator that functions have: what it only reserves is not to count as used.
        .env("MIMALLOC_ARENA_EAGER_COMMIT", "0")
        .current_dir("/")
        .stdin(reader)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    Ok((child, writer))
}

async fn talk(child: &mut Child, job: Job, pipe: PipeWriter) -> std::io::Result<Said> {
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    // Written as it goes, since a job may have a hundred megabytes. A child that ends early stops reading: how it ended says more than
    // the broken pipe.
    let write = spawn_blocking(move || ciborium::into_writer(&job, BufWriter::with_capacity(PIECE, pipe)).ok());
    let (_, output, complaint) = tokio::join!(write, read(stdout, MAX_OUTPUT), read(stderr, MAX_COMPLAINT));
    let (output, complaint) = (output?, complaint?);
    let status = if output.len() as u64 > MAX_OUTPUT { None } else { Some(child.wait().await?) };
    Ok(Said { output, complaint: String::from_utf8_lossy(&complaint).into_owned(), status })
}

/// Reads to the end, or one byte more than allowed.
async fn read(pipe: Option<impl AsyncRead + Unpin>, most: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if let Some(pipe) = pipe {
        pipe.take(most + 1).read_to_end(&mut bytes).await?;
    }
    Ok(bytes)
}

impl Said {
    fn understand(self, limits: Limits) -> Result<Rendered, RenderError> {
        use std::os::unix::process::ExitStatusExt;
        const SIGKILL: i32 = 9;
        const SIGXCPU: i32 = 24;
        let Some(status) = self.status else {
            return Err(RenderError::limit(format!(
                "The rendered report is larger than {} MB; show fewer rows or smaller pictures",
                MAX_OUTPUT >> 20
            )));
        };
        match status.signal() {
            None if status.success() => child::read_reply(&self.output),
            // Killed by itself for its processor time, or by the system for its memory.
            Some(SIGXCPU) => Err(too_slow(limits)),
            Some(SIGKILL) => Err(too_large(limits)),
            _ if self.complaint.contains("memory allocation of") => Err(too_large(limits)),
            _ if self.complaint.contains("overflowed its stack") => {
                Err(RenderError::limit("The report is nested too deeply to be rendered; simplify its template"))
            }
            Some(signal) if FAULTS.contains(&signal) => {
                Err(RenderError::stopped(&format!("it was ended by signal {signal}")))
            }
            _ => Err(RenderError::internal(format!("the renderer failed ({status})"))),
        }
    }
}

fn too_slow(limits: Limits) -> RenderError {
    RenderError::limit(format!(
        "The report took longer than {} s to render; show fewer rows or simplify its template",
        limits.seconds
    ))
}

fn too_large(limits: Limits) -> RenderError {
    RenderError::limit(format!(
        "The report needed more than {} MB of memory to render; show fewer rows or smaller pictures",
        limits.memory_mb
    ))
}
