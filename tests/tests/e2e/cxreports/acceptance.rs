//! The dialect as others use it: CxReports' own client, and a browser with a preview in a frame. Both are programs in Python.

use imprint_tests::variable;
use std::{path::Path, process::Command};

#[test]
fn the_official_python_client_works_unchanged() {
    run("cxreports_client.py");
}

#[test]
fn a_preview_works_in_a_frame_of_another_site_and_nowhere_else() {
    run("preview_browser.py");
}

/// Runs a program of `tests/` against the stack. It makes the venv that it needs, and says itself what is missing.
///
/// # Panics
/// If a check of it failed, with all that it said.
#[track_caller]
fn run(program: &str) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join(program);
    let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let mut command = Command::new(python);
    let command = command.arg(script).args([variable("API_URL"), variable("ADMIN_TOKEN")]);
    let output = command.output().expect("Python runs");
    let (told, complaints) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{program}: {}\n{told}\n{complaints}", output.status);
}
