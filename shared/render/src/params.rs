//! The parameters of a rendering: those of the request, and the definition's defaults for the rest.

use domain::definition::{Param, ParamType};
use serde_json::{Map, Value};

use crate::error::RenderError;

/// The parameters that templates see; what the request sets beyond the declared ones is passed on as it is.
///
/// # Errors
/// A declared parameter that is missing, or of another type.
pub fn resolve(declared: &[Param], given: &Map<String, Value>) -> Result<Map<String, Value>, RenderError> {
    let mut params = given.clone();
    for param in declared {
        let value = match given.get(&param.name).or(param.default.as_ref()) {
            Some(value) => coerce(param.kind, value),
            None => return Err(refuse(param, "is missing and has no default: set it".to_owned())),
        };
        if !param.kind.accepts(&value) {
            return Err(refuse(param, format!("must be {}, not {value}", param.kind.noun())));
        }
        params.insert(param.name.clone(), value);
    }
    Ok(params)
}

/// Parameters in an address are strings whatever they stand for.
fn coerce(kind: ParamType, value: &Value) -> Value {
    let parsed = match (kind, value) {
        (ParamType::Number | ParamType::Boolean, Value::String(text)) => serde_json::from_str::<Value>(text).ok(),
        _ => None,
    };
    parsed.filter(|parsed| kind.accepts(parsed)).unwrap_or_else(|| value.clone())
}

fn refuse(param: &Param, message: String) -> RenderError {
    RenderError::request(format!("params.{}", param.name), message)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::error::Place;

    fn resolve_one(kind: &str, default: Value, given: Value) -> Result<Value, RenderError> {
        let param = json!({"name": "p", "type": kind, "default": default});
        let declared = [serde_json::from_value(param).unwrap()];
        resolve(&declared, given.as_object().unwrap()).map(|params| params["p"].clone())
    }

    #[test]
    fn the_request_comes_before_the_default() {
        let cases = [
            ("the default", "string", json!("Q1"), json!({}), json!("Q1")),
            ("the request", "string", json!("Q1"), json!({"p": "Q2"}), json!("Q2")),
            ("a number from an address", "number", json!(1), json!({"p": "2.5"}), json!(2.5)),
            ("a truth from an address", "boolean", json!(false), json!({"p": "true"}), json!(true)),
        ];
        for (what, kind, default, given, value) in cases {
            assert_eq!(resolve_one(kind, default, given), Ok(value), "{what}");
        }
    }

    #[test]
    fn a_parameter_that_is_missing_or_of_another_type_is_named() {
        let missing = resolve_one("string", Value::Null, json!({})).unwrap_err();
        assert_eq!(missing.place, Place::Request("params.p".into()));
        assert_eq!(missing.to_string(), "params.p: is missing and has no default: set it");
        let wrong = resolve_one("number", json!(1), json!({"p": "many"})).unwrap_err();
        assert_eq!(wrong.to_string(), "params.p: must be a number, not \"many\"");
    }
}
