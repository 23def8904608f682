//! Tables of few and many columns and rows.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Block, format, number, words};

/// What a column holds.
#[derive(Debug, Clone)]
enum Content {
    Words,
    Numbers(Option<&'static str>),
    Dates,
}

fn content() -> impl Strategy<Value = Content> {
    prop_oneof![4 => Just(Content::Words), 4 => format().prop_map(Content::Numbers), 1 => Just(Content::Dates)]
}

fn cell(content: &Content) -> BoxedStrategy<Value> {
    let filled = match content {
        Content::Words => words().prop_map(Value::from).boxed(),
        Content::Numbers(_) => number(),
        Content::Dates => {
            (1900..2100_i32, 1..=12_u8, 1..=28_u8).prop_map(|(y, m, d)| json!(format!("{y}-{m:02}-{d:02}"))).boxed()
        }
    };
    prop_oneof![9 => filled, 1 => Just(Value::Null)].boxed()
}

fn width() -> impl Strategy<Value = Option<&'static str>> {
    let some = prop::sample::select(vec!["60mm", "10pt", "40%", "2fr", "1fr", "auto"]);
    prop_oneof![5 => Just(None), 1 => some.prop_map(Some)]
}

pub fn table() -> BoxedStrategy<Block> {
    let column = (content(), words(), prop::bool::ANY, width()).boxed();
    let columns =
        prop_oneof![6 => prop::collection::vec(column.clone(), 1..8), 1 => prop::collection::vec(column, 8..40)];
    let table = (columns, prop_oneof![4 => 0..8_usize, 1 => 8..60_usize], prop::bool::ANY, prop::option::of(words()));
    table
        .prop_flat_map(|(columns, rows, totals, title)| {
            let row: Vec<BoxedStrategy<Value>> = columns.iter().map(|(content, ..)| cell(content)).collect();
            (prop::collection::vec(row, rows), Just((columns, totals, title)))
        })
        .prop_map(|(rows, (columns, totals, title))| {
            let defined: Vec<Value> = columns.iter().enumerate().map(|(n, column)| define(n, column)).collect();
            let summed = |n: &usize| totals && matches!(columns[*n].0, Content::Numbers(_));
            let names: Vec<String> = (0..columns.len()).filter(summed).map(|n| format!("f{n}")).collect();
            let record =
                |row: Vec<Value>| row.into_iter().enumerate().map(|(n, cell)| (format!("f{n}"), cell)).collect();
            let records = rows.into_iter().map(record).map(Value::Object).collect();
            Block::Records(json!({"kind": "table", "columns": defined, "totals": names, "title": title}), records)
        })
        .boxed()
}

fn define(n: usize, (content, title, titled, width): &(Content, String, bool, Option<&'static str>)) -> Value {
    let format = match content {
        Content::Words => None,
        Content::Numbers(format) => *format,
        Content::Dates => Some("date"),
    };
    let mut column = json!({"field": format!("f{n}")});
    let title = titled.then(|| Value::from(title.as_str()));
    for (key, value) in [("title", title), ("format", format.map(Value::from)), ("width", width.map(Value::from))] {
        if let Some(value) = value {
            column[key] = value;
        }
    }
    column
}
