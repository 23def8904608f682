//! The sheet: its size, and what of it is left for blocks.

use std::str::FromStr;

use domain::definition::{Orientation, PageSetup, PageSize};
use typst::Library;
use typst::foundations::Smart;
use typst::layout::{Abs, PageElem};
use typst::text::{Lang, Region, TextElem};

/// The margin left and right of blocks, in points.
pub const MARGIN: f64 = 48.0;
/// The space between blocks side by side, in points.
pub const GUTTER: f64 = 18.0;

/// Width and height of a sheet in points.
pub fn size(page: PageSetup) -> (f64, f64) {
    const MM: f64 = 72.0 / 25.4;
    let (width, height) = match page.size {
        PageSize::A3 => (297.0 * MM, 420.0 * MM),
        PageSize::A4 => (210.0 * MM, 297.0 * MM),
        PageSize::A5 => (148.0 * MM, 210.0 * MM),
        PageSize::Letter => (612.0, 792.0),
        PageSize::Legal => (612.0, 1008.0),
    };
    match page.orientation {
        Orientation::Portrait => (width, height),
        Orientation::Landscape => (height, width),
    }
}

/// Gives a whole Typst source the sheet and language of its definition, which it may still change.
pub fn set_defaults(library: &mut Library, page: PageSetup, lang: &str) {
    let (width, height) = size(page);
    library.styles.set(PageElem::width, Smart::Custom(Abs::pt(width).into()));
    library.styles.set(PageElem::height, Smart::Custom(Abs::pt(height).into()));
    let (primary, region) = language(lang);
    if let Ok(primary) = Lang::from_str(&primary) {
        library.styles.set(TextElem::lang, primary);
    }
    library.styles.set(TextElem::region, region.and_then(|region| Region::from_str(&region).ok()));
}

/// The language of a tag such as `en-GB`, and its region, as Typst wants them.
pub fn language(lang: &str) -> (String, Option<String>) {
    let mut parts = lang.split('-');
    let primary = parts.next().unwrap_or("en").to_ascii_lowercase();
    (primary, parts.find(|part| part.len() == 2).map(str::to_ascii_uppercase))
}
