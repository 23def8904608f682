//! What the functions logged. The stack keeps a file a function, named after its logical id.

use crate::variable;
use serde_json::Value;
use std::{fs, path::PathBuf};

/// All that the functions logged whose logical id contains `function`; of all, if it is empty.
pub fn text(function: &str) -> String {
    let folder = PathBuf::from(variable("MAIL_DIR")).with_file_name("logs").join("functions");
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let ours = files.filter(|file| file.file_name().unwrap().to_string_lossy().contains(function));
    // One that a killed process left half written is read as far as it goes.
    ours.map(|file| String::from_utf8_lossy(&fs::read(file).unwrap()).into_owned()).collect()
}

/// The lines of the function's own, without those of Lambda, that contain `text`.
pub fn lines(function: &str, text: &str) -> Vec<Value> {
    let whole = self::text(function);
    whole.lines().filter(|line| line.contains(text)).filter_map(|line| serde_json::from_str(line).ok()).collect()
}

/// The line of the function with this message that contains `text`.
///
/// # Panics
/// If there is none.
#[track_caller]
pub fn said(function: &str, message: &str, text: &str) -> Value {
    let lines = lines(function, text);
    let line = lines.iter().find(|line| line["message"] == message);
    line.unwrap_or_else(|| panic!("{function} does not say {message:?} of {text}: {lines:?}")).clone()
}
