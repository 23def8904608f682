//! JSON as Typst sees it.
//!
//! Numbers keep their digits in all of Imprint by `serde_json`'s `arbitrary_precision`, under which a number comes to other
//! crates as an object that carries its digits. So values are turned into Typst's here, and Typst's own function `json` gives way to this one.

use std::str::FromStr;

use typst::diag::{At, LineCol, LoadError, LoadedWithin, SourceResult};
use typst::engine::Engine;
use typst::foundations::{Array, Decimal, Dict, IntoValue, Str, Value};
use typst::loading::{DataSource, Load};
use typst::syntax::Spanned;
use typst_library::foundations::{func, scope};

/// A value of JSON as one of Typst.
pub fn value(json: &serde_json::Value) -> Value {
    match json {
        serde_json::Value::Null => Value::None,
        serde_json::Value::Bool(truth) => truth.into_value(),
        serde_json::Value::Number(digits) => number(digits),
        serde_json::Value::String(text) => text.as_str().into_value(),
        serde_json::Value::Array(items) => items.iter().map(value).collect::<Array>().into_value(),
        serde_json::Value::Object(members) => {
            let member = |(name, json): (&String, &serde_json::Value)| (Str::from(name.as_str()), value(json));
            members.iter().map(member).collect::<Dict>().into_value()
        }
    }
}

/// A whole number as an integer, or as a decimal where 64 bits do not hold it; any other, or one beyond both, as a float.
fn number(number: &serde_json::Number) -> Value {
    let digits = number.as_str();
    let is_whole = digits.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    match number.as_i64() {
        Some(whole) => whole.into_value(),
        None if is_whole => Decimal::from_str(digits).map_or_else(|_| float(number), IntoValue::into_value),
        None => float(number),
    }
}

fn float(number: &serde_json::Number) -> Value {
    number.as_f64().unwrap_or(f64::INFINITY).into_value()
}

/// Reads structured data from a JSON file.
#[func(scope, title = "JSON")]
pub fn json(
    engine: &mut Engine,
    /// A path to a JSON file or raw JSON bytes.
    source: Spanned<DataSource>,
) -> SourceResult<Value> {
    let loaded = source.load(engine.world)?;
    let raw = loaded.data.as_slice();
    let raw = raw.strip_prefix(b"\xef\xbb\xbf").unwrap_or(raw);
    let parsed: Result<serde_json::Value, _> = serde_json::from_slice(raw);
    let failed = |error: serde_json::Error| {
        LoadError::text(LineCol::one_based(error.line(), error.column()), "failed to parse JSON", error)
    };
    parsed.map(|parsed| value(&parsed)).map_err(failed).within(&loaded)
}

#[scope]
impl json {
    /// Encodes structured data into a JSON string.
    #[func(title = "Encode JSON")]
    pub fn encode(
        /// Value to be encoded.
        value: Spanned<Value>,
        /// Whether to pretty print the JSON with newlines and indentation.
        #[named]
        #[default(true)]
        pretty: bool,
    ) -> SourceResult<Str> {
        let Spanned { v: value, span } = value;
        let written = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) };
        written.map(Into::into).map_err(|error| format!("failed to encode value as JSON ({error})")).at(span)
    }
}
