//! What the end-to-end tests share: [`api`], a client of the HTTP API; [`aws`], the services below it, for looking behind the API
//! and for making trouble; [`faults`], the proxy between both; [`huddle`], the XML of that dialect; [`logs`], what the functions
//! logged; [`mail`], what the stack sent; [`workers`], the processes of the publish worker; [`samples`], reports to work with; [`tree`], what the folder
//! tree must be, whatever many clients do to it at once.
//!
//! The tests run against the stack whose variables are in the environment: `make test` starts a fresh one, and
//! `set -a; . local/.state/stack.env; cargo test --profile local --workspace --test e2e` takes the one that is up.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a test that cannot go on must say where"
)]

pub mod api;
pub mod aws;
pub mod faults;
pub mod huddle;
pub mod logs;
pub mod mail;
pub mod samples;
pub mod tree;
pub mod workers;

use std::{path::Path, process::Command};

/// A variable of `stack.env`.
///
/// # Panics
/// If it is not set.
pub fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set: run `make test`, or load local/.state/stack.env"))
}

/// A name that no other test uses.
pub fn unique(prefix: &str) -> String {
    format!("{prefix}-{}", uuid::Uuid::new_v4().simple())
}

/// The time of this machine, which is that of the stack.
pub fn now() -> jiff::Timestamp {
    jiff::Timestamp::now()
}

/// Runs tests in Python against the stack.
///
/// # Panics
/// If one of them failed, with all that it said.
#[track_caller]
pub fn run_pytest(folder: &str) {
    run(python().args(["-m", "pytest", "--quiet", folder]));
}

/// The Python of this checkout, in its root; `make python-test` installs what the tests need.
pub fn python() -> Command {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut python = Command::new(root.join(".venv/bin/python"));
    python.current_dir(root);
    python
}

/// Runs a program of `tests/browser/` against the stack: its tests look at pages in a browser.
///
/// # Panics
/// If one of its tests failed, with all that it said.
#[track_caller]
pub fn run_in_browser(program: &str) {
    run(Command::new("node").arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("browser").join(program)));
}

#[track_caller]
fn run(command: &mut Command) {
    let output = command.output();
    let output = output.unwrap_or_else(|error| panic!("{command:?} does not run: {error}"));
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{command:?}: {}\n{stdout}\n{stderr}", output.status);
}
