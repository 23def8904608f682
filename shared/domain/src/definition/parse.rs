//! From JSON to a definition, with the exact place of what is wrong.
//!
//! Blocks are dispatched here by their `kind` rather than by serde's tagged enums: those buffer their content, and the place inside it would be lost.

use std::collections::HashSet;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{
    Block, Body, Chart, ChartKind, Columns, CsvOptions, Definition, Heading, Image, InvalidDefinition, Kpis,
    MAX_BLOCKS, MAX_DEPTH, PageBreak, PageSetup, Param, ParamType, Table, Text,
};
use crate::language;

const KINDS: &str = "heading, text, kpis, chart, table, image, columns or pagebreak";
const MAX_TYPST_BYTES: usize = 1 << 20;

type Checked<T> = Result<T, InvalidDefinition>;

/// The keys of a definition; the blocks are taken as they are and read afterwards.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    title: Option<String>,
    lang: Option<String>,
    #[serde(default)]
    page: PageSetup,
    #[serde(default)]
    params: Vec<Param>,
    #[serde(default)]
    csv: CsvOptions,
    #[serde(default, rename = "strictGlyphs")]
    strict_glyphs: bool,
    blocks: Option<Vec<Value>>,
    typst: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WireColumns {
    columns: Vec<Vec<Value>>,
}

pub fn definition(value: &Value) -> Checked<Definition> {
    let mut wire: Wire = read(value.clone(), "definition")?;
    let lang = wire.lang.as_deref().map(read_lang).transpose()?;
    check_params(&wire.params)?;
    let body = match (wire.blocks.take(), wire.typst.take()) {
        (Some(blocks), None) => Body::Blocks(Reader::default().blocks(blocks, "definition.blocks", 1)?),
        (None, Some(source)) => Body::Typst(check_typst(source)?),
        (Some(_), Some(_)) => {
            return refuse("definition", "holds both `blocks` and `typst`: keep one of them");
        }
        (None, None) => {
            return refuse("definition", "needs `blocks`, a list of blocks, or `typst`, a whole Typst source");
        }
    };
    let csv = wire.csv.check()?;
    let Wire { title, page, params, strict_glyphs, .. } = wire;
    Ok(Definition { title, lang, page, params, csv, strict_glyphs, body })
}

/// Counts the blocks while it reads them.
#[derive(Default)]
struct Reader {
    count: usize,
}

impl Reader {
    fn blocks(&mut self, values: Vec<Value>, place: &str, depth: usize) -> Checked<Vec<Block>> {
        if depth > MAX_DEPTH {
            return refuse(
                place,
                format!("blocks are nested more than {MAX_DEPTH} deep: use fewer columns in columns"),
            );
        }
        self.count += values.len();
        if self.count > MAX_BLOCKS {
            return refuse(place, format!("the definition holds more than {MAX_BLOCKS} blocks: split the report"));
        }
        let numbered = values.into_iter().enumerate();
        numbered.map(|(n, value)| self.block(value, &format!("{place}[{n}]"), depth)).collect()
    }

    fn block(&mut self, value: Value, place: &str, depth: usize) -> Checked<Block> {
        let (kind, rest) = split_kind(value, place)?;
        match kind.as_str() {
            "heading" => heading(rest, place),
            "text" => Ok(Block::Text(read::<Text>(rest, place)?)),
            "kpis" => kpis(rest, place),
            "chart" => chart(rest, place),
            "table" => table(rest, place),
            "image" => Ok(Block::Image(read::<Image>(rest, place)?)),
            "columns" => self.columns(rest, place, depth),
            "pagebreak" => Ok(Block::PageBreak(read::<PageBreak>(rest, place)?)),
            _ => refuse(format!("{place}.kind"), format!("unknown kind `{kind}`: use {KINDS}")),
        }
    }

    fn columns(&mut self, rest: Value, place: &str, depth: usize) -> Checked<Block> {
        let wire: WireColumns = read(rest, place)?;
        let place = format!("{place}.columns");
        if !(2..=4).contains(&wire.columns.len()) {
            return refuse(place, format!("needs 2 to 4 lists of blocks, not {}", wire.columns.len()));
        }
        let mut columns = Vec::with_capacity(wire.columns.len());
        for (n, blocks) in wire.columns.into_iter().enumerate() {
            columns.push(self.blocks(blocks, &format!("{place}[{n}]"), depth + 1)?);
        }
        Ok(Block::Columns(Columns { columns }))
    }
}

fn split_kind(value: Value, place: &str) -> Checked<(String, Value)> {
    let Value::Object(mut object) = value else {
        return refuse(place, "must be an object with a `kind`");
    };
    // `shift_remove` keeps the order of the other keys, and so which mistake is named first.
    match object.shift_remove("kind") {
        Some(Value::String(kind)) => Ok((kind, Value::Object(object))),
        _ => refuse(format!("{place}.kind"), format!("is missing or no string: use {KINDS}")),
    }
}

