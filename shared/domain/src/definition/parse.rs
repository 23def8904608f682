//! From JSON to a definition, with the exact place of everything that is wrong.
//!
//! Blocks are dispatched here by their `kind` rather than by serde's tagged enums: those buffer their content, and the place inside it would be lost.

use serde::Deserialize;
use serde_json::Value;

use super::read::{Found, read};
use super::{
    Block, Body, Chart, ChartKind, Columns, CsvOptions, Definition, Format, Heading, Image, Kpis, MAX_BLOCKS,
    MAX_DEPTH, PageBreak, PageSetup, Param, Table, Text, params, steps, templates,
};
use crate::language;
use crate::problem::Mistake;

const KINDS: &str = "heading, text, kpis, chart, table, image, columns or pagebreak";
const MAX_TYPST_BYTES: usize = 1 << 20;

/// The keys of a definition; the blocks are taken as they are and read afterwards.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    /// The address of the JSON Schema, for editors.
    #[serde(rename = "$schema")]
    _schema: Option<String>,
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

/// Reads a definition that was accepted before.
pub fn definition(value: &Value) -> Result<Definition, Mistake> {
    Reader::default().finish(value).map_err(|mistakes| {
        let unreadable = || Mistake::new("definition", "cannot be read");
        mistakes.into_iter().next().unwrap_or_else(unreadable)
    })
}

/// Checks a definition whole.
pub fn checked(value: &Value) -> Result<Definition, Vec<Mistake>> {
    Reader { strict: true, ..Reader::default() }.finish(value)
}

/// Notes what is wrong while it reads, and goes on.
#[derive(Default)]
struct Reader {
    /// Whether to refuse what was accepted once, and what only shows when a report is rendered.
    strict: bool,
    blocks: usize,
    found: Found,
}

impl Reader {
    fn finish(mut self, value: &Value) -> Result<Definition, Vec<Mistake>> {
        let definition = self.definition(value);
        let mistakes = self.found.into_mistakes();
        match definition {
            Some(definition) if mistakes.is_empty() => Ok(definition),
            _ => Err(mistakes),
        }
    }

    fn definition(&mut self, value: &Value) -> Option<Definition> {
        self.objects(value, "definition", &["page", "csv"], &["params"]);
        let mut wire: Wire = read(value.clone(), "definition", &mut self.found)?;
        let lang = wire.lang.as_deref().map(|lang| read_lang(lang, &mut self.found));
        let csv = wire.csv.check().unwrap_or_else(|mistake| {
            self.found.note(mistake.field, mistake.message);
            CsvOptions::default()
        });
        params::check(&wire.params, &mut self.found);
        if self.strict
            && let Some(title) = value.get("title")
        {
            templates::note(title, "definition.title", &mut self.found);
        }
        let given = |key| value.get(key).is_some_and(|value| !value.is_null());
        match (given("blocks"), given("typst")) {
            (true, true) => self.found.note("definition", "holds both `blocks` and `typst`: keep one of them"),
            (false, false) => {
                self.found.note("definition", "needs `blocks`, a list of blocks, or `typst`, a whole Typst source")
            }
            _ => {}
        }
        let body = match (wire.blocks.take(), wire.typst.take()) {
            (Some(blocks), _) => Body::Blocks(self.blocks(blocks, "definition.blocks", 1)),
            (None, source) => Body::Typst(self.typst(source?)),
        };
        let Wire { title, page, params, strict_glyphs, .. } = wire;
        Some(Definition { title, lang, page, params, csv, strict_glyphs, body })
    }

