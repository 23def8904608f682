//! The resident memory of the emulator and of each function that it runs.

use crate::{Outcome, figures::memory, stack::variable};
use std::{collections::BTreeMap, fs, path::PathBuf};

/// The emulator, among the names of functions.
pub const EMULATOR: &str = "the emulator";

/// A process: what it runs, and its resident memory in MB.
#[derive(Debug, Clone)]
pub struct Process {
    pub name: String,
    pub resident: f64,
}

/// The emulator and its children, by process id.
pub fn processes() -> Outcome<BTreeMap<u32, Process>> {
    let state = PathBuf::from(variable("MAIL_DIR")?).with_file_name("emulator.pid");
    let emulator: u32 = fs::read_to_string(state)?.trim().parse()?;
    let mut found = BTreeMap::from([(emulator, Process { name: EMULATOR.into(), resident: resident(emulator)? })]);
    for entry in fs::read_dir("/proc")? {
        let Some(id) = entry?.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        // One that ends meanwhile is none.
        if let Some(name) = child(id, emulator)
            && let Ok(resident) = resident(id)
        {
            found.insert(id, Process { name, resident });
        }
    }
    Ok(found)
}

fn resident(id: u32) -> Outcome<f64> {
    memory(&id.to_string(), "VmRSS")
}

/// The function that a process runs, if it is a child of `parent` that runs one.
fn child(id: u32, parent: u32) -> Option<String> {
    let status = fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let of: u32 = status.lines().find_map(|line| line.strip_prefix("PPid:"))?.trim().parse().ok()?;
    let variables = (of == parent).then(|| fs::read_to_string(format!("/proc/{id}/environ")))?.ok()?;
    let name = variables.split('\0').find_map(|variable| variable.strip_prefix("AWS_LAMBDA_FUNCTION_NAME="))?;
    // The stack, the logical id, and a random part.
    name.split('-').nth(1).map(str::to_owned)
}
