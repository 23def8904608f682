//! Values of the data as templates see them, and back: no number loses a digit on the way.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use minijinja::value::{Object, ObjectRepr, Value as Variable, ValueKind};
use minijinja::{Error, ErrorKind};
use serde_json::{Map, Number, Value};

use crate::writing::{is_same_number, plain};

/// A number that neither 128 bits nor a float hold: it can be printed and formatted, but not calculated with.
#[derive(Debug)]
struct Exact(Number);

impl Object for Exact {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&plain(&Value::Number(self.0.clone())))
    }
}

/// A value of the data as a variable.
pub fn variable(value: &Value) -> Variable {
    match value {
        Value::Null => Variable::from(()),
        Value::Bool(truth) => Variable::from(*truth),
        Value::Number(number) => numeric(number),
        Value::String(text) => Variable::from(text.as_str()),
        Value::Array(items) => items.iter().map(variable).collect(),
        Value::Object(members) => object(members),
    }
}

/// An object with its members as variables.
pub fn object(members: &Map<String, Value>) -> Variable {
    Variable::from_pairs(members.iter().map(|(name, value)| (name.as_str(), variable(value))))
}

fn numeric(number: &Number) -> Variable {
    if let Some(whole) = number.as_i64() {
        return Variable::from(whole);
    }
    if let Some(whole) = number.as_i128() {
        return Variable::from(whole);
    }
    match number.as_f64() {
        Some(float) if is_same_number(number.as_str(), &float.to_string()) => Variable::from(float),
        _ => Variable::from_object(Exact(number.clone())),
    }
}

/// The value of a variable; nothing for what is undefined.
///
/// # Errors
/// A number that is infinite or none, such as the quotient of zero and zero.
pub fn value(variable: &Variable) -> Result<Value, Error> {
    if let Some(Exact(number)) = variable.downcast_object_ref::<Exact>() {
        return Ok(Value::Number(number.clone()));
    }
    match variable.kind() {
        ValueKind::Undefined | ValueKind::None => Ok(Value::Null),
        ValueKind::Bool => Ok(Value::Bool(variable.is_true())),
        ValueKind::Number => numeral(variable),
        ValueKind::Seq | ValueKind::Iterable => {
            Ok(Value::Array(variable.try_iter()?.map(|item| value(&item)).collect::<Result<_, _>>()?))
        }
        ValueKind::Map => {
            let member = |name: Variable| Ok((name.to_string(), value(&variable.get_item(&name)?)?));
            Ok(Value::Object(variable.try_iter()?.map(member).collect::<Result<_, Error>>()?))
        }
        _ => Ok(Value::String(variable.as_str().map_or_else(|| variable.to_string(), str::to_owned))),
    }
}

fn numeral(variable: &Variable) -> Result<Value, Error> {
    let whole = || {
        variable.as_i64().map(Value::from).or_else(|| variable.to_string().parse::<Number>().ok().map(Value::Number))
    };
    if variable.is_integer() {
        return Ok(whole().unwrap_or_default());
    }
    let float = f64::try_from(variable.clone())?;
    let number = Number::from_f64(float);
    number.map(Value::Number).ok_or_else(|| Error::new(ErrorKind::InvalidOperation, "the result is no finite number"))
}

/// A variable as a text prints it: nothing for null, `true` and `false`, numbers without an exponent, lists with commas.
///
/// # Errors
/// As [`value`].
pub fn shown(variable: &Variable) -> Result<Cow<'_, str>, Error> {
    match variable.as_str() {
        Some(text) => Ok(text.into()),
        None => value(variable).map(|value| words(&value).into()),
    }
}

fn words(value: &Value) -> String {
    match value {
        Value::Array(items) => items.iter().map(words).collect::<Vec<_>>().join(", "),
        other => plain(other),
    }
}
