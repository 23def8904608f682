//! How wide words are in the report's typeface, before they are laid out: columns are sized by it, and a row that is known to be one
//! line high lays out in two thirds of the time.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use typst::layout::Abs;
use typst::text::{FontInstance, FontStretch, FontStyle, FontVariant, FontVariations, FontWeight};
use unicode_width::UnicodeWidthChar;

use crate::fonts::{self, FontSet, Use};

/// Kerning and rounding may widen a text a little; a row wrongly taken for one line would run into the next.
const SLACK: f64 = 1.03;
/// In other scripts a letter may be wider beside its neighbours than alone, most of all in those of India.
const SLACK_OF_OTHERS: f64 = 1.1;
const SLACK_OF_INDIA: f64 = 1.3;
/// A letter that no font is known to have: as wide as the widest that are used.
const UNKNOWN: f64 = 1.3;
const KEYCAP: char = '\u{20e3}';
/// Chinese, Japanese and Korean letters fill a square.
const SQUARE: f64 = 1.0;

/// A weight that the blocks use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    Regular,
    SemiBold,
}

/// The width of a line in points.
pub fn width(text: &str, size: f64, weight: Weight) -> f64 {
    let advances = Advances::of(weight);
    text.chars().map(|c| advances.advance(c)).sum::<f64>() * size * SLACK
}

/// Whether the typeface of blocks has all letters of a text, so that its lines are as high as all others.
pub fn is_plain(text: &str) -> bool {
    text.is_ascii() || text.chars().all(|c| c.is_ascii() || Advances::of(Weight::Regular).glyph(c).is_some())
}

/// The fonts of the report that this thread lays out, where they are others than those that come with Imprint, and the advances in them
/// that were looked up.
#[derive(Default)]
struct Others {
    fonts: Option<Arc<FontSet>>,
    known: HashMap<(char, u16), Option<f64>>,
}

thread_local! {
    static OTHERS: RefCell<Others> = RefCell::default();
}

/// Measures what this thread lays out from now on with the fonts that a report brings; `None`: with those that come with Imprint.
pub fn use_fonts(brought: Option<Arc<FontSet>>) {
    OTHERS.with_borrow_mut(|others| {
        if others.fonts.is_some() || brought.is_some() {
            *others = Others { fonts: brought, known: HashMap::new() };
        }
    });
}

/// The advance in em of a letter that comes from another font than Inter; looked up once for each.
fn in_another_font(c: char, weight: u16) -> Option<f64> {
    static FONTS: LazyLock<FontSet> = LazyLock::new(|| FontSet::new([], "en", Use::Blocks));
    let look_up = |fonts: &FontSet| {
        let font = fonts.font_for(c, weight)?.instantiate(VARIANT, Abs::pt(10.0), &FontVariations::default());
        let glyph = font.ttf().glyph_index(c)?;
        font.x_advance(glyph.0).map(|em| em.get() * slack(c))
    };
    OTHERS.with_borrow_mut(|Others { fonts, known }| {
        *known.entry((c, weight)).or_insert_with(|| look_up(fonts.as_deref().unwrap_or(&FONTS)))
    })
}

/// The same, if a font that the report brings has the letter.
fn in_a_brought_font(c: char, weight: u16) -> Option<f64> {
    let brought = OTHERS.with_borrow(|others| others.fonts.as_ref().is_some_and(|fonts| fonts.brings(c)));
    if brought { in_another_font(c, weight) } else { None }
}

const VARIANT: FontVariant =
    FontVariant { style: FontStyle::Normal, weight: FontWeight::REGULAR, stretch: FontStretch::NORMAL };

fn slack(c: char) -> f64 {
    if matches!(c, '\u{900}'..='\u{dff}') { SLACK_OF_INDIA } else { SLACK_OF_OTHERS }
}

/// The advances of a font in em; those of ASCII looked up once.
struct Advances {
    font: Option<FontInstance>,
    weight: u16,
    ascii: Vec<f64>,
}

impl Advances {
    fn of(weight: Weight) -> &'static Advances {
        static REGULAR: LazyLock<Advances> = LazyLock::new(|| Advances::new("Inter-Regular", 400));
        static SEMI_BOLD: LazyLock<Advances> = LazyLock::new(|| Advances::new("Inter-SemiBold", 600));
        match weight {
            Weight::Regular => &REGULAR,
            Weight::SemiBold => &SEMI_BOLD,
        }
    }

    fn new(name: &str, weight: u16) -> Advances {
        let font =
            fonts::bundled(name).map(|font| font.instantiate(VARIANT, Abs::pt(10.0), &FontVariations::default()));
        let mut advances = Advances { font, weight, ascii: Vec::new() };
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
        let advance = || self.font.as_ref()?.x_advance(self.glyph(c)?).map(|em| em.get());
        match (advance().or_else(|| in_a_brought_font(c, self.weight)), c.width()) {
            // It makes a keycap of the digit before it.
            _ if c == KEYCAP => UNKNOWN,
            (Some(em), _) => em,
            (None, None | Some(0)) => 0.0,
            (None, Some(2)) if !is_pictograph(c) => SQUARE,
            (None, _) if is_pictograph(c) => UNKNOWN,
            (None, _) => in_another_font(c, self.weight).unwrap_or(UNKNOWN),
        }
    }

    fn glyph(&self, c: char) -> Option<u16> {
        self.font.as_ref()?.ttf().glyph_index(c).map(|glyph| glyph.0)
    }
}

fn is_pictograph(c: char) -> bool {
    ('\u{1f000}'..'\u{20000}').contains(&c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_as_wide_as_its_letters() {
        let em = |text| width(text, 1.0, Weight::Regular);
        let cases = [
            ("nothing", "", 0.0),
            ("tabular digits", "11", 2.0 * em("0")),
            ("a letter with its mark", "e\u{301}", em("e")),
            ("a break that shows nothing", "a\u{200b}b", em("ab")),
            ("a square letter", "東", SLACK),
        ];
        for (what, text, expected) in cases {
            assert!((em(text) - expected).abs() < 1e-9, "{what}: {} for {expected}", em(text));
        }
    }

    #[test]
    fn a_text_is_plain_when_the_typeface_has_its_letters() {
        let cases = [
            ("Net sales", true),
            ("Größe – 5 €", true),
            ("Σύνολο", true),
            ("東京", false),
            ("เงิน", false),
            ("a 🎉", false),
        ];
        for (text, plain) in cases {
            assert_eq!(is_plain(text), plain, "{text}");
        }
    }
}
