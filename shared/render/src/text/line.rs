//! One line: printed from left to right, read as its script is written.

use std::ops::Range;

use typst::layout::{Abs, Point};
use typst::syntax::Span;
use typst::text::TextItem;
use unicode_bidi::{BidiClass, bidi_class};

/// The runs of a line, from left to right.
#[derive(Default)]
pub struct Line {
    runs: Vec<Run>,
    lang: String,
    last: Option<Cluster>,
}

/// The letters of the glyph that was read last. Marks that are higher or lower than their letter are words of their own, which hold the letter too.
struct Cluster {
    span: (Span, u16),
    text: String,
    height: Abs,
}

struct Run {
    text: String,
    start: Point,
    end: Abs,
    size: Abs,
}

/// What the characters of a run say about its direction.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    RightToLeft,
    LeftToRight,
    Number,
    Neutral,
}

impl Line {
    /// Whether these words stand behind the last ones, on the same line.
    pub fn is_continued(&self, words: &TextItem, position: Point) -> bool {
        let near = words.size * 0.6;
        self.repeated(words, position).is_some()
            || self
                .runs
                .last()
                .is_none_or(|last| (position.y - last.start.y).abs() <= near && position.x + near >= last.end)
    }

    /// Adds what stands to the right of all before.
    pub fn add(&mut self, words: &TextItem, position: Point) {
        if self.runs.is_empty() {
            words.lang.as_str().clone_into(&mut self.lang);
        }
        let mut text = words.text.to_string();
        let repeated = self.repeated(words, position);
        self.last = words.glyphs.last().map(|glyph| Cluster {
            span: glyph.span,
            text: words.text.get(glyph.range()).unwrap_or_default().to_owned(),
            height: position.y,
        });
        if let Some(repeated) = repeated {
            text.replace_range(repeated, "");
        }
        let end = position.x + words.width();
        match self.runs.last_mut().filter(|_| text.is_empty()) {
            Some(run) => run.end = run.end.max(end),
            None => self.runs.push(Run { text, start: position, end, size: words.size }),
        }
    }

    /// What of these words was read with the last ones: the letter of which they are a mark.
    fn repeated(&self, words: &TextItem, position: Point) -> Option<Range<usize>> {
        let (last, first) = (self.last.as_ref()?, words.glyphs.first()?);
        let same = last.span == first.span && words.text.get(first.range()) == Some(&last.text);
        (same && last.height != position.y).then(|| first.range())
    }

    /// The line as it is read, if there is one; `is_rtl` says which way a language is written.
    pub fn read(self, is_rtl: impl Fn(&str) -> bool) -> Option<String> {
        if self.runs.is_empty() {
            return None;
        }
        let levels = levels(&self.runs, is_rtl(&self.lang));
        let mut text = String::new();
        let mut before: Option<usize> = None;
        for at in logical_order(&levels) {
            if let Some(before) = before {
                let gap = gap(&self.runs, before, at, &text);
                text.push_str(gap);
            }
            text.extend(self.runs[at].text.chars().filter(|c| !is_isolate(*c)));
            before = Some(at);
        }
        Some(text)
    }
}

/// The embedding levels of the runs, as the Unicode bidirectional algorithm gave them when the line was set: even from left to right.
fn levels(runs: &[Run], rtl: bool) -> Vec<u8> {
    let level = |(at, run): (usize, &Run)| match (kind(&run.text), rtl) {
        (Kind::RightToLeft, _) => 1,
        (Kind::LeftToRight | Kind::Number, true) => 2,
        (Kind::LeftToRight, false) => 0,
        // Behind words that are written from right to left, their space is between the two.
        (Kind::Number, false) => match runs.get(at + 1) {
            Some(next) if kind(&next.text) == Kind::RightToLeft && next.text.ends_with(char::is_whitespace) => 2,
            _ => 0,
        },
        (Kind::Neutral, rtl) => u8::from(rtl),
    };
    runs.iter().enumerate().map(level).collect()
}

fn kind(text: &str) -> Kind {
    let mut kind = Kind::Neutral;
    for class in text.chars().map(bidi_class) {
        match class {
            BidiClass::R | BidiClass::AL => return Kind::RightToLeft,
            BidiClass::L => return Kind::LeftToRight,
            BidiClass::EN | BidiClass::AN => kind = Kind::Number,
            _ => {}
        }
    }
    kind
}

/// Undoes rule L2 of the algorithm, by which runs of a level and higher ones are turned round, from the highest level to the lowest.
fn logical_order(levels: &[u8]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..levels.len()).collect();
    for level in 1..=2 {
        for run in order.chunk_by_mut(|a, b| (levels[*a] >= level) == (levels[*b] >= level)) {
            if levels[run[0]] >= level {
                run.reverse();
            }
        }
    }
    order
}

/// The layout's own marks around words of another direction.
fn is_isolate(c: char) -> bool {
    matches!(c, '\u{2066}'..='\u{2069}')
}

/// The lines of a cell as one. A line that was broken at a space ends with it; scripts without spaces are broken between letters.
pub fn unbroken(lines: &[String]) -> String {
    let mut whole = String::new();
    for line in lines {
        let open = |c: Option<char>| c.is_none_or(|c| c.is_whitespace() || has_no_spaces(c));
        if !(open(whole.chars().next_back()) || line.chars().next().is_some_and(has_no_spaces)) {
            whole.push(' ');
        }
        whole.push_str(line);
    }
    whole
}

/// Whether a character is of a script that sets no spaces between words: Thai to Khmer, Chinese and Japanese.
fn has_no_spaces(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{2e80}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ffef}')
}

/// What is between two runs that are read one after the other.
fn gap(runs: &[Run], before: usize, after: usize, text: &str) -> &'static str {
    let (a, b) = (&runs[before], &runs[after]);
    let spaced = text.ends_with(char::is_whitespace) || b.text.starts_with(char::is_whitespace);
    if before.abs_diff(after) > 1 {
        return if spaced { "" } else { " " };
    }
    let width = (b.start.x - a.end).max(a.start.x - b.end);
    // As wide a gap is the next cell of a table.
    if width > b.size * 1.2 {
        "\t"
    } else if width > b.size * 0.15 && !spaced {
        " "
    } else {
        ""
    }
}
