//! The child's side: limits first, then the job from the standard input, then the reply to the standard output.

use std::any::Any;
use std::ffi::OsString;
use std::io::{BufReader, Write, stdin, stdout};
use std::process;

use rlimit::Resource;

use super::{CHILD, Limits, PIECE};
use crate::error::RenderError;
use crate::job::{Job, Rendered};

type Reply = Result<Rendered, RenderError>;

/// Layout recurses; the compiler's own limits on depth are made for a stack of this size.
const STACK: usize = 32 << 20;
const MAX_FILES: u64 = 16;
/// What the program takes on top of what the report may have: stacks of its threads, and the fonts, which are 63 MB if a report has every script.
const OVERHEAD_MB: u64 = 128;

/// The limits, when these are the arguments of a rendering child; it then knows where the fonts are.
pub fn asked(arguments: &[OsString]) -> Option<Limits> {
    let [mark, seconds, memory, fonts] = arguments else { return None };
    if mark != CHILD {
        return None;
    }
    crate::fonts::use_folder(fonts.into());
    let number = |text: &OsString| text.to_str()?.parse().ok();
    Some(Limits { seconds: number(seconds)?, memory_mb: number(memory)? })
}

/// Renders one job and ends the process.
pub fn run(limits: Limits) -> ! {
    let code = match confine(limits).and_then(|()| answer()) {
        Ok(()) => 0,
        Err(error) => {
            eprintln!("{error}");
            1
        }
    };
    process::exit(code)
}

/// Nothing above these limits can be had back by this process.
fn confine(limits: Limits) -> std::io::Result<()> {
    let memory = (limits.memory_mb + OVERHEAD_MB) << 20;
    // Two threads may work at a time; the parent watches the clock, this is for a child whose parent is gone.
    let processor = limits.seconds * 2 + 1;
    Resource::DATA.set(memory, memory)?;
    Resource::CPU.set(processor, processor)?;
    Resource::CORE.set(0, 0)?;
    Resource::FSIZE.set(0, 0)?;
    Resource::NOFILE.set(MAX_FILES, MAX_FILES)
}

fn answer() -> std::io::Result<()> {
    let reply = std::thread::Builder::new().stack_size(STACK).spawn(reply)?.join();
    let reply = reply.unwrap_or_else(|panic| Err(panicked(panic.as_ref())));
    let mut output = Vec::new();
    ciborium::into_writer(&reply, &mut output).map_err(std::io::Error::other)?;
    stdout().lock().write_all(&output)?;
    stdout().lock().flush()
}

/// The job is read as it comes: kept whole beside its files, a large font would take its room twice.
fn reply() -> Reply {
    let job: Job = ciborium::from_reader(BufReader::with_capacity(PIECE, stdin().lock()))
        .map_err(|error| RenderError::internal(format!("the job cannot be read: {error}")))?;
    crate::render(&job)
}

/// A panic belongs to the report that brings it about, since it comes back each time: `numbering("a", 9223372036854775807)` in a Typst source.
fn panicked(panic: &(dyn Any + Send)) -> RenderError {
    let words = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    RenderError::stopped(words.unwrap_or("for no known reason"))
}

/// What a child wrote.
pub fn read_reply(output: &[u8]) -> Reply {
    ciborium::from_reader(output)
        .unwrap_or_else(|error| Err(RenderError::internal(format!("the renderer's reply cannot be read: {error}"))))
}
