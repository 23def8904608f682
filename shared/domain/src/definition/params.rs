//! The parameters that a definition declares, and the values that they take.

use std::collections::HashSet;

use serde_json::Value;

use super::read::Found;
use super::{Param, ParamType};

/// Notes what is wrong with the parameters that a definition declares.
pub fn check(params: &[Param], found: &mut Found) {
    let mut names = HashSet::new();
    for (n, param) in params.iter().enumerate() {
        let place = format!("definition.params[{n}]");
        if !is_identifier(&param.name) {
            let message = format!("`{}` must be a letter followed by letters, digits and _", param.name);
            found.note(format!("{place}.name"), message);
        } else if !names.insert(&param.name) {
            found.note(format!("{place}.name"), format!("`{}` is used by an earlier parameter", param.name));
        }
        if param.default.as_ref().is_some_and(|value| !param.kind.accepts(value)) {
            found.note(format!("{place}.default"), format!("must be {}, as the parameter's type", param.kind.noun()));
        }
    }
}

fn is_identifier(name: &str) -> bool {
    let starts_well = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    starts_well && name.len() <= 64 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

impl ParamType {
    /// Whether a value is of this type; null stands for "not set" and fits each.
    pub fn accepts(self, value: &Value) -> bool {
        match (self, value) {
            (_, Value::Null) => true,
            (ParamType::String, value) => value.is_string(),
            (ParamType::Number, value) => value.is_number(),
            (ParamType::Boolean, value) => value.is_boolean(),
            (ParamType::Date, value) => value.as_str().and_then(|text| text.get(..10)).is_some_and(is_date),
        }
    }

    /// The type in words, with its article.
    pub fn noun(self) -> &'static str {
        match self {
            ParamType::String => "a string",
            ParamType::Number => "a number",
            ParamType::Boolean => "true or false",
            ParamType::Date => "a date such as 2026-03-31",
        }
    }
}

fn is_date(text: &str) -> bool {
    text.parse::<jiff::civil::Date>().is_ok()
}
