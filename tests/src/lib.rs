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

/// Runs a program of `tests/` in Python against the stack. It makes the venv that it needs, and says itself what is missing.
///
/// # Panics
/// If a check of it failed, with all that it said.
#[track_caller]
pub fn run_program(program: &str) {
    let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
    run(&python, program, &[variable("API_URL"), variable("ADMIN_TOKEN")]);
}

/// Runs a program of `tests/browser/` against the stack: its tests look at pages in a browser.
///
/// # Panics
/// If one of its tests failed, with all that it said.
#[track_caller]
pub fn run_in_browser(program: &str) {
    run("node", &format!("browser/{program}"), &[]);
}

#[track_caller]
fn run(interpreter: &str, program: &str, arguments: &[String]) {
    let script = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(program);
    let output = std::process::Command::new(interpreter).arg(script).args(arguments).output();
    let output = output.unwrap_or_else(|error| panic!("{interpreter} does not run: {error}"));
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{program}: {}\n{stdout}\n{stderr}", output.status);
}
