//! Reports of hostile lengths, magnitudes, scripts and counts.

use std::fmt;

use proptest::prelude::*;
use serde_json::{Map, Value, json};

mod chart;
mod table;
mod values;

use chart::chart;
use table::table;
use values::{format, number, words};

/// A report: its definition and its data.
#[derive(Clone)]
pub struct Report {
    pub definition: Value,
    pub data: Value,
}

/// As the body of a request, to be tried again.
impl fmt::Debug for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", json!({"definition": self.definition, "data": self.data}))
    }
}

/// Random reports.
pub fn report() -> impl Strategy<Value = Report> {
    (page(), lang(), words(), prop::collection::vec(block(true), 1..5)).prop_map(|(page, lang, title, blocks)| {
        let mut data = Map::new();
        let blocks: Vec<Value> = blocks.into_iter().map(|block| block.place(&mut data)).collect();
        let plain = json!({"bom": false, "separator": ",", "decimal": "."});
        let definition = json!({"title": title, "lang": lang, "page": page, "blocks": blocks, "csv": plain});
        Report { definition, data: Value::Object(data) }
    })
}

/// A block with the records that it shows.
#[derive(Debug, Clone)]
enum Block {
    Plain(Value),
    Records(Value, Vec<Value>),
    Columns(Vec<Vec<Block>>),
}

impl Block {
    /// The block as a definition has it, with its records in the data.
    fn place(self, data: &mut Map<String, Value>) -> Value {
        match self {
            Block::Plain(block) => block,
            Block::Records(mut block, records) => {
                let name = format!("list{}", data.len());
                block["data"] = name.clone().into();
                data.insert(name, Value::Array(records));
                block
            }
            Block::Columns(columns) => {
                let columns =
                    columns.into_iter().map(|blocks| blocks.into_iter().map(|block| block.place(data)).collect());
                json!({"kind": "columns", "columns": columns.collect::<Vec<Vec<Value>>>()})
            }
        }
    }
}

fn page() -> impl Strategy<Value = Value> {
    let sizes = prop::sample::select(vec!["a3", "a4", "a5", "letter", "legal"]);
    let orientations = prop::sample::select(vec!["portrait", "landscape", "auto"]);
    (sizes, orientations).prop_map(|(size, orientation)| json!({"size": size, "orientation": orientation}))
}

fn lang() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "en", "de", "de-CH", "fr", "es-MX", "pt-BR", "pl", "ru", "el", "hi", "ja", "zh", "th", "ko", "tr", "he", "ar",
        "fa",
    ])
}

fn block(with_columns: bool) -> BoxedStrategy<Block> {
    let plain = prop_oneof![
        (words(), 1..=3_u8).prop_map(|(text, level)| json!({"kind": "heading", "text": text, "level": level})),
        markdown().prop_map(|markdown| json!({"kind": "text", "markdown": markdown})),
        kpis(),
    ];
    let leaf = prop_oneof![2 => plain.prop_map(Block::Plain), 4 => table(), 2 => chart()];
    if !with_columns {
        return leaf.boxed();
    }
    let side_by_side = prop::collection::vec(prop::collection::vec(block(false), 0..3), 2..=3);
    prop_oneof![6 => leaf, 1 => side_by_side.prop_map(Block::Columns)].boxed()
}

fn markdown() -> BoxedStrategy<String> {
    let part = prop_oneof![
        4 => words(),
        1 => words().prop_map(|text| format!("## {text}")),
        1 => words().prop_map(|text| format!("- {text}\n- [ ] {text}\n  1. {text}")),
        1 => words().prop_map(|text| format!("> {text}")),
        1 => words().prop_map(|text| format!("```\n{text}\n```")),
        1 => words().prop_map(|text| format!("**{text}** and `{text}`")),
        1 => prop::collection::vec(words().prop_map(|cell| cell.replace(['\n', '\r', '|'], " ")), 1..14).prop_map(|cells| {
            let row = format!("|{}|\n", cells.join("|"));
            format!("{row}|{}\n{row}{row}", "-|".repeat(cells.len()))
        }),
    ];
    prop::collection::vec(part, 1..4).prop_map(|parts| parts.join("\n\n")).boxed()
}

fn kpis() -> BoxedStrategy<Value> {
    let hint = prop::option::of(words());
    let delta = prop::option::of(-3.0..3.0_f64);
    let card = (words(), number(), format(), hint, delta).prop_map(|(label, value, format, hint, delta)| {
        let mut card = json!({"label": label, "value": value, "hint": hint, "delta": delta});
        if let Some(format) = format {
            card["format"] = format.into();
        }
        card
    });
    prop::collection::vec(card, 1..=6).prop_map(|items| json!({"kind": "kpis", "items": items})).boxed()
}
