//! What the processes of a function have used, where `/proc` tells.

use crate::{figures::memory, stack::variable};
use std::{ffi::OsStr, fs, path::Path};

/// The memory and the time of the processor that a function's processes took so far.
#[derive(Debug, Clone, Copy, Default)]
pub struct Usage {
    /// The most memory that one of them ever had, in MB.
    pub memory: f64,
    /// All of them together.
    pub cpu_ms: f64,
}

/// Of the function with this logical id of the template, on the stack at hand; nothing without `/proc`.
pub fn usage(logical_id: &str) -> Option<Usage> {
    let stack = format!("AWS_ENDPOINT_URL={}", variable("AWS_ENDPOINT_URL").ok()?);
    let function = format!("AWS_LAMBDA_FUNCTION_NAME=imprint-{logical_id}-");
    let mut used = None;
    for process in fs::read_dir("/proc").ok()?.flatten().map(|entry| entry.path()) {
        if runs(&process, &stack, &function)
            && let Some(one) = of_process(&process)
        {
            let sum: Usage = used.unwrap_or_default();
            used = Some(Usage { memory: sum.memory.max(one.memory), cpu_ms: sum.cpu_ms + one.cpu_ms });
        }
    }
    used
}

fn runs(process: &Path, stack: &str, function: &str) -> bool {
    let environment = fs::read(process.join("environ")).unwrap_or_default();
    let has = |what: &dyn Fn(&[u8]) -> bool| environment.split(|byte| *byte == 0).any(what);
    has(&|line| line == stack.as_bytes()) && has(&|line| line.starts_with(function.as_bytes()))
}

fn of_process(process: &Path) -> Option<Usage> {
    let memory = memory(process.file_name().and_then(OsStr::to_str)?, "VmHWM").ok()?;
    let line = fs::read_to_string(process.join("stat")).ok()?;
    // After the name, which may hold anything: the state is the third field, the ticks are the 14th and the 15th, 100 a second.
    let (_, fields) = line.rsplit_once(')')?;
    let ticks = fields.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<f64>().ok());
    Some(Usage { memory, cpu_ms: ticks.sum::<f64>() * 10.0 })
}
