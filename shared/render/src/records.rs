//! The lists of records that charts and tables draw.

use domain::definition::{DataPath, steps};
use serde_json::Value;

use crate::error::RenderError;

/// The list at a path of the data.
///
/// # Errors
/// When there is nothing, or something else than a list.
pub fn find<'a>(path: &DataPath, data: &'a Value, place: &str) -> Result<&'a [Value], RenderError> {
    let path_text = path.as_str();
    let message = match path.find(data) {
        Some(Value::Array(records)) => return Ok(records),
        Some(other) => format!("`{path_text}` must be a list of records in the data, not {}", noun(other)),
        None if data.is_array() => {
            format!("`{path_text}` is not in the data, which is a list itself: write `.` for that list")
        }
        None => format!("`{path_text}` is not in the data, which holds {}", names(data, "nothing")),
    };
    Err(RenderError::report(format!("{place}.data"), message))
}

/// A field of a record, by its name or by names joined by dots.
pub fn field<'a>(record: &'a Value, name: &str) -> &'a Value {
    const NOTHING: &Value = &Value::Null;
    present(record, name).unwrap_or(NOTHING)
}

/// Refuses a field that no record has: a typing error rather than an empty column.
///
/// # Errors
/// With the fields that the first record has.
pub fn check_field(records: &[Value], name: &str, place: &str) -> Result<(), RenderError> {
    let Some(first) = records.first() else { return Ok(()) };
    if records.iter().any(|record| present(record, name).is_some()) {
        return Ok(());
    }
    let known = names(first, "no fields");
    let help = "Correct the name, or write `optional: true` when the data may lack the field";
    Err(RenderError::report(place, format!("no record has a field `{name}`; the first one has {known}. {help}")))
}

/// The field, also when it is null.
fn present<'a>(record: &'a Value, name: &str) -> Option<&'a Value> {
    let by_path = || match name.contains('[') {
        true => steps(name)?.iter().try_fold(record, |value, part| value.get(part)),
        false => name.split('.').try_fold(record, |value, part| value.get(part)),
    };
    record.get(name).or_else(by_path)
}

fn names(value: &Value, none: &str) -> String {
    const SHOWN: usize = 20;
    let names = value.as_object().into_iter().flatten().map(|(name, _)| format!("`{name}`"));
    let names: Vec<String> = names.take(SHOWN).collect();
    if names.is_empty() { none.to_owned() } else { names.join(", ") }
}

/// A field's name as words: `net_sales` as "Net sales".
pub fn words(field: &str) -> String {
    let last = steps(field).and_then(|mut steps| steps.pop()).unwrap_or_else(|| field.to_owned());
    let words = last.replace(['_', '-'], " ");
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn path(text: &str) -> DataPath {
        DataPath::try_from(text.to_owned()).unwrap()
    }

    #[test]
    fn a_list_is_found_by_its_path_and_data_that_is_a_list_by_a_dot() {
        let records = json!([{"a": 1}]);
        let list = records.as_array().unwrap().as_slice();
        assert_eq!(find(&path("."), &records, "blocks[0]"), Ok(list));
        assert_eq!(find(&path("[\"a.b\"].rows"), &json!({"a.b": {"rows": records}}), "blocks[0]"), Ok(list));
    }

    #[test]
    fn a_wrong_path_names_what_would_be_right() {
        let told = |path_text, data: Value| find(&path(path_text), &data, "blocks[0]").unwrap_err().to_string();
        let list = "blocks[0].data: `rows` is not in the data, which is a list itself: write `.` for that list";
        assert_eq!(told("rows", json!([])), list);
        assert_eq!(
            told("rows", json!({"sales": []})),
            "blocks[0].data: `rows` is not in the data, which holds `sales`"
        );
        assert_eq!(told("rows", json!(3)), "blocks[0].data: `rows` is not in the data, which holds nothing");
        assert_eq!(
            told(".", json!({"a": 1})),
            "blocks[0].data: `.` must be a list of records in the data, not an object"
        );
    }

    #[test]
    fn a_field_is_found_by_its_name_first() {
        let record = json!({"a.b": 1, "a": {"b": 2, "c": 3}, "d": {"e.f": 4}, "n": null});
        let table = [("a.b", 1), ("a.c", 3), ("[\"a.b\"]", 1), ("d[\"e.f\"]", 4)];
        for (name, value) in table {
            assert_eq!(field(&record, name), &json!(value), "{name}");
        }
        assert_eq!(field(&record, "z"), &Value::Null);
        assert_eq!(check_field(std::slice::from_ref(&record), "n", ""), Ok(()), "null is a value");
    }

    #[test]
    fn an_absent_field_says_how_to_leave_the_column_empty() {
        let error = check_field(&[json!({"a": 1})], "zz", "blocks[0].columns[1].field").unwrap_err();
        let told = "no record has a field `zz`; the first one has `a`. Correct the name, or write `optional: true` when the data may lack the field";
        assert_eq!(error.message, told);
    }

    #[test]
    fn the_words_of_a_field_are_those_of_its_last_name() {
        for (field, expected) in
            [("net_sales", "Net sales"), ("a.net-sales", "Net sales"), ("[\"a.b\"]", "A.b"), ("a..b", "A..b")]
        {
            assert_eq!(words(field), expected);
        }
    }
}
