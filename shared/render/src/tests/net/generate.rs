//! Reports of hostile lengths, magnitudes, scripts and counts.

use std::fmt;

use proptest::prelude::*;
use serde_json::{Map, Number, Value, json};

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
        "en", "de", "de-CH", "fr", "es-MX", "pt-BR", "pl", "ru", "el", "hi", "ja", "zh", "th", "ko", "tr",
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

/// Words as they come out of databases.
fn words() -> BoxedStrategy<String> {
    let word = prop_oneof![
        6 => "[A-Za-z]{1,14}",
        1 => "[A-Za-z0-9]{30,120}",
        1 => "https://[a-z]{3,10}\\.example/[a-z0-9/?=&_-]{10,120}",
        1 => "[A-Z]{2}[0-9]{2}(-[0-9A-Z]{4}){2,9}",
        1 => "[0-9]{1,18}",
        1 => "[äöüßéàçñøåłőžČŠ]{2,14}",
        1 => "[Α-Ωα-ω]{2,14}",
        1 => "[А-Яа-я]{2,30}",
        1 => "[*_#<>$`~|\\\\@=+-]{1,12}",
        1 => "e\u{301}{1,3}",
        1 => "[ا-ي]{2,12}",
        1 => "[א-ת]{2,12}",
        1 => "[क-ह]{1,3}[ि-ौ]?[क-ह]{1,6}",
        1 => "[ก-ฮ]{2,20}",
        1 => "[一-龠ぁ-んァ-ヶ가-힣]{1,30}",
        1 => "[😀-🙏]{1,4}",
        1 => "[𐤀-𐤕]{1,4}",
    ];
    let separator =
        prop::sample::select(vec![" ", " ", " ", " ", "  ", "\n", "\r", "\r\n", "\t", "\u{2028}", "\u{a0}", ""]);
    prop::collection::vec((word, separator), 0..12)
        .prop_map(|parts| parts.into_iter().map(|(word, separator)| word + separator).collect::<String>())
        // A brace would begin a template.
        .prop_map(|text| text.replace(['{', '}'], "("))
        .boxed()
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

/// Numbers of all magnitudes, with and without decimals.
fn number() -> BoxedStrategy<Value> {
    let digits = -15.0..15.0_f64;
    prop_oneof![
        4 => (-100_000..100_000_i64).prop_map(Value::from),
        3 => (-1e9..1e9_f64).prop_map(|number| json!((number * 100.0).round() / 100.0)),
        1 => any::<i64>().prop_map(Value::from),
        1 => (digits, prop::bool::ANY).prop_map(|(power, minus)| finite(10_f64.powf(power) * if minus { -1.0 } else { 1.0 })),
        1 => Just(json!(0)),
    ]
    .boxed()
}

fn finite(number: f64) -> Value {
    Number::from_f64(number).map_or(Value::Null, Value::Number)
}

fn format() -> impl Strategy<Value = Option<&'static str>> {
    prop::sample::select(vec![
        None,
        Some("number"),
        Some("number:2"),
        Some("integer"),
        Some("percent"),
        Some("currency:EUR"),
        Some("currency:JPY:4"),
    ])
}

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

fn table() -> BoxedStrategy<Block> {
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

fn chart() -> BoxedStrategy<Block> {
    let kind = prop::sample::select(vec!["bar", "line", "area", "pie"]);
    (kind, prop::collection::vec((words(), number(), number()), 0..30), prop::option::of(words()))
        .prop_map(|(kind, points, title)| {
            let slice = |value: Value| if kind == "pie" { json!(value.as_f64().map(f64::abs)) } else { value };
            let record = |(x, a, b)| json!({"x": x, "a": slice(a), "b": b});
            let y = if kind == "pie" { json!(["a"]) } else { json!(["a", "b"]) };
            let chart = json!({"kind": "chart", "chart": kind, "x": "x", "y": y, "title": title});
            Block::Records(chart, points.into_iter().map(record).collect())
        })
        .boxed()
}
