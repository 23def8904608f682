//! The typefaces: Inter for blocks, those that come with Typst for templates, those of other scripts, and those of the user's own: assets of
//! the report, and fonts of its workspace.
//!
//! - `index`: what each font covers, known before any is read; `slot`: a font that is read when a text needs it;
//! - `layer`: where the fonts of other scripts are, and which of them a language prefers.

use std::sync::{Arc, LazyLock};

use typst::foundations::Bytes;
use typst::text::{Coverage, Font, FontBook, FontInfo, FontStretch, FontStyle, FontVariant, FontWeight};
use typst::utils::LazyHash;

mod index;
mod layer;
mod slot;
#[cfg(test)]
mod tests;

pub use layer::{are_there, folder, use_folder};

use index::Index;
use slot::Slot;

/// Fonts and the book that finds them by family, and by what they cover.
pub struct FontSet {
    pub book: LazyHash<FontBook>,
    /// The families that blocks are set in: Inter, and those that the user brings for what Inter lacks.
    pub families: Vec<String>,
    slots: Vec<Arc<Slot>>,
    /// What the fonts cover that the user brings.
    brought: Vec<Coverage>,
}

/// For whom fonts are chosen.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// Blocks, which are set in Inter; another script comes from the font that covers it and looks most like Inter.
    Blocks,
    /// A whole Typst source, which names its fonts itself, or is set in Typst's own.
    Source,
}

/// The family that blocks are set in.
const FAMILY: &str = "inter";
/// Typst looks into this family before it looks at what fonts cover: Hebrew among sans-serif text would come from it.
const BEFORE_COVERAGE: &str = "Libertinus Serif";

/// Those that are in the program, as the index has them.
static BUNDLED: LazyLock<Vec<Arc<Slot>>> = LazyLock::new(|| {
    let fonts = index::INTER.into_iter().chain(typst_assets::fonts());
    fonts.map(|bytes| Arc::new(Slot::bundled(bytes))).collect()
});

impl FontSet {
    /// The fonts a report can use. Those among the files that it brings come first, in their order, then those in the program, then those of
    /// other scripts in the order of the language.
    pub fn new<'a>(brought: impl IntoIterator<Item = &'a Bytes>, lang: &str, of: Use) -> FontSet {
        let (index, layer) = (&*index::INDEX, layer::in_order_of(lang));
        let alone = layer.is_empty();
        let own: Vec<_> = own(brought).into_iter().map(|font| (own_info(&font, of), font)).collect();
        let mut families: Vec<String> = own.iter().map(|(info, _)| info.family.clone()).collect();
        families.insert(0, "Inter".to_owned());
        families.dedup();
        let brought = own.iter().map(|(info, _)| info.coverage.clone()).collect();
        let own = own.into_iter().map(|(info, font)| (info, Arc::new(Slot::read_already(font))));
        let bundled = index.bundled.iter().zip(BUNDLED.iter()).map(|(entry, slot)| {
            let coverage = entry.beside_layer.filter(|_| !alone).unwrap_or(entry.coverage);
            (info(index, entry, coverage, of), Arc::clone(slot))
        });
        let others = layer.into_iter().map(|(entry, slot)| (info(index, entry, entry.coverage, of), slot));
        let (infos, slots): (Vec<_>, Vec<_>) = own.chain(bundled).chain(others).unzip();
        FontSet { book: LazyHash::new(FontBook::from_infos(infos)), families, slots, brought }
    }

    /// Whether the report brings fonts.
    pub fn brings_any(&self) -> bool {
        !self.brought.is_empty()
    }

    /// Whether a font that the report brings has a character.
    pub fn brings(&self, c: char) -> bool {
        self.brought.iter().any(|coverage| coverage.contains(c.into()))
    }

    /// The font at a place of the book; it is read now if no text needed it before.
    pub fn font(&self, place: usize) -> Option<Font> {
        self.slots.get(place)?.font()
    }

    /// The font that Typst takes for a character of a block: Inter, or the one that covers it and looks most like Inter. `None`: no font has it,
    /// and it is printed as a box.
    pub fn font_for(&self, c: char, weight: u16) -> Option<Font> {
        let variant = FontVariant::new(FontStyle::Normal, FontWeight::from_number(weight), FontStretch::NORMAL);
        let covers = |place: &usize| self.book.info(*place).is_some_and(|info| info.coverage.contains(c.into()));
        let inter = self.book.select(FAMILY, variant)?;
        let like = self.book.info(inter);
        let named = self.families.iter().skip(1).filter_map(|family| self.book.select(&family.to_lowercase(), variant));
        let place = [inter].into_iter().chain(named).find(covers).or_else(|| {
            let text = c.encode_utf8(&mut [0; 4]).to_owned();
            self.book.select_fallback(like, variant, &text)
        });
        self.font(place?)
    }
}

/// A font that comes with Imprint, by its PostScript name.
pub fn bundled(post_script_name: &str) -> Option<Font> {
    let place = index::INDEX.bundled.iter().position(|entry| entry.post_script_name == post_script_name)?;
    BUNDLED.get(place)?.font()
}

fn own<'a>(brought: impl IntoIterator<Item = &'a Bytes>) -> Vec<Font> {
    brought.into_iter().filter(|bytes| font::is_font(bytes)).flat_map(|bytes| Font::iter(bytes.clone())).collect()
}

/// What the book says of a font that the user brings. Blocks are set in our Inter, which is measured: theirs is for what ours lacks.
fn own_info(font: &Font, of: Use) -> FontInfo {
    let mut info = font.info().clone();
    if of == Use::Blocks && info.family.eq_ignore_ascii_case(FAMILY) {
        info.family.push_str(" (brought)");
    }
    info
}

fn info(index: &Index, entry: &index::Entry, coverage: usize, of: Use) -> FontInfo {
    let mut info = index.info(entry, coverage);
    if of == Use::Blocks && info.family == BEFORE_COVERAGE {
        info.family.push_str(" (by coverage)");
    }
    info
}
