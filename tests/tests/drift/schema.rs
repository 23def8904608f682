//! What `openapi.yaml` says of a definition, which is also the JSON Schema for editors, against the code that reads one.

#![allow(clippy::unwrap_used)]

use crate::places::{complain, read, yaml};
use domain::definition::Definition;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// `tests/definitions.json`, which `tests/schema.py` holds against openapi.yaml.
fn definitions(sort: &str) -> Vec<(String, Value)> {
    let table: Value = serde_json::from_str(&read("tests/definitions.json")).unwrap();
    let rows = table[sort].as_array().unwrap().iter();
    rows.map(|row| (row["what"].as_str().unwrap().to_owned(), row["definition"].clone())).collect()
}

fn with_block(block: Value) -> Value {
    json!({"blocks": [block]})
}

#[test]
fn the_code_takes_the_definitions_that_the_schema_takes_and_no_other() {
    complain(definitions("sound").into_iter().filter_map(|(what, definition)| {
        let mistakes = Definition::check(&definition).err()?;
        Some(format!("tests/definitions.json: the code refuses {what}: {mistakes:?}"))
    }));
    complain(definitions("wrong").into_iter().filter_map(|(what, definition)| {
        Definition::check(&definition).is_ok().then(|| format!("tests/definitions.json: the code takes {what}"))
    }));
}

/// A definition with a part of this sort at `place`, and the name of its schema.
fn parts() -> Vec<(&'static str, Value, &'static str)> {
    let block = |kind: &str| with_block(json!({"kind": kind}));
    vec![
        ("Definition", json!({}), ""),
        ("PageSetup", json!({"page": {}}), "/page"),
        ("Param", json!({"params": [{}]}), "/params/0"),
        ("HeadingBlock", block("heading"), "/blocks/0"),
        ("TextBlock", block("text"), "/blocks/0"),
        ("KpisBlock", block("kpis"), "/blocks/0"),
        ("Kpi", with_block(json!({"kind": "kpis", "items": [{}]})), "/blocks/0/items/0"),
        ("ChartBlock", block("chart"), "/blocks/0"),
        ("TableBlock", block("table"), "/blocks/0"),
        ("Column", with_block(json!({"kind": "table", "columns": [{}]})), "/blocks/0/columns/0"),
        ("ImageBlock", block("image"), "/blocks/0"),
        ("ColumnsBlock", block("columns"), "/blocks/0"),
        ("PageBreakBlock", block("pagebreak"), "/blocks/0"),
    ]
}

/// The keys that the code reads at a place: it lists them when it meets another one.
fn keys_read(mut definition: Value, place: &str) -> BTreeSet<String> {
    const STRANGE: &str = "noSuchKey";
    let part: &mut Map<String, Value> = definition.pointer_mut(place).and_then(Value::as_object_mut).unwrap();
    part.insert(STRANGE.to_owned(), json!(1));
    let mistakes = Definition::check(&definition).unwrap_err();
    let strange = mistakes.into_iter().find(|mistake| mistake.field.ends_with(STRANGE)).unwrap();
    let known = strange.message.split_once(", ").map_or("", |(_, known)| known);
    known.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn the_schema_names_the_keys_that_the_code_reads() {
    let schemas = &yaml("openapi.yaml")["components"]["schemas"];
    complain(parts().into_iter().filter_map(|(name, definition, place)| {
        let described: BTreeSet<String> = schemas[name]["properties"].as_object().unwrap().keys().cloned().collect();
        let described: BTreeSet<String> = described.into_iter().filter(|key| key != "kind").collect();
        let read = keys_read(definition, place);
        (described != read).then(|| format!("openapi.yaml: {name} has the keys {described:?}, the code reads {read:?}"))
    }));
}
