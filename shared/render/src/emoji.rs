//! Emoji of several characters that begin with one which Inter has, such as the keycap `1️⃣` and `❤️‍🔥`. Typst looks for the rest of them among the fonts
//! that have their first character, and prints boxes; so they are set in the font of emoji as a whole.

use typst::Library;
use typst::foundations::{Recipe, Regex, Selector, Styles, Transformation};
use typst::syntax::Span;
use typst::text::{FontFamily, FontList, TextElem};
use typst::utils::LazyHash;

use crate::fonts::FontSet;

const FAMILY: &str = "noto emoji";

/// A keycap, or a pictograph with a variation selector, a skin tone, or others that are joined to it (UTS #51).
const SEQUENCE: &str = r"(?x)
    [0-9\#*]\x{FE0F}?\x{20E3}
    | \p{Extended_Pictographic}[\x{FE0F}\x{1F3FB}-\x{1F3FF}](\x{200D}\p{Extended_Pictographic}[\x{FE0F}\x{1F3FB}-\x{1F3FF}]?)*
    | \p{Extended_Pictographic}(\x{200D}\p{Extended_Pictographic}[\x{FE0F}\x{1F3FB}-\x{1F3FF}]?)+
";

/// Sets these emoji in their font, if there is one. Does nothing if no text has any: the search would cost time for each word of a report.
pub fn set_font<'a>(library: &mut LazyHash<Library>, fonts: &FontSet, mut texts: impl Iterator<Item = &'a [u8]>) {
    if !fonts.book.contains_family(FAMILY) || !texts.any(has_marks) {
        return;
    }
    if let Ok(selector) = Regex::new(SEQUENCE).and_then(Selector::regex) {
        let mut font = Styles::new();
        font.set(TextElem::font, FontList(vec![FontFamily::new(FAMILY)]));
        library.styles.push(Recipe::new(Some(selector), Transformation::Style(font), Span::detached()));
    }
}

fn has_marks(text: &[u8]) -> bool {
    let mark = |c: char| matches!(c, '\u{20e3}' | '\u{fe0f}' | '\u{200d}' | '\u{1f3fb}'..='\u{1f3ff}');
    !text.is_ascii() && std::str::from_utf8(text).is_ok_and(|text| text.contains(mark))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::tests::{job, sales};
    use crate::{has_fonts, layout_of, render};

    /// The glyphs of a block of this text, each with its font.
    fn glyphs(text: &str) -> Vec<(u16, String)> {
        let table = json!({"kind": "table", "data": "rows", "columns": [{"field": "region", "title": text}]});
        let document = layout_of(&job(&json!({"blocks": [table]}), sales())).unwrap();
        let mut glyphs = Vec::new();
        collect(&document.pages()[0].frame, text, &mut glyphs);
        glyphs
    }

    fn collect(frame: &typst::layout::Frame, text: &str, glyphs: &mut Vec<(u16, String)>) {
        for (_, item) in frame.items() {
            match item {
                typst::layout::FrameItem::Group(group) => collect(&group.frame, text, glyphs),
                typst::layout::FrameItem::Text(run) if text.contains(run.text.as_str()) => {
                    glyphs.extend(run.glyphs.iter().map(|glyph| (glyph.id, run.font.info().family.clone())));
                }
                _ => {}
            }
        }
    }

    #[test]
    fn emoji_of_several_characters_come_from_the_font_of_emoji() {
        if !has_fonts() {
            return;
        }
        let cases = ["1️⃣", "#⃣", "*️⃣", "❤️", "❤️‍🔥", "☎️", "ℹ️", "👍🏽", "☝🏽", "👩‍💻", "🧔🏽‍♂️", "👩‍❤️‍👨", "👨‍👩‍👧‍👦", "🏳️‍🌈"];
        for text in cases {
            let glyphs = glyphs(text);
            assert!(!glyphs.is_empty(), "{text}");
            assert!(glyphs.iter().all(|(id, family)| *id != 0 && family == "Noto Emoji"), "{text}: {glyphs:?}");
        }
    }

    #[test]
    fn no_emoji_is_said_to_be_missing() {
        if !has_fonts() {
            return;
        }
        let text = "Steps 1️⃣ 2️⃣ #️⃣ ☎️ ❤️ ☀︎ 🇩🇪 🏴󠁧󠁢󠁥󠁮󠁧󠁿 👩‍❤️‍👨 in 123 words";
        let blocks = json!([
            {"kind": "heading", "text": text},
            {"kind": "text", "markdown": format!("{text} and `{text}`")},
            {"kind": "kpis", "items": [{"label": text, "value": "1️⃣"}]},
            {"kind": "chart", "chart": "bar", "data": "rows", "x": "region", "y": ["amount"], "title": text}
        ]);
        let source = json!({"typst": format!("{} #data.words", text.replace('#', "\\#"))});
        for (definition, data) in
            [(json!({"title": text, "blocks": blocks}), sales()), (source, json!({"words": "1️⃣"}))]
        {
            assert_eq!(render(&job(&definition, data)).unwrap().warnings, []);
        }
    }
}
