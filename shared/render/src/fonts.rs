//! The typefaces: Inter for blocks, those that come with Typst for templates, and what a report brings as assets.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use typst::foundations::Bytes;
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;

/// Fonts and the book that finds them by family.
pub struct FontSet {
    pub book: LazyHash<FontBook>,
    pub fonts: Vec<Font>,
}

impl FontSet {
    fn new(fonts: Vec<Font>) -> FontSet {
        FontSet { book: LazyHash::new(FontBook::from_fonts(&fonts)), fonts }
    }
}

static INTER: [&[u8]; 5] = [
    include_bytes!("../fonts/Inter-Regular.otf"),
    include_bytes!("../fonts/Inter-Italic.otf"),
    include_bytes!("../fonts/Inter-Medium.otf"),
    include_bytes!("../fonts/Inter-SemiBold.otf"),
    include_bytes!("../fonts/Inter-Bold.otf"),
];

/// Read once in a process, since each costs a fraction of a millisecond to parse.
static BUNDLED: LazyLock<Arc<FontSet>> = LazyLock::new(|| {
    let fonts = INTER.into_iter().chain(typst_assets::fonts());
    Arc::new(FontSet::new(fonts.flat_map(|font| Font::iter(Bytes::new(font))).collect()))
});

/// A font that comes with Imprint, by its PostScript name.
pub fn bundled(post_script_name: &str) -> Option<&'static Font> {
    BUNDLED.fonts.iter().find(|font| font.post_script_name().as_deref() == Some(post_script_name))
}

/// The fonts a report can use: the bundled ones, and those among its assets, which come first.
pub fn for_report(assets: &BTreeMap<String, Bytes>) -> Arc<FontSet> {
    let own: Vec<Font> =
        assets.iter().filter(|(name, _)| is_font(name)).flat_map(|(_, bytes)| Font::iter(bytes.clone())).collect();
    if own.is_empty() {
        return Arc::clone(&BUNDLED);
    }
    Arc::new(FontSet::new(own.into_iter().chain(BUNDLED.fonts.iter().cloned()).collect()))
}

fn is_font(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    [".ttf", ".otf", ".ttc", ".otc"].iter().any(|extension| name.ends_with(extension))
}
