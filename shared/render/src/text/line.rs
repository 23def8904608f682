//! One line, in the order in which it is read.
//!
//! Typst sets the runs of a line in this order, whichever way each is written. Inside a run from right to left the pieces of different fonts, and the
//! marks above and below letters, are set from left to right, and have to be turned round.

use std::ops::Range;

use typst::layout::{Abs, Point};
use typst::syntax::Span;
use typst::text::{Glyph, TextItem};
use unicode_bidi::{BidiClass, bidi_class};

use crate::lines;

/// The pieces of a line, as they were set.
#[derive(Default)]
pub struct Line {
    pieces: Vec<Piece>,
    last: Option<Cluster>,
}

struct Piece {
    text: String,
    kind: Kind,
    /// Where the text is in its source, if it is one text of it.
    source: Option<(Span, Range<usize>)>,
    start: Point,
    end: Abs,
    size: Abs,
}

/// The letters of the glyph that was read last. A mark that is higher or lower than its letter is a piece of its own, which holds the letter too.
struct Cluster {
    source: (Span, u16),
    text: String,
    height: Abs,
    /// Where the glyph ends, and its marks begin.
    end: Abs,
}

/// What the characters of a piece say about its direction.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    RightToLeft,
    /// Numbers are written from left to right everywhere.
    LeftToRight,
    Neutral,
}

impl Line {
    /// Whether these words go on with the line: at its height, on whichever side.
    pub fn is_continued(&self, words: &TextItem, position: Point) -> bool {
        let beside = |last: &Piece| (position.y - last.start.y).abs() <= words.size * 0.6;
        self.pieces.last().is_none_or(beside) || self.repeated(words, position).is_some()
    }

    /// Adds what was set next.
    pub fn add(&mut self, words: &TextItem, position: Point) {
        let mut text = words.text.to_string();
        if let Some(repeated) = self.repeated(words, position) {
            text.replace_range(repeated, "");
        }
        let end = position.x + words.width();
        self.last = words.glyphs.last().map(|glyph| Cluster {
            source: glyph.span,
            text: words.text.get(glyph.range()).unwrap_or_default().to_owned(),
            height: position.y,
            end,
        });
        match self.pieces.last_mut().filter(|_| text.is_empty()) {
            Some(letter) => letter.end = letter.end.max(end),
            None => {
                let (kind, source) = (kind(&text, &words.glyphs), source(&words.glyphs));
                self.pieces.push(Piece { text, kind, source, start: position, end, size: words.size });
            }
        }
    }

    /// What of these words was read with the last ones: the letter of which they are a mark.
    fn repeated(&self, words: &TextItem, position: Point) -> Option<Range<usize>> {
        let (last, first) = (self.last.as_ref()?, words.glyphs.first()?);
        let same = last.source == first.span && words.text.get(first.range()) == Some(&last.text);
        // The next line, or the next cell, may begin with the letter that this one ends with.
        let beside = (last.end - position.x).abs() < words.size * 0.1;
        (same && last.height != position.y && beside).then(|| first.range())
    }

    /// The line as it is read, if there is one.
    pub fn read(mut self) -> Option<String> {
        settle(&mut self.pieces);
        // Where nothing is written from the right, signs of different looks beside each other are read as they stand.
        let turned = self.pieces.iter().any(|piece| piece.kind == Kind::RightToLeft);
        let joins = |piece: &Piece, next: &Piece| piece.goes_on_to_the_left(next, turned);
        let runs: Vec<Run> = self.pieces.chunk_by(joins).map(Run::of).collect();
        let mut text = String::new();
        for (n, run) in runs.iter().enumerate() {
            if let Some(before) = n.checked_sub(1) {
                text.push_str(gap(&runs, before, n));
            }
            text.push_str(&run.text);
        }
        (!runs.is_empty()).then_some(text)
    }
}

/// Pieces that touch and are read from right to left, or a single one.
struct Run {
    text: String,
    start: Abs,
    end: Abs,
    size: Abs,
}

impl Run {
    fn of(pieces: &[Piece]) -> Run {
        let letters = pieces.iter().rev().flat_map(|piece| piece.text.chars());
        let (first, last) = (&pieces[0], &pieces[pieces.len() - 1]);
        Run {
            text: letters.filter(|c| !is_isolate(*c)).collect(),
            start: first.start.x,
            end: last.end,
            size: first.size,
        }
    }
}

/// What is between two runs that are read one after the other.
fn gap(runs: &[Run], before: usize, after: usize) -> &'static str {
    let (a, b) = (&runs[before], &runs[after]);
    let (left, right) = if a.start <= b.start { (a.end, b.start) } else { (b.end, a.start) };
    let near = b.size * 0.1;
    // Words of the other direction may be in between.
    if runs.iter().any(|it| it.start >= left - near && it.end <= right + near && it.end > it.start) {
        return "";
    }
    // As wide a gap is the next cell of a table.
    if right - left > b.size * 1.2 {
        "\t"
    } else if right - left > b.size * 0.15 {
        " "
    } else {
        ""
    }
}

