//! Names the crates that the functions share, for the filter of the log: they are the dependencies with a path in the workspace's manifest.

use std::{env, error::Error, fs, path::Path};

fn main() -> Result<(), Box<dyn Error>> {
    let manifest = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../../Cargo.toml");
    println!("cargo:rerun-if-changed={}", manifest.display());
    let text = fs::read_to_string(manifest)?;
    let with_path = text.lines().filter_map(|line| line.split_once(" = { path = \"shared/"));
    let names: Vec<_> = with_path.map(|(name, _)| name.replace('-', "_")).collect();
    println!("cargo:rustc-env=CRATES_OF_THE_WORKSPACE={}", names.join(","));
    Ok(())
}
