//! Writes `openapi.yaml` as JSON, once: a function that starts has other things to do than to read a long document.

use std::{env, error::Error, fs, path::Path};

fn main() -> Result<(), Box<dyn Error>> {
    const YAML: &str = "../../openapi.yaml";
    println!("cargo:rerun-if-changed={YAML}");
    let description: serde_json::Value = serde_yaml_ng::from_str(&fs::read_to_string(YAML)?)?;
    Ok(fs::write(Path::new(&env::var("OUT_DIR")?).join("openapi.json"), serde_json::to_string(&description)?)?)
}