impl Piece {
    /// Whether the next piece, which stands to the right of this one, is read before it; `turned` if words of the line are written from the right.
    fn goes_on_to_the_left(&self, next: &Piece, turned: bool) -> bool {
        // Punctuation may belong to words on either side.
        let is_before = || matches!((&self.source, &next.source), (Some((span, at)), Some((other, before))) if span == other && before.start < at.start);
        self.touches(next)
            && match (self.kind, next.kind) {
                (Kind::LeftToRight, _) | (_, Kind::LeftToRight) => false,
                (Kind::RightToLeft, Kind::RightToLeft) => self.follows_in_source(next).unwrap_or(true),
                _ => self.follows_in_source(next).unwrap_or_else(|| turned && is_before()),
            }
    }

    /// Whether the next piece is the text right before this one in the source, or right behind it; `None` if neither can be told.
    fn follows_in_source(&self, next: &Piece) -> Option<bool> {
        let ((span, own), (other, its)) = (self.source.as_ref()?, next.source.as_ref()?);
        match (own.start == its.end, own.end == its.start) {
            (before, behind) if span == other && before != behind => Some(before),
            _ => None,
        }
    }

    fn touches(&self, next: &Piece) -> bool {
        (next.start.x - self.end).abs() <= next.size * 0.05
    }
}

/// What stands between words from right to left is written as they are.
fn settle(pieces: &mut [Piece]) {
    let mut from = None;
    for n in 0..pieces.len() {
        let joined = n.checked_sub(1).is_some_and(|before| pieces[before].touches(&pieces[n]));
        match pieces[n].kind {
            Kind::RightToLeft => {
                if let Some(from) = from.filter(|_| joined) {
                    pieces[from..n].iter_mut().for_each(|piece| piece.kind = Kind::RightToLeft);
                }
                from = Some(n + 1);
            }
            Kind::Neutral if joined => {}
            Kind::Neutral | Kind::LeftToRight => from = None,
        }
    }
}

/// The bytes that glyphs stand for, in the text of the source that they are all from.
fn source(glyphs: &[Glyph]) -> Option<(Span, Range<usize>)> {
    let (span, _) = glyphs.first()?.span;
    let mut ranges = glyphs.iter().map(|glyph| {
        let (of, start) = (glyph.span.0, usize::from(glyph.span.1));
        (of == span).then(|| start..start + glyph.range().len())
    });
    let first = ranges.next()??;
    let whole = ranges.try_fold(first, |whole, range| {
        let range = range?;
        Some(whole.start.min(range.start)..whole.end.max(range.end))
    })?;
    Some((span, whole))
}

fn kind(text: &str, glyphs: &[Glyph]) -> Kind {
    let strong = text.chars().map(bidi_class).find_map(|class| match class {
        BidiClass::R | BidiClass::AL => Some(Kind::RightToLeft),
        BidiClass::L | BidiClass::EN | BidiClass::AN => Some(Kind::LeftToRight),
        _ => None,
    });
    // Of punctuation alone, the order of its glyphs says which way it was set.
    let set = || match glyphs {
        [first, .., last] if first.range.start < last.range.start => Kind::LeftToRight,
        [first, .., last] if first.range.start > last.range.start => Kind::RightToLeft,
        _ => Kind::Neutral,
    };
    strong.unwrap_or_else(set)
}

/// The layout's own marks around words of another direction.
fn is_isolate(c: char) -> bool {
    matches!(c, '\u{2066}'..='\u{2069}')
}

/// The lines of a cell as one. A line that was broken at a space ends with it, one that was broken elsewhere with a hyphen or with the
/// sign of a break; scripts without spaces are broken between letters.
pub fn unbroken(texts: &[String]) -> String {
    let mut whole = String::new();
    for line in texts {
        let broken = |c| c == '-' || c == lines::BREAK || has_no_spaces(c);
        let open = |c: Option<char>| c.is_none_or(|c: char| c.is_whitespace() || broken(c));
        if !(open(whole.chars().next_back()) || line.chars().next().is_some_and(has_no_spaces)) {
            whole.push(' ');
        }
        whole.push_str(line);
    }
    whole
}

/// Whether a character is of a script that sets no spaces between words: Thai to Khmer, Chinese and Japanese.
fn has_no_spaces(c: char) -> bool {
    let south = matches!(c, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}');
    south
        || matches!(c, '\u{2e80}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ffef}')
}
