//! The fonts of scripts that Inter lacks: files in a folder, which on Lambda is a layer. `local/fonts.py` fetches them.

use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, OnceLock};

use super::index::{Entry, INDEX};
use super::slot::Slot;

/// Where Lambda puts the layer.
const ON_LAMBDA: &str = "/opt/fonts";
/// Names another folder: on a machine that is not Lambda.
const VARIABLE: &str = "FONTS_DIR";

static FOLDER: OnceLock<PathBuf> = OnceLock::new();

/// Those that are there; a deployment may leave them out.
static LAYER: LazyLock<Vec<(&'static Entry, Arc<Slot>)>> = LazyLock::new(|| {
    let files = INDEX.layer.iter().map(|entry| (entry, folder().join(&entry.file)));
    let there = files.filter(|(_, file)| file.is_file());
    there.map(|(entry, file)| (entry, Arc::new(Slot::in_file(file)))).collect()
});

/// Names the folder of the fonts, before the first report is rendered: the child of a renderer has no environment.
pub fn use_folder(folder: PathBuf) {
    // A second name comes too late to be of use.
    FOLDER.set(folder).ok();
}

/// The folder of the fonts, which need not exist.
pub fn folder() -> &'static Path {
    FOLDER.get_or_init(|| std::env::var_os(VARIABLE).map_or_else(default_folder, PathBuf::from))
}

#[cfg(not(test))]
fn default_folder() -> PathBuf {
    ON_LAMBDA.into()
}

/// Where `local/fonts.py` puts them.
#[cfg(test)]
fn default_folder() -> PathBuf {
    let fetched = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/layers/fonts/fonts");
    if fetched.is_dir() { fetched } else { ON_LAMBDA.into() }
}

/// Whether the fonts of other scripts are there.
pub fn are_there() -> bool {
    folder().is_dir() && !LAYER.is_empty()
}

/// The fonts of the layer: of those that look alike and cover the same, Typst takes the first.
pub fn in_order_of(lang: &str) -> Vec<(&'static Entry, Arc<Slot>)> {
    let order = han(lang);
    let mut fonts = LAYER.clone();
    // Stable: all others keep their order.
    fonts.sort_by_key(|(entry, _)| {
        order.iter().position(|family| entry.family.strip_prefix("Noto Sans ") == Some(*family))
    });
    fonts
}

/// Han characters have the forms of the language: Japanese, Korean, traditional or simplified Chinese.
fn han(lang: &str) -> [&'static str; 4] {
    let mut parts = lang.split('-').map(str::to_ascii_lowercase);
    let primary = parts.next().unwrap_or_default();
    let traditional = ["hant", "tw", "hk", "mo"];
    match primary.as_str() {
        "ja" => ["JP", "SC", "TC", "KR"],
        "ko" => ["KR", "SC", "TC", "JP"],
        "zh" | "yue" if parts.any(|part| traditional.contains(&part.as_str())) => ["TC", "SC", "JP", "KR"],
        _ => ["SC", "TC", "JP", "KR"],
    }
}
