//! Writes `openapi.yaml` as JSON, and the part of it that describes a definition as a JSON Schema, once: a function that starts has
//! other things to do than to read a long document.

use serde_json::{Map, Value, json};
use std::{env, error::Error, fs, path::Path};

const YAML: &str = "../../openapi.yaml";
const PLACE: &str = "#/components/schemas/";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed={YAML}");
    let description: Value = serde_yaml_ng::from_str(&fs::read_to_string(YAML)?)?;
    let out = env::var("OUT_DIR")?;
    fs::write(Path::new(&out).join("report.json"), serde_json::to_string(&schema(&description))?)?;
    Ok(fs::write(Path::new(&out).join("openapi.json"), serde_json::to_string(&description)?)?)
}

/// The schema of a definition, with all that it refers to. OpenAPI 3.1 describes bodies in the words of JSON Schema 2020-12.
fn schema(description: &Value) -> Value {
    let schemas = &description["components"]["schemas"];
    let (mut parts, mut open) = (Map::new(), vec!["Definition".to_owned()]);
    while let Some(name) = open.pop() {
        if !parts.contains_key(&name) {
            let mut part = schemas[&name].clone();
            open.extend(refer_inside(&mut part));
            parts.insert(name, part);
        }
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "The definition of a report of Imprint",
        "$ref": "#/$defs/Definition",
        "$defs": parts,
    })
}

/// Makes references lead into the schema itself; returns what they name.
fn refer_inside(value: &mut Value) -> Vec<String> {
    match value {
        Value::Object(object) => object.iter_mut().flat_map(|(key, value)| refer(key, value)).collect(),
        Value::Array(items) => items.iter_mut().flat_map(refer_inside).collect(),
        _ => Vec::new(),
    }
}

fn refer(key: &str, value: &mut Value) -> Vec<String> {
    match value.as_str().and_then(|place| place.strip_prefix(PLACE)).map(str::to_owned) {
        Some(name) if key == "$ref" => {
            *value = format!("#/$defs/{name}").into();
            vec![name]
        }
        _ => refer_inside(value),
    }
}
