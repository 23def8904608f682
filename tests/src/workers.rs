//! The processes of the publish worker, found by their environment, so that those of another stack are never touched.

use crate::variable;
use std::{fs, process::Command};

/// The process ids of this stack's workers that run now.
pub fn running() -> Vec<u32> {
    let endpoint = std::env::var("FAULTS_URL").unwrap_or_else(|_| variable("AWS_ENDPOINT_URL"));
    let ours = format!("AWS_ENDPOINT_URL={endpoint}");
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let ids = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    ids.filter(|id| is_worker(*id, &ours)).collect()
}

fn is_worker(id: u32, endpoint: &str) -> bool {
    let environment = fs::read(format!("/proc/{id}/environ")).unwrap_or_default();
    let variables: Vec<_> = environment.split(|byte| *byte == 0).collect();
    variables.contains(&endpoint.as_bytes())
        && variables.iter().any(|variable| variable.starts_with(b"AWS_LAMBDA_FUNCTION_NAME=imprint-PublishWorker-"))
}

/// Kills a process at once: nothing of it runs any more, no clean-up, no last word.
pub fn kill(id: u32) {
    let _ = Command::new("kill").args(["-KILL", &id.to_string()]).status();
}
