//! Finds the templates in a part of a definition, and what is wrong with them.

use serde_json::Value;

use super::read::Found;
use crate::template;

/// The keys whose strings are names and formats, never templates.
const NAMES: [&str; 8] = ["field", "data", "x", "y", "totals", "asset", "format", "xFormat"];

/// Notes what is wrong with the templates inside a value.
pub fn note(value: &Value, place: &str, found: &mut Found) {
    match value {
        Value::String(text) => {
            if let Err(message) = template::check(text) {
                found.note(place, message);
            }
        }
        Value::Array(items) => {
            for (n, item) in items.iter().enumerate() {
                note(item, &format!("{place}[{n}]"), found);
            }
        }
        Value::Object(object) => {
            for (key, value) in object.iter().filter(|(key, _)| !NAMES.contains(&key.as_str())) {
                note(value, &format!("{place}.{key}"), found);
            }
        }
        _ => {}
    }
}