fn heading(rest: Value, place: &str) -> Checked<Block> {
    let heading: Heading = read(rest, place)?;
    if !(1..=3).contains(&heading.level) {
        return refuse(format!("{place}.level"), format!("must be 1, 2 or 3, not {}", heading.level));
    }
    Ok(Block::Heading(heading))
}

fn kpis(rest: Value, place: &str) -> Checked<Block> {
    let kpis: Kpis = read(rest, place)?;
    if !(1..=12).contains(&kpis.items.len()) {
        return refuse(format!("{place}.items"), format!("needs 1 to 12 figures, not {}", kpis.items.len()));
    }
    for (n, item) in kpis.items.iter().enumerate() {
        check_scalar(&item.value, || format!("{place}.items[{n}].value"))?;
        check_scalar(item.delta.as_ref().unwrap_or(&Value::Null), || format!("{place}.items[{n}].delta"))?;
    }
    Ok(Block::Kpis(kpis))
}

fn check_scalar(value: &Value, place: impl Fn() -> String) -> Checked<()> {
    match value {
        Value::Array(_) | Value::Object(_) => refuse(place(), "must be a number or a string, not a list or an object"),
        _ => Ok(()),
    }
}

fn chart(rest: Value, place: &str) -> Checked<Block> {
    let chart: Chart = read(rest, place)?;
    let allowed = if chart.chart == ChartKind::Pie { 1..=1 } else { 1..=8 };
    if !allowed.contains(&chart.y.len()) {
        let (most, count) = (allowed.end(), chart.y.len());
        return refuse(format!("{place}.y"), format!("needs 1 to {most} fields to draw, not {count}"));
    }
    if chart.height.is_some_and(|height| !(80.0..=700.0).contains(&height)) {
        return refuse(format!("{place}.height"), "must be 80 to 700 points");
    }
    Ok(Block::Chart(chart))
}

fn table(rest: Value, place: &str) -> Checked<Block> {
    let table: Table = read(rest, place)?;
    if !(1..=40).contains(&table.columns.len()) {
        return refuse(format!("{place}.columns"), format!("needs 1 to 40 columns, not {}", table.columns.len()));
    }
    let unknown = |field: &&String| !table.columns.iter().any(|column| column.field == **field);
    if let Some(field) = table.totals.iter().find(unknown) {
        return refuse(format!("{place}.totals"), format!("`{field}` is not the field of a column of this table"));
    }
    Ok(Block::Table(table))
}

fn read_lang(lang: &str) -> Checked<String> {
    match language::canonical(lang) {
        Some(tag) => Ok(tag),
        None => refuse("definition.lang", format!("`{lang}` is no language: use a tag such as en, de or en-GB")),
    }
}

fn check_params(params: &[Param]) -> Checked<()> {
    let mut names = HashSet::new();
    for (n, param) in params.iter().enumerate() {
        let place = format!("definition.params[{n}]");
        if !is_identifier(&param.name) {
            let message = format!("`{}` must be a letter followed by letters, digits and _", param.name);
            return refuse(format!("{place}.name"), message);
        }
        if !names.insert(&param.name) {
            return refuse(format!("{place}.name"), format!("`{}` is used by an earlier parameter", param.name));
        }
        if param.default.as_ref().is_some_and(|value| !param.kind.accepts(value)) {
            return refuse(
                format!("{place}.default"),
                format!("must be {}, as the parameter's type", param.kind.noun()),
            );
        }
    }
    Ok(())
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

fn check_typst(source: String) -> Checked<String> {
    if source.trim().is_empty() {
        return refuse("definition.typst", "is empty: give a Typst source or `blocks`");
    }
    if source.len() > MAX_TYPST_BYTES {
        return refuse("definition.typst", "is larger than 1 MiB: move pictures and data into assets");
    }
    Ok(source)
}

/// Reads a value by serde, with the place of what does not fit.
fn read<T: DeserializeOwned>(value: Value, place: &str) -> Checked<T> {
    if !value.is_object() {
        return refuse(place, "must be an object");
    }
    serde_path_to_error::deserialize(value).map_err(|error| {
        let inner = error.path().to_string();
        let place = if inner == "." { place.to_owned() } else { format!("{place}.{inner}") };
        name_missing(place, error.into_inner().to_string())
    })
}

/// serde reports a missing key at the object that lacks it; the place is the key itself.
fn name_missing(place: String, message: String) -> InvalidDefinition {
    match message.strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`')) {
        Some(key) => InvalidDefinition { field: format!("{place}.{key}"), message: "is missing".to_owned() },
        None => InvalidDefinition { field: place, message },
    }
}

fn refuse<T>(field: impl Into<String>, message: impl Into<String>) -> Checked<T> {
    Err(InvalidDefinition { field: field.into(), message: message.into() })
}
