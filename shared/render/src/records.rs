//! The lists of records that charts and tables draw.

use domain::definition::DataPath;
use serde_json::Value;

use crate::error::RenderError;

/// The list at a path of the data.
///
/// # Errors
/// When there is nothing, or something else than a list.
pub fn find<'a>(path: &DataPath, data: &'a Value, place: &str) -> Result<&'a [Value], RenderError> {
    let place = format!("{place}.data");
    let path_text = path.as_str();
    match path.find(data) {
        Some(Value::Array(records)) => Ok(records),
        Some(other) => Err(RenderError::report(
            place,
            format!("`{path_text}` must be a list of records in the data, not {}", noun(other)),
        )),
        None => {
            let known = data.as_object().into_iter().flatten().map(|(name, _)| format!("`{name}`"));
            let known: Vec<String> = known.take(20).collect();
            let known = if known.is_empty() { "nothing".to_owned() } else { known.join(", ") };
            Err(RenderError::report(place, format!("`{path_text}` is not in the data, which holds {known}")))
        }
    }
}

/// A field of a record, by its name or by names joined by dots.
pub fn field<'a>(record: &'a Value, name: &str) -> &'a Value {
    const NOTHING: &Value = &Value::Null;
    let by_path = || name.split('.').try_fold(record, |value, part| value.get(part));
    record.get(name).or_else(by_path).unwrap_or(NOTHING)
}

/// Refuses a field that no record has: a typing error rather than an empty column.
///
/// # Errors
/// With the fields that the first record has.
pub fn check_field(records: &[Value], name: &str, place: &str) -> Result<(), RenderError> {
    let Some(first) = records.first() else { return Ok(()) };
    if records.iter().any(|record| has_field(record, name)) {
        return Ok(());
    }
    let known: Vec<String> = first.as_object().into_iter().flatten().map(|(name, _)| format!("`{name}`")).collect();
    let known = if known.is_empty() { "no fields".to_owned() } else { known.join(", ") };
    Err(RenderError::report(place, format!("no record has a field `{name}`; the first one has {known}")))
}

fn has_field(record: &Value, name: &str) -> bool {
    record.get(name).is_some() || name.split('.').try_fold(record, |value, part| value.get(part)).is_some()
}

/// A field's name as words: `net_sales` as "Net sales".
pub fn words(field: &str) -> String {
    let words = field.rsplit('.').next().unwrap_or(field).replace(['_', '-'], " ");
    let mut letters = words.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => words,
    }
}

fn noun(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a truth value",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
