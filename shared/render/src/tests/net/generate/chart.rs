//! Charts of all kinds over names and dates, with values of any size and none.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::values::finite;
use super::{Block, number, words};

/// What the values stand over.
#[derive(Debug, Clone, Copy)]
enum Across {
    Words,
    Counted,
    Dates,
    Moments,
}

pub fn chart() -> BoxedStrategy<Block> {
    let kind = prop::sample::select(vec!["bar", "line", "area", "pie"]);
    let across =
        prop::sample::select(vec![Across::Words, Across::Words, Across::Counted, Across::Dates, Across::Moments]);
    let count = prop_oneof![8 => 0..30_usize, 1 => 30..300_usize];
    (kind, across, 1..=4_usize, count)
        .prop_flat_map(|(kind, across, series, count)| {
            let series = if kind == "pie" { 1 } else { series };
            let values = prop::collection::vec(value(kind == "pie"), series);
            let records = prop::collection::vec((name(across), values), count);
            (records, looks(), Just((kind, series)))
        })
        .prop_map(|(records, looks, (kind, series))| {
            let fields: Vec<String> = (0..series).map(|n| format!("y{n}")).collect();
            let record = |(n, (name, values)): (usize, (Value, Vec<Value>))| {
                // "Week 1", "Week 2": names that count up.
                let name = if name == json!("#") { json!(format!("Week {}", n + 1)) } else { name };
                let mut record = Map::from_iter([("x".to_owned(), name)]);
                record.extend(fields.iter().cloned().zip(values));
                Value::Object(record)
            };
            let records = records.into_iter().enumerate().map(record).collect();
            let mut chart = json!({"kind": "chart", "chart": kind, "x": "x", "y": fields});
            looks.into_iter().filter(|(_, look)| !look.is_null()).for_each(|(key, look)| chart[key] = look);
            Block::Records(chart, records)
        })
        .boxed()
}

fn name(across: Across) -> BoxedStrategy<Value> {
    let date = (1990..2030_i32, 1..=12_u8, 1..=28_u8).prop_map(|(y, m, d)| format!("{y}-{m:02}-{d:02}"));
    match across {
        Across::Words => words().prop_map(Value::from).boxed(),
        Across::Counted => Just(json!("#")).boxed(),
        Across::Dates => prop_oneof![20 => date.prop_map(Value::from), 1 => Just(Value::Null)].boxed(),
        Across::Moments => {
            let moment = (1..=9_u8, 0..24_u8, 0..60_u8);
            moment.prop_map(|(d, h, m)| json!(format!("2026-03-{d:02}T{h:02}:{m:02}:00Z"))).boxed()
        }
    }
}

fn value(positive: bool) -> BoxedStrategy<Value> {
    let huge = (-9.99..9.99_f64, -300..=300_i32).prop_map(|(digits, power)| finite(digits * 10_f64.powi(power)));
    let value = prop_oneof![10 => number(), 2 => huge, 1 => Just(Value::Null), 1 => Just(json!(""))];
    value
        .prop_map(move |value| if positive && value.is_number() { json!(value.as_f64().map(f64::abs)) } else { value })
        .boxed()
}

/// What a chart may have besides: null where it has it not.
fn looks() -> impl Strategy<Value = Vec<(&'static str, Value)>> {
    let formats = vec![None, Some("number"), Some("integer"), Some("percent"), Some("currency:EUR")];
    let height = prop_oneof![3 => Just(Value::Null), 1 => (80.0..700.0_f64).prop_map(Value::from)];
    (prop::option::of(words()), prop::sample::select(formats), height).prop_map(|(title, format, height)| {
        vec![("title", json!(title)), ("format", json!(format)), ("height", height)]
    })
}
