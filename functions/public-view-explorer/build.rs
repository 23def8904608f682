//! Packs the files of the explorer, once: a function that starts has other things to do. In the page each is named with its version, a
//! hash of its bytes, so that browsers can keep it for ever.

use flate2::{Compression, write::GzEncoder};
use sha2::{Digest, Sha256};
use std::{env, error::Error, fmt::Write as _, fs, io::Write as _, path::Path};

/// What is served: the folder that it lies in, its name, its media type.
const FILES: [(&str, &str, &str); 5] = [
    ("swagger-ui", "swagger-ui-bundle.js", "text/javascript; charset=utf-8"),
    ("swagger-ui", "swagger-ui.css", "text/css; charset=utf-8"),
    ("page", "explorer.js", "text/javascript; charset=utf-8"),
    ("page", "explorer.css", "text/css; charset=utf-8"),
    ("page", "icon.svg", "image/svg+xml"),
];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=page");
    println!("cargo:rerun-if-changed=swagger-ui");
    let mut page = fs::read_to_string("page/index.html")?;
    let mut files = Vec::new();
    for (folder, name, media_type) in FILES {
        let bytes = fs::read(Path::new(folder).join(name))?;
        page = page.replace(&format!("\"docs/{name}\""), &format!("\"docs/{name}?v={}\"", version(&bytes)));
        files.push(packed(name, media_type, &bytes)?);
    }
    let page = packed("index.html", "text/html; charset=utf-8", page.as_bytes())?;
    let mut source = format!("pub const PAGE: File = {page};\npub const FILES: [File; {}] = [\n", files.len());
    files.iter().try_for_each(|file| writeln!(source, "{file},"))?;
    Ok(fs::write(Path::new(&env::var("OUT_DIR")?).join("files.rs"), source + "];\n")?)
}

fn version(bytes: &[u8]) -> String {
    hex::encode(&Sha256::digest(bytes)[..8])
}

/// Writes a file as a gzip member; the expression that it is in the function's source.
fn packed(name: &str, media_type: &str, bytes: &[u8]) -> Result<String, Box<dyn Error>> {
    let path = Path::new(&env::var("OUT_DIR")?).join(format!("{name}.gz"));
    let mut encoder = GzEncoder::new(fs::File::create(&path)?, Compression::best());
    encoder.write_all(bytes)?;
    encoder.finish()?;
    let version = version(bytes);
    Ok(format!(
        "File {{ name: {name:?}, media_type: {media_type:?}, version: {version:?}, packed: include_bytes!({path:?}) }}"
    ))
}
