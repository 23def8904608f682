//! Lines of text: signs that end one, where one may break by Unicode's rules (UAX #14) as the layout applies them, and pieces too
//! long for any.

use std::borrow::Cow;
use std::sync::LazyLock;

use icu_segmenter::options::LineBreakOptions;
use icu_segmenter::{LineSegmenter, LineSegmenterBorrowed};
use serde_json::Value;

use crate::measure::{self, Weight};

/// A place where a line may break that shows nothing and takes no room.
pub const BREAK: char = '\u{200b}';
/// The letters between two breaks that are added to a piece. Short enough to fill lines, long enough to keep them readable.
const CHUNK: usize = 6;

/// The type of the titles above tables and charts, in points.
pub const CAPTION: f64 = 9.0;

/// The same rules, from the same data, as Typst's.
static SEGMENTER: LazyLock<LineSegmenterBorrowed<'static>> =
    LazyLock::new(|| LineSegmenter::new_lstm(LineBreakOptions::default()));

/// The text as the layout sets it: every sign that ends a line is one line feed, a tab is a gap, and control characters, which have no
/// glyph, are visible.
pub fn tidy(text: &str) -> Cow<'_, str> {
    if !text.chars().any(|c| is_line_end(c) || c.is_control() && c != '\n') {
        return Cow::Borrowed(text);
    }
    let sign = |c: char| match c {
        c if is_line_end(c) => '\n',
        '\t' => GAP,
        c if c.is_control() && c != '\n' => char::REPLACEMENT_CHARACTER,
        c => c,
    };
    Cow::Owned(text.replace("\r\n", "\n").chars().map(sign).collect())
}

/// An em space: a tab between two words keeps them apart.
const GAP: char = '\u{2003}';

/// Carriage return, line and form feeds, next line, and the line and paragraph separators.
fn is_line_end(c: char) -> bool {
    matches!(c, '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Calls `f` with each piece of a text that stays on one line, without the space around it.
pub fn for_each_piece<'a>(text: &'a str, mut f: impl FnMut(&'a str)) {
    // Most cells are plain words. Fewer breaks than there are only make a piece longer, never a column too narrow.
    if text.is_ascii() {
        text.split_ascii_whitespace().for_each(|word| for_each_part(word, &mut f));
        return;
    }
    let mut start = 0;
    for end in SEGMENTER.segment_str(text) {
        let piece = text[start..end].trim_matches(is_breaking_space);
        if !piece.is_empty() {
            f(piece);
        }
        start = end;
    }
}

/// The parts of a compound of ASCII letters: a line may break behind a hyphen between two of them.
fn for_each_part<'a>(word: &'a str, f: &mut impl FnMut(&'a str)) {
    let mut start = 0;
    for (at, letters) in word.as_bytes().windows(3).enumerate() {
        if letters[1] == b'-' && letters[0].is_ascii_alphabetic() && letters[2].is_ascii_alphabetic() {
            f(&word[start..at + 2]);
            start = at + 2;
        }
    }
    f(&word[start..]);
}

/// The lines that a text takes in a column of `room` points.
pub fn count(text: &str, room: f64, size: f64, weight: Weight) -> usize {
    let space = measure::width(" ", size, weight);
    let lines_of = |line: &str| {
        let (mut lines, mut filled) = (1, 0.0);
        for_each_piece(line, |piece| {
            let width = measure::width(piece, size, weight);
            if filled > 0.0 && filled + space + width > room {
                lines += 1;
                filled = width;
            } else {
                filled += width + if filled > 0.0 { space } else { 0.0 };
            }
            // A piece that is broken fills lines of its own.
            let broken = (filled / room.max(1.0)).ceil().max(1.0) as usize - 1;
            lines += broken;
            filled -= broken as f64 * room;
        });
        lines
    };
    text.split('\n').map(lines_of).sum()
}

/// The text as it is set in a box of `room` points: [`tidy`], with breaks where nothing else would hold it.
pub fn fitted(text: &str, room: f64, size: f64, weight: Weight) -> String {
    soften(&tidy(text), room, size, weight).into_owned()
}

/// The text with breaks added inside each piece that is wider than a line of `room` points, so that nothing leaves its box.
pub fn soften(text: &str, room: f64, size: f64, weight: Weight) -> Cow<'_, str> {
    soften_by(text, room, |piece| measure::width(piece, size, weight))
}

/// [`soften`] for words in another typeface, by the width of a piece in it.
pub fn soften_by(text: &str, room: f64, width: impl Fn(&str) -> f64) -> Cow<'_, str> {
    // Two measurements are cheaper than looking for breaks.
    if width(text) <= room {
        return Cow::Borrowed(text);
    }
    let mut softened = String::new();
    let mut copied = 0;
    for_each_piece(text, |piece| {
        if width(piece) > room {
            let start = piece.as_ptr() as usize - text.as_ptr() as usize;
            softened.push_str(&text[copied..start]);
            push_chunks(&mut softened, piece);
            copied = start + piece.len();
        }
    });
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    softened.push_str(&text[copied..]);
    Cow::Owned(softened)
}

