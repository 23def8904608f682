//! How wide words are in the report's typeface, before they are laid out: a row that is known to be one line high lays out in two thirds of the time.

use std::sync::LazyLock;

use typst::layout::Abs;
use typst::text::{FontInstance, FontVariant, FontVariations};

use crate::fonts;

/// Kerning and rounding may widen a text a little; a row wrongly taken for one line would run into the next.
const SLACK: f64 = 1.03;
/// A letter that the font lacks comes from another font: taken as wide as can be.
const UNKNOWN: f64 = 1.0;

/// A weight that the blocks use.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    Regular,
    SemiBold,
}

/// The width of a line in points.
pub fn width(text: &str, size: f64, weight: Weight) -> f64 {
    static REGULAR: LazyLock<Advances> = LazyLock::new(|| Advances::of("Inter-Regular"));
    static SEMI_BOLD: LazyLock<Advances> = LazyLock::new(|| Advances::of("Inter-SemiBold"));
    let advances: &Advances = match weight {
        Weight::Regular => &REGULAR,
        Weight::SemiBold => &SEMI_BOLD,
    };
    text.chars().map(|c| advances.advance(c)).sum::<f64>() * size * SLACK
}

/// The advances of a font in em; those of ASCII looked up once.
struct Advances {
    font: Option<FontInstance>,
    ascii: Vec<f64>,
}

impl Advances {
    fn of(name: &str) -> Advances {
        let instance = fonts::bundled(name)
            .map(|font| font.clone().instantiate(FontVariant::default(), Abs::pt(10.0), &FontVariations::default()));
        let mut advances = Advances { font: instance, ascii: Vec::new() };
        let mut ascii: Vec<f64> = (0..128).map(|code| advances.look_up(char::from(code))).collect();
        // Tabular digits are all as wide as the zero.
        let digit = ascii[usize::from(b'0')];
        ascii[usize::from(b'0')..=usize::from(b'9')].fill(digit);
        advances.ascii = ascii;
        advances
    }

    fn advance(&self, c: char) -> f64 {
        match self.ascii.get(c as usize) {
            Some(advance) => *advance,
            None => self.look_up(c),
        }
    }

    fn look_up(&self, c: char) -> f64 {
        let advance = || {
            let font = self.font.as_ref()?;
            let glyph = font.ttf().glyph_index(c)?;
            font.x_advance(glyph.0).map(|em| em.get())
        };
        advance().unwrap_or(UNKNOWN)
    }
}
