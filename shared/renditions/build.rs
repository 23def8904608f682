//! Names the renderer by what it is built from: a rendition that is kept is not answered by another renderer.

#[path = "build/fingerprint.rs"]
mod fingerprint;

use std::{error::Error, path::Path};

/// What decides how a report looks: the renderer with its fonts, what it reads definitions, pictures and fonts with, and the versions of
/// all that it links.
const RENDERER: [&str; 6] = [
    "shared/render/src",
    "shared/render/fonts",
    "shared/domain/src",
    "shared/picture/src",
    "shared/font/src",
    "Cargo.lock",
];

fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for part in RENDERER {
        println!("cargo::rerun-if-changed={}", root.join(part).display());
    }
    println!("cargo::rustc-env=RENDERER_FINGERPRINT={}", fingerprint::fingerprint(&root, &RENDERER)?);
    Ok(())
}