    /// Notes what is a list in the place of an object, alone or in a list: serde reads the fields of a struct from either.
    fn objects(&mut self, value: &Value, place: &str, alone: &[&str], in_lists: &[&str]) {
        if !self.strict {
            return;
        }
        let alone = alone.iter().filter_map(|key| Some((format!("{place}.{key}"), value.get(key)?)));
        let items = |key: &&str| {
            let place = format!("{place}.{key}");
            let items = value.get(key).and_then(Value::as_array).into_iter().flatten().enumerate();
            items.map(move |(n, item)| (format!("{place}[{n}]"), item)).collect::<Vec<_>>()
        };
        let lists = alone.chain(in_lists.iter().flat_map(items)).filter(|(_, value)| value.is_array());
        lists.for_each(|(place, _)| self.found.note(place, "must be an object, not a list"));
    }

    fn typst(&mut self, source: String) -> String {
        if source.trim().is_empty() {
            self.found.note("definition.typst", "is empty: give a Typst source or `blocks`");
        }
        if source.len() > MAX_TYPST_BYTES {
            self.found.note("definition.typst", "is larger than 1 MiB: move pictures and data into assets");
        }
        source
    }

    /// The blocks that can be read.
    fn blocks(&mut self, values: Vec<Value>, place: &str, depth: usize) -> Vec<Block> {
        if depth > MAX_DEPTH {
            let message = format!("blocks are nested more than {MAX_DEPTH} deep: use fewer columns in columns");
            self.found.note(place, message);
            return Vec::new();
        }
        self.blocks += values.len();
        if self.blocks > MAX_BLOCKS {
            let message = format!("the definition holds more than {MAX_BLOCKS} blocks: split the report");
            self.found.note(place, message);
            return Vec::new();
        }
        let numbered = values.into_iter().enumerate();
        numbered.filter_map(|(n, value)| self.block(value, &format!("{place}[{n}]"), depth)).collect()
    }

    fn block(&mut self, value: Value, place: &str, depth: usize) -> Option<Block> {
        let (kind, rest) = self.split_kind(value, place)?;
        if kind == "columns" {
            return self.columns(rest, place, depth);
        }
        self.objects(&rest, place, &[], if kind == "kpis" { &["items"] } else { &["columns"] });
        let templates = self.strict.then(|| rest.clone());
        let block = self.leaf(&kind, rest, place);
        if let Some(templates) = templates {
            templates::note(&templates, place, &mut self.found);
        }
        block
    }

    /// A block that holds no others.
    fn leaf(&mut self, kind: &str, rest: Value, place: &str) -> Option<Block> {
        match kind {
            "heading" => self.heading(rest, place),
            "text" => read::<Text>(rest, place, &mut self.found).map(Block::Text),
            "kpis" => self.kpis(rest, place),
            "chart" => self.chart(rest, place),
            "table" => self.table(rest, place),
            "image" => read::<Image>(rest, place, &mut self.found).map(Block::Image),
            "pagebreak" => read::<PageBreak>(rest, place, &mut self.found).map(Block::PageBreak),
            _ => {
                self.found.note(format!("{place}.kind"), format!("unknown kind `{kind}`: use {KINDS}"));
                None
            }
        }
    }

    fn columns(&mut self, rest: Value, place: &str, depth: usize) -> Option<Block> {
        let wire: WireColumns = read(rest, place, &mut self.found)?;
        let place = format!("{place}.columns");
        if !(2..=4).contains(&wire.columns.len()) {
            self.found.note(&place, format!("needs 2 to 4 lists of blocks, not {}", wire.columns.len()));
        }
        let numbered = wire.columns.into_iter().enumerate();
        let columns = numbered.map(|(n, blocks)| self.blocks(blocks, &format!("{place}[{n}]"), depth + 1)).collect();
        Some(Block::Columns(Columns { columns }))
    }

    fn split_kind(&mut self, value: Value, place: &str) -> Option<(String, Value)> {
        let Value::Object(mut object) = value else {
            self.found.note(place, "must be an object with a `kind`");
            return None;
        };
        // `shift_remove` keeps the order of the other keys, and so which mistake is named first.
        match object.shift_remove("kind") {
            Some(Value::String(kind)) => Some((kind, Value::Object(object))),
            _ => {
                self.found.note(format!("{place}.kind"), format!("is missing or no string: use {KINDS}"));
                None
            }
        }
    }

