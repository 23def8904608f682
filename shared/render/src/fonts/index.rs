//! What each font covers, so that none has to be read to know it: `fonts/index.json`, which `make font-index` writes.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use typst::text::{Coverage, FontFlags, FontInfo, FontVariant};

#[cfg(test)]
mod made;

/// The files of Inter, in the order of the index.
pub static INTER: [&[u8]; 5] = [
    include_bytes!("../../fonts/Inter-Regular.otf"),
    include_bytes!("../../fonts/Inter-Italic.otf"),
    include_bytes!("../../fonts/Inter-Medium.otf"),
    include_bytes!("../../fonts/Inter-SemiBold.otf"),
    include_bytes!("../../fonts/Inter-Bold.otf"),
];

/// The index that is in the program. A broken one is found by a test, not by a report.
pub static INDEX: LazyLock<Index> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../fonts/index.json")).unwrap_or_default());

/// What all fonts cover.
#[derive(Default, PartialEq, Serialize, Deserialize)]
pub struct Index {
    /// Runs of code points that are not and that are covered, in turn; several fonts may cover the same.
    coverages: Vec<Coverage>,
    /// Those in the program: Inter, then those that come with Typst.
    pub bundled: Vec<Entry>,
    /// Those of other scripts, which are files of the layer.
    pub layer: Vec<Entry>,
}

/// One font.
#[derive(PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The name of the file in the layer.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub file: String,
    /// The SHA-256 that the file must have.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub sha256: String,
    pub post_script_name: String,
    pub family: String,
    variant: FontVariant,
    flags: FontFlags,
    pub coverage: usize,
    /// What is left of that beside the layer: nothing of the scripts that the layer is made for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beside_layer: Option<usize>,
}

impl Index {
    /// An entry as Typst's book has it.
    pub fn info(&self, entry: &Entry, coverage: usize) -> FontInfo {
        FontInfo {
            family: entry.family.clone(),
            variant: entry.variant,
            flags: entry.flags,
            axes: Vec::new(),
            coverage: self.coverages.get(coverage).cloned().unwrap_or_else(|| Coverage::from_vec(Vec::new())),
        }
    }
}
