//! How a request wants a report rendered, by a query (`GET …/pdf`, previews) or by a body (`POST …/pdf`,
//! `POST …/export`).
//!
//! Source: the official Python client. Keys that are not known here are passed over: its versions send more.

use crate::values;
use domain::{
    Outcome, Problem,
    data::{Data, Members},
    rendition::{Form, Rendition},
};
use serde_json::Value;
use std::collections::BTreeSet;

/// The key whose values in a query add up.
const EXCLUDED: &str = "excludePages";

/// Reads a query. `get` tells all values of a key, in their order: the last one counts, but those of `excludePages` add
/// up.
///
/// # Errors
/// `Invalid`, naming the parameter.
pub fn from_query(get: impl Fn(&str) -> Vec<String>) -> Outcome<Rendition> {
    let mut excluded = BTreeSet::new();
    for text in get(EXCLUDED) {
        excluded.append(&mut values::pages_in(EXCLUDED, &text)?);
    }
    let data = values::json("data", &get("data").pop().unwrap_or_default())?;
    let field = |key: &str| get(key).pop().map_or(Value::Null, Value::String);
    read(|key| Ok(field(key)), || field("params").into(), data, excluded)
}

/// Reads a body, which may be empty.
///
/// # Errors
/// `Invalid`, naming the field; for what is no JSON object, naming none.
pub fn from_body(bytes: &[u8]) -> Outcome<Rendition> {
    let Members(body) = members(bytes)?;
    // The last one counts.
    let get =
        |key: &str| body.iter().rfind(|(name, _)| name == key).map_or_else(Data::default, |(_, data)| data.clone());
    let data = get("data");
    let data = match data.string().filter(|text| text.trim_start().starts_with(['{', '['])) {
        Some(text) => values::json("data", &text)?,
        None => Some(data),
    };
    let field = |key: &str| values::small(key, &get(key));
    let excluded = values::pages(EXCLUDED, field(EXCLUDED)?)?;
    read(field, || get("params"), data, excluded)
}

fn members(bytes: &[u8]) -> Outcome<Members> {
    if bytes.trim_ascii().is_empty() {
        return Ok(Members::default());
    }
    let body: Option<_> = serde_json::from_slice(bytes)
        .map_err(|error| Problem::malformed(format!("The body is not what this call takes: {error}.")))?;
    Ok(body.unwrap_or_default())
}

/// What queries and bodies have in common; `field` tells a value, `null` without one.
fn read(
    field: impl Fn(&str) -> Outcome<Value>,
    params: impl FnOnce() -> Data,
    data: Option<Data>,
    exclude_pages: BTreeSet<u32>,
) -> Outcome<Rendition> {
    let form = values::text("format", field("format")?)?;
    let rendition = Rendition {
        form: form.as_deref().map(Form::parse).transpose()?.unwrap_or_default(),
        params: values::params("params", params())?,
        data: data.filter(|data| !data.is_null()).map(|data| values::bounded("data", data)).transpose()?,
        temp_data: values::temporary_id("tempDataId", field("tempDataId")?)?,
        time_zone: values::text("timezone", field("timezone")?)?,
        lang: values::lang("lang", field("lang")?)?,
        theme: values::code("theme", field("theme")?)?,
        template: values::code("template", field("template")?)?,
        exclude_pages,
        include_attachments: values::flag("includeAttachments", field("includeAttachments")?)?,
    };
    rendition.check()?;
    Ok(rendition)
}

#[cfg(test)]
#[path = "rendition_tests.rs"]
mod tests;