    fn heading(&mut self, rest: Value, place: &str) -> Option<Block> {
        let heading: Heading = read(rest, place, &mut self.found)?;
        if !(1..=3).contains(&heading.level) {
            self.found.note(format!("{place}.level"), format!("must be 1, 2 or 3, not {}", heading.level));
        }
        Some(Block::Heading(heading))
    }

    fn kpis(&mut self, rest: Value, place: &str) -> Option<Block> {
        let kpis: Kpis = read(rest, place, &mut self.found)?;
        if !(1..=12).contains(&kpis.items.len()) {
            self.found.note(format!("{place}.items"), format!("needs 1 to 12 figures, not {}", kpis.items.len()));
        }
        for (n, item) in kpis.items.iter().enumerate() {
            self.scalar(Some(&item.value), || format!("{place}.items[{n}].value"));
            self.scalar(item.delta.as_ref(), || format!("{place}.items[{n}].delta"));
        }
        Some(Block::Kpis(kpis))
    }

    fn scalar(&mut self, value: Option<&Value>, place: impl Fn() -> String) {
        if matches!(value, Some(Value::Array(_) | Value::Object(_))) {
            self.found.note(place(), "must be a number or a string, not a list or an object");
        }
    }

    fn chart(&mut self, rest: Value, place: &str) -> Option<Block> {
        let chart: Chart = read(rest, place, &mut self.found)?;
        let allowed = if chart.chart == ChartKind::Pie { 1..=1 } else { 1..=8 };
        if !allowed.contains(&chart.y.len()) {
            let (most, count) = (allowed.end(), chart.y.len());
            self.found.note(format!("{place}.y"), format!("needs 1 to {most} fields to draw, not {count}"));
        }
        if chart.height.is_some_and(|height| !(80.0..=700.0).contains(&height)) {
            self.found.note(format!("{place}.height"), "must be 80 to 700 points");
        }
        Some(Block::Chart(chart))
    }

    fn table(&mut self, rest: Value, place: &str) -> Option<Block> {
        let table: Table = read(rest, place, &mut self.found)?;
        if !(1..=40).contains(&table.columns.len()) {
            self.found.note(format!("{place}.columns"), format!("needs 1 to 40 columns, not {}", table.columns.len()));
        }
        if self.strict {
            self.fields(&table, place);
        }
        self.totals(&table, place);
        Some(Block::Table(table))
    }

    fn fields(&mut self, table: &Table, place: &str) {
        for (n, column) in table.columns.iter().enumerate() {
            if column.field.starts_with("[\"") && steps(&column.field).is_none() {
                let message = format!("`{}` is no name in brackets: write [\"a.b\"]", column.field);
                self.found.note(format!("{place}.columns[{n}].field"), message);
            }
        }
    }

    fn totals(&mut self, table: &Table, place: &str) {
        for field in &table.totals {
            let mut columns = table.columns.iter().filter(|column| column.field == *field).peekable();
            let message = match columns.peek() {
                None => format!("`{field}` is not the field of a column of this table"),
                Some(_) if !self.strict => continue,
                Some(_) => match columns.find_map(|column| no_sum(column.format.as_ref()?)) {
                    Some(kind) => format!("`{field}` is {kind}, which has no sum: take it out of `totals`"),
                    None => continue,
                },
            };
            self.found.note(format!("{place}.totals"), message);
        }
    }
}

/// What a column is that cannot be summed.
fn no_sum(format: &Format) -> Option<&'static str> {
    match format {
        Format::Date(_) => Some("a column of dates"),
        Format::Text => Some("a column of text"),
        _ => None,
    }
}

/// The tag in its usual case.
fn read_lang(lang: &str, found: &mut Found) -> String {
    language::canonical(lang).unwrap_or_else(|| {
        found.note("definition.lang", format!("`{lang}` is no language: use a tag such as en, de or en-GB"));
        lang.to_owned()
    })
}
