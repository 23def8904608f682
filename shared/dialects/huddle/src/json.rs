//! JSON: the same members as the XML, without its furniture.

use domain::{Outcome, Problem};
use serde::Serialize;
use serde_json::Value;

/// The value as JSON, from the shape that it has for XML:
/// - attributes and elements are members alike, in camel case;
/// - what repeats is an array under a plural name (`link` → `links`), also when there is one or none;
/// - an element that holds nothing but a list is that list.
///
/// # Errors
/// `Internal` if the value has no form in JSON.
pub(crate) fn text(value: &impl Serialize) -> Outcome<String> {
    let value = serde_json::to_value(value).map_err(Problem::internal)?;
    Ok(plain(value).to_string())
}

fn plain(value: Value) -> Value {
    match value {
        Value::Object(members) if members.len() == 1 && members.values().all(Value::is_array) => {
            members.into_iter().next().map_or(Value::Null, |(_, list)| plain(list))
        }
        Value::Object(members) => {
            members.into_iter().map(|(name, value)| (member(&name, &value), plain(value))).collect()
        }
        Value::Array(items) => items.into_iter().map(plain).collect(),
        other => other,
    }
}

fn member(name: &str, value: &Value) -> String {
    let name = name.trim_start_matches('@');
    let (first, rest) = name.split_at(1);
    format!("{}{rest}{}", first.to_ascii_lowercase(), if value.is_array() { "s" } else { "" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn attributes_and_elements_are_members_and_lists_are_arrays() {
        let shape = json!({"@title": "a \"b\"\u{1}", "link": [], "Version": {"note": ""}, "names": {"name": ["x"]}});
        assert_eq!(
            text(&shape).unwrap(),
            r#"{"title":"a \"b\"\u0001","links":[],"version":{"note":""},"names":["x"]}"#
        );
    }
}