/// Whether the layout repeats a hyphen at the end of a line on the next one in this language: Typst's list.
pub fn repeats_hyphens(lang: &str) -> bool {
    let language = lang.split('-').next().unwrap_or_default().to_ascii_lowercase();
    ["cs", "dsb", "es", "hr", "pl", "pt", "sk"].contains(&language.as_str())
}

/// Puts breaks behind the hyphens of references and addresses in all texts of a document, for a language in which the layout would repeat
/// those at which a line breaks: with one hyphen more it would be another reference. Compounds of words keep the language's rule.
pub fn break_after_hyphens(document: &mut Value) {
    for_each_text(document, &|text| {
        if text.contains('-') {
            *text = text.split_inclusive(char::is_whitespace).map(after_hyphens_of_references).collect();
        }
    });
}

fn after_hyphens_of_references(word: &str) -> String {
    let is_part = |part: &str| part.chars().nth(1).is_some() && part.chars().skip(1).all(char::is_lowercase);
    let compound = word.trim_matches(|c: char| !c.is_alphanumeric() && c != '-');
    let is_compound = compound.split('-').all(|part| part.chars().all(char::is_alphabetic) && is_part(part));
    if is_compound { word.to_owned() } else { after_hyphens(word) }
}

/// The text with a break behind each hyphen at which a line may end.
fn after_hyphens(text: &str) -> String {
    let mut broken = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    let mut before = ' ';
    while let Some(letter) = letters.next() {
        broken.push(letter);
        let joins = |next: &char| {
            let is_sign = next.is_numeric() && !before.is_alphanumeric() && !"/_=&?.-".contains(before);
            let begins_word = next.is_alphabetic() && before.is_whitespace();
            !is_sign && !begins_word && *next != BREAK
        };
        if letter == '-' && letters.peek().is_none_or(joins) {
            broken.push(BREAK);
        }
        before = letter;
    }
    broken
}

/// Puts breaks between the words of Thai, Lao, Burmese and Khmer in all strings of a document. The layout of a Chinese or Japanese report
/// does not find them: it breaks by other rules, which know no words.
pub fn break_words(document: &mut Value) {
    for_each_text(document, &|text| {
        if text.chars().any(is_without_spaces) {
            *text = with_word_breaks(text);
        }
    });
}

/// What a document has beside the texts that are set: names of files, addresses, and what a PDF says of itself and of its pictures.
const NOT_SET: [&str; 6] = ["file", "url", "asset", "name", "author", "alt"];

fn for_each_text(value: &mut Value, f: &impl Fn(&mut String)) {
    match value {
        Value::String(text) => f(text),
        Value::Array(items) => items.iter_mut().for_each(|item| for_each_text(item, f)),
        Value::Object(object) => {
            let set = object.iter_mut().filter(|(key, _)| !NOT_SET.contains(&key.as_str()));
            set.for_each(|(_, value)| for_each_text(value, f));
        }
        _ => {}
    }
}

fn with_word_breaks(text: &str) -> String {
    let mut broken = String::with_capacity(text.len());
    let mut start = 0;
    for end in SEGMENTER.segment_str(text) {
        broken.push_str(&text[start..end]);
        let inside = broken.ends_with(is_without_spaces) && text[end..].starts_with(is_without_spaces);
        if inside {
            broken.push(BREAK);
        }
        start = end;
    }
    broken
}

fn is_without_spaces(letter: char) -> bool {
    matches!(letter, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}')
}

/// The text without the breaks that [`soften`] adds.
pub fn without_breaks(text: &str) -> Cow<'_, str> {
    if text.contains(BREAK) { Cow::Owned(text.replace(BREAK, "")) } else { Cow::Borrowed(text) }
}

/// A piece with a break every few letters, and after the signs that separate the parts of paths and references.
fn push_chunks(softened: &mut String, piece: &str) {
    const JOINER: char = '\u{200d}';
    let mut length = 0;
    let mut letters = piece.chars().peekable();
    while let Some(letter) = letters.next() {
        softened.push(letter);
        // Marks and joiners belong to the letter before them.
        length += usize::from(!is_joined(letter));
        let full = length >= CHUNK || length > 1 && "/?&=_.,;:-+|\\".contains(letter);
        if full && letter != JOINER && letters.peek().is_some_and(|next| !is_joined(*next)) {
            softened.push(BREAK);
            length = 0;
        }
    }
}

fn is_joined(letter: char) -> bool {
    use unicode_width::UnicodeWidthChar;
    letter.width() == Some(0) || ('\u{1f3fb}'..='\u{1f3ff}').contains(&letter)
}

