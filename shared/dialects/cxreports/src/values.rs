//! Single values as clients write them: texts in a query, and in a body JSON or such texts. `null` and empty texts are
//! as good as nothing. Source: the official Python client, which writes `True` and base64url; other clients write other
//! forms.

use base64::{
    Engine,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use domain::{Outcome, Problem, data::Data, language, temporary::TemporaryId};
use serde_json::Value;
use std::collections::BTreeSet;

/// A text.
pub(crate) fn text(field: &str, value: Value) -> Outcome<Option<String>> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text.trim()).filter(|text| !text.is_empty()).map(str::to_owned)),
        _ => Err(Problem::invalid(field, "write text.")),
    }
}

/// A language tag, in its usual case.
pub(crate) fn lang(field: &str, value: Value) -> Outcome<Option<String>> {
    let tag = |text: String| language::canonical(&text).ok_or_else(|| Problem::invalid(field, language::EXPECTED));
    text(field, value)?.map(tag).transpose()
}

/// A text or a number, by either of which a preset is called.
pub(crate) fn code(field: &str, value: Value) -> Outcome<Option<String>> {
    match value {
        Value::Number(number) if number.is_u64() => Ok(Some(number.to_string())),
        other => text(field, other).map_err(|_| Problem::invalid(field, "write a code or a number.")),
    }
}

/// Yes or no, in any case; no when nothing is said.
pub(crate) fn flag(field: &str, value: Value) -> Outcome<bool> {
    let wrong = || Problem::invalid(field, "write true or false.");
    if let Value::Bool(flag) = value {
        return Ok(flag);
    }
    match text(field, value).map_err(|_| wrong())?.unwrap_or_default().to_ascii_lowercase().as_str() {
        "true" | "1" => Ok(true),
        "false" | "0" | "" => Ok(false),
        _ => Err(wrong()),
    }
}

/// A whole number from 0 on.
fn number(field: &str, value: Value) -> Outcome<Option<u64>> {
    let wrong = || Problem::invalid(field, "write a whole number.");
    if let Value::Number(number) = value {
        return number.as_u64().map(Some).ok_or_else(wrong);
    }
    let Some(text) = text(field, value).map_err(|_| wrong())? else { return Ok(None) };
    let digits = Some(text).filter(|text| text.bytes().all(|b| b.is_ascii_digit()));
    digits.and_then(|digits| digits.parse().ok()).map(Some).ok_or_else(wrong)
}

/// The id of temporary data.
pub(crate) fn temporary_id(field: &str, value: Value) -> Outcome<Option<u64>> {
    let number = number(field, value)?;
    match number.is_none_or(|number| TemporaryId::of(number).is_some()) {
        true => Ok(number),
        false => Err(Problem::invalid(field, "no temporary data has an id as large as this.")),
    }
}

/// Numbers of pages: `1,2`, `[1,2]`, or a list of numbers and such texts.
pub(crate) fn pages(field: &str, value: Value) -> Outcome<BTreeSet<u32>> {
    match value {
        Value::Array(items) => items
            .into_iter()
            .enumerate()
            .filter_map(|(n, item)| page(&format!("{field}[{n}]"), item).transpose())
            .collect(),
        Value::String(text) => pages_in(field, &text),
        other => Ok(page(field, other)?.into_iter().collect()),
    }
}

/// The numbers of pages in a text.
pub(crate) fn pages_in(field: &str, text: &str) -> Outcome<BTreeSet<u32>> {
    let text = text.trim();
    let list = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    if list.trim().is_empty() {
        return Ok(BTreeSet::new());
    }
    let wrong = || Problem::invalid(field, "write numbers of pages with commas between them, such as 1,2.");
    list.split(',').map(|item| page(field, item.into()).ok().flatten().ok_or_else(wrong)).collect()
}

fn page(field: &str, value: Value) -> Outcome<Option<u32>> {
    let wrong = |_| Problem::invalid(field, "no report has as many pages.");
    number(field, value)?.map(u32::try_from).transpose().map_err(wrong)
}

/// The most bytes of a field that is read whole: the longest list of pages to leave out has fewer.
const MOST_BYTES: usize = 128 * 1024;

/// A field of a body that is small whatever it holds.
pub(crate) fn small(field: &str, data: &Data) -> Outcome<Value> {
    if data.text().len() > MOST_BYTES {
        return Err(Problem::invalid(field, format!("use at most {MOST_BYTES} bytes.")));
    }
    data.parse().map_err(Problem::internal)
}

/// JSON in a text.
pub(crate) fn json(field: &str, text: &str) -> Outcome<Option<Data>> {
    match text.trim() {
        "" => Ok(None),
        text => from_json(field, text.as_bytes()),
    }
}

fn from_json(field: &str, bytes: &[u8]) -> Outcome<Option<Data>> {
    serde_json::from_slice(bytes).map_err(|error| Problem::invalid(field, format!("this is no JSON: {error}.")))
}

/// What is kept is read again with more around it, and serde_json reads no more than 127 levels.
const MAX_LEVELS: usize = 100;

/// A value that is not too deep to be kept and rendered.
pub(crate) fn bounded(field: &str, data: Data) -> Outcome<Data> {
    match data.levels() <= MAX_LEVELS {
        true => Ok(data),
        false => Err(Problem::invalid(field, format!("use at most {MAX_LEVELS} levels of lists and objects."))),
    }
}

/// Values of a report's parameters: an object, or a text that is one as JSON or as JSON in base64; `null` without any.
pub(crate) fn params(field: &str, data: Data) -> Outcome<Data> {
    let data = match data.string() {
        Some(text) => params_in(field, text.trim())?.unwrap_or_default(),
        None => data,
    };
    match bounded(field, data)? {
        params if params.is_object() || params.is_null() => Ok(params),
        _ => Err(not_params(field)),
    }
}

/// The first character decides, since no base64 begins with a brace.
fn params_in(field: &str, text: &str) -> Outcome<Option<Data>> {
    if text.starts_with('{') || text.is_empty() || text == "null" {
        return json(field, text);
    }
    let bytes = decoded(text).ok_or_else(|| not_params(field))?;
    from_json(field, &bytes)
}

fn not_params(field: &str) -> Problem {
    Problem::invalid(field, "write an object as JSON, or the same in base64url, such as {\"quarter\":\"Q1\"}.")
}

/// Either alphabet, with padding or without; a plus sign that went through a query as it is has become a space.
fn decoded(text: &str) -> Option<Vec<u8>> {
    const TOLERANT: GeneralPurpose = GeneralPurpose::new(
        &STANDARD,
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
    );
    let standard = text.chars().map(|c| match c {
        '-' | ' ' => '+',
        '_' => '/',
        other => other,
    });
    TOLERANT.decode(standard.collect::<String>()).ok()
}
