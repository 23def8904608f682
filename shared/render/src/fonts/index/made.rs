//! How the index is made: by a test, since only whoever changes a font needs it.

use typst::text::{Coverage, Font, FontInfo};

use super::{Entry, Index};

impl Index {
    /// The index of these fonts; those of the layer by the names and hashes of their files.
    pub fn of(bundled: &[Font], layer: &[(String, String, Font)]) -> Index {
        let mut index = Index::default();
        index.bundled = bundled.iter().map(|font| index.entry(font, true)).collect();
        let named = |(file, sha256, font): &(String, String, Font)| Entry {
            file: file.clone(),
            sha256: sha256.clone(),
            ..index.entry(font, false)
        };
        index.layer = layer.iter().map(named).collect();
        index
    }

    fn entry(&mut self, font: &Font, clipped: bool) -> Entry {
        let FontInfo { family, variant, flags, mut coverage, .. } = font.info().clone();
        // It has Devanagari, for which there is a font.
        if family == "Noto Sans" {
            coverage = Coverage::from_vec(coverage.iter().filter(|c| !is_of_layer(*c)).collect());
        }
        let clip = Coverage::from_vec(coverage.iter().filter(|c| !is_of_layer(*c)).collect());
        let coverage = self.place(coverage);
        Entry {
            file: String::new(),
            sha256: String::new(),
            post_script_name: font.post_script_name().unwrap_or_default(),
            family,
            variant,
            flags,
            coverage,
            beside_layer: clipped.then(|| self.place(clip)),
        }
    }

    fn place(&mut self, coverage: Coverage) -> usize {
        self.coverages.iter().position(|known| *known == coverage).unwrap_or_else(|| {
            self.coverages.push(coverage);
            self.coverages.len() - 1
        })
    }
}

/// Scripts from Hebrew to the Vedic extensions, those of East Asia with all presentation forms, and emoji.
fn is_of_layer(c: u32) -> bool {
    matches!(c, 0x0590..=0x1cff | 0x2e80..=0xfdff | 0xfe30..=0xffef | 0x1f000..=0x1faff | 0x20000..=0x3ffff)
}