fn is_breaking_space(letter: char) -> bool {
    letter.is_whitespace() && !matches!(letter, '\u{a0}' | '\u{202f}' | '\u{2007}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(text: &str) -> Vec<&str> {
        let mut pieces = Vec::new();
        for_each_piece(text, |piece| pieces.push(piece));
        pieces
    }

    #[test]
    fn line_ends_are_one_sign_and_tabs_are_gaps() {
        let cases = [
            ("Unix", "a\nb", "a\nb"),
            ("Windows", "a\r\nb", "a\nb"),
            ("old Mac", "a\rb\r\rc", "a\nb\n\nc"),
            ("separators of Unicode", "a\u{2028}b\u{2029}c\u{85}d\u{b}e\u{c}f", "a\nb\nc\nd\ne\nf"),
            ("a tab", "Springfield\tEast", "Springfield\u{2003}East"),
            ("other control characters", "a\u{0}b\u{1b}c", "a\u{fffd}b\u{fffd}c"),
        ];
        for (what, text, expected) in cases {
            assert_eq!(tidy(text), expected, "{what}");
        }
    }

    #[test]
    fn a_text_falls_into_the_pieces_that_stay_on_one_line() {
        let cases = [
            ("words", "Net sales", vec!["Net", "sales"]),
            ("a compound", "Stoke-on-Trent A-1 -x", vec!["Stoke-", "on-", "Trent", "A-1", "-x"]),
            ("a number with its currency", "1.234,50\u{a0}€", vec!["1.234,50\u{a0}€"]),
            ("a hyphen between letters of another alphabet", "Баден-Баден", vec!["Баден-", "Баден"]),
            ("Japanese", "東京都", vec!["東", "京", "都"]),
            ("Thai, by a dictionary", "ภาษาไทย", vec!["ภาษา", "ไทย"]),
            ("lines", "a\nb", vec!["a", "b"]),
            ("nothing", "  ", vec![]),
        ];
        for (what, text, expected) in cases {
            assert_eq!(pieces(text), expected, "{what}");
        }
    }

    #[test]
    fn only_a_piece_that_is_wider_than_the_line_gets_breaks() {
        let soften = |text| soften(text, 60.0, 8.5, Weight::Regular).replace(BREAK, "|");
        let cases = [
            ("short words", "Net sales of all regions", "Net sales of all regions"),
            ("a hash among words", "key 0123456789abcdef0123 end", "key 012345|6789ab|cdef01|23 end"),
            ("a path", "aaaa/bbbbbbbbbbbbbbb/c", "aaaa/|bbbbbb|bbbbbb|bbb/|c"),
            ("marks stay with their letter", "ééééééééééééééé", "éééééé|éééééé|ééé"),
            (
                "marks of their own stay as well",
                "e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}",
                "e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}|e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}|e\u{301}",
            ),
        ];
        for (what, text, expected) in cases {
            assert_eq!(soften(text), expected, "{what}");
        }
    }

    #[test]
    fn the_lines_of_a_text_are_counted() {
        let count = |text: &str| count(text, 100.0, 10.0, Weight::Regular);
        let long = "0123456789".repeat(4);
        let cases = [("", 1), ("a", 1), ("a\nb\n", 3), ("twelve words that do not fit", 2), (&long, 3)];
        for (text, lines) in cases {
            assert_eq!(count(text), lines, "{text}");
        }
    }

    #[test]
    fn hyphens_inside_references_are_followed_by_breaks() {
        let cases = [
            ("AB12-CD34-EF", "AB12-|CD34-|EF"),
            ("-5", "-5"),
            ("a - b", "a -| b"),
            ("a--b", "a-|-|b"),
            ("a-", "a-|"),
            ("(-5)", "(-5)"),
            ("$+-<~", "$+-|<~"),
            ("-b", "-b"),
            ("a-\u{200b}b", "a-|b"),
            ("/a/-_", "/a/-|_"),
        ];
        for (text, expected) in cases {
            assert_eq!(after_hyphens(text).replace(BREAK, "|"), expected, "{text}");
        }
    }

    #[test]
    fn words_without_spaces_are_broken_where_the_layout_knows_no_words() {
        let mut document = serde_json::json!({"blocks": [{"text": "日本 ภาษาไทย a", "file": "/assets/ภาษาไทย.png"}]});
        break_words(&mut document);
        assert_eq!(document["blocks"][0]["text"], "日本 ภาษา\u{200b}ไทย a");
        assert_eq!(document["blocks"][0]["file"], "/assets/ภาษาไทย.png", "a file is found by its name");
    }

    #[test]
    fn the_hyphens_of_references_are_followed_by_breaks_in_all_texts() {
        let texts = "Raport IT82-7H43 biało-czerwony (Bielsko-Biała) ABC-DEF -5 e-mail *-Nowy";
        let mut document =
            serde_json::json!({"title": texts, "blocks": [{"url": "https://a-b.example", "rows": [["a-1"]]}]});
        break_after_hyphens(&mut document);
        let broken =
            "Raport IT82-|7H43 biało-czerwony (Bielsko-Biała) ABC-|DEF -5 e-|mail *-|Nowy".replace('|', "\u{200b}");
        assert_eq!(document["title"], broken);
        assert_eq!(document["blocks"], serde_json::json!([{"url": "https://a-b.example", "rows": [["a-\u{200b}1"]]}]));
    }

    #[test]
    fn breaks_can_be_taken_out_again() {
        let text = "0123456789abcdef0123456789abcdef";
        let softened = soften(text, 20.0, 8.5, Weight::Regular);
        assert_ne!(softened, text);
        assert_eq!(without_breaks(&softened), text);
    }
}
