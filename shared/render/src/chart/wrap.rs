//! Words in lines, as long as they fit: by Unicode's rules, and anywhere where a word is too long for a line.

use std::sync::LazyLock;

use icu_segmenter::options::LineBreakOptions;
use icu_segmenter::{LineSegmenter, LineSegmenterBorrowed};
use unicode_segmentation::UnicodeSegmentation;

use crate::measure::{self, Weight};

/// Lines that fit, and whether words had to be left out.
#[derive(Debug, Clone, PartialEq)]
pub struct Lines {
    pub lines: Vec<String>,
    pub cut: bool,
}

/// A typeface to measure with.
#[derive(Clone, Copy)]
pub struct Face {
    pub size: f64,
    pub weight: Weight,
}

/// Stands for what is left out.
const ELLIPSIS: char = '…';

impl Face {
    pub fn width(self, text: &str) -> f64 {
        measure::width(text, self.size, self.weight)
    }

    /// Breaks a text into at most so many lines of a width. The last one ends in an ellipsis where that is not enough.
    pub fn wrap(self, text: &str, width: f64, most: usize) -> Lines {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if self.width(&text) <= width {
            return Lines { lines: vec![text], cut: false };
        }
        let mut lines = self.lines(&text, width);
        let cut = lines.len() > most.max(1);
        if cut {
            let rest = lines.split_off(most.max(1) - 1).concat();
            lines.push(self.shorten(&rest, width));
        }
        Lines { lines: lines.iter().map(|line| line.trim_end().to_owned()).collect(), cut }
    }

    /// The beginning of a text that fits with an ellipsis behind it.
    pub fn shorten(self, text: &str, width: f64) -> String {
        if self.width(text) <= width {
            return text.to_owned();
        }
        let room = width - self.width(&ELLIPSIS.to_string());
        let mut taken = 0.0;
        let fits = |cluster: &&str| {
            taken += self.width(cluster);
            taken <= room
        };
        let begin: String = text.graphemes(true).take_while(fits).collect();
        format!("{}{ELLIPSIS}", begin.trim_end())
    }

    /// The longest piece that is not broken.
    pub fn longest_word(self, text: &str) -> f64 {
        pieces(text).map(|piece| self.width(piece.trim_end())).fold(0.0, f64::max)
    }

    fn lines(self, text: &str, width: f64) -> Vec<String> {
        let mut lines = vec![String::new()];
        let mut taken = 0.0;
        for piece in pieces(text) {
            // A space at the end of a line takes no room.
            if self.width(piece.trim_end()) <= width {
                self.add(&mut lines, &mut taken, piece, width);
            } else {
                piece.graphemes(true).for_each(|cluster| self.add(&mut lines, &mut taken, cluster, width));
            }
        }
        lines
    }

    fn add(self, lines: &mut Vec<String>, taken: &mut f64, piece: &str, width: f64) {
        let started = lines.last().is_some_and(|line| !line.is_empty());
        if started && *taken + self.width(piece.trim_end()) > width {
            lines.push(String::new());
            *taken = 0.0;
        }
        *taken += self.width(piece);
        if let Some(line) = lines.last_mut() {
            line.push_str(piece);
        }
    }
}

fn pieces(text: &str) -> impl Iterator<Item = &str> {
    static SEGMENTER: LazyLock<LineSegmenterBorrowed<'static>> =
        LazyLock::new(|| LineSegmenter::new_auto(LineBreakOptions::default()));
    let mut start = 0;
    SEGMENTER.segment_str(text).filter_map(move |end| {
        let piece = text.get(start..end)?;
        start = end;
        (!piece.is_empty()).then_some(piece)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const FACE: Face = Face { size: 10.0, weight: Weight::Regular };

    #[test]
    fn words_are_broken_where_they_may_be() {
        let width = |text: &str| FACE.width(text);
        type Case = (&'static str, &'static str, f64, usize, &'static [&'static str], bool);
        let cases: [Case; 7] = [
            ("short", "North", 100.0, 1, &["North"], false),
            ("by words", "North and South", width("North and"), 2, &["North and", "South"], false),
            ("white space is one space", " a \t\n b ", 100.0, 1, &["a b"], false),
            ("a long word", "aaaaaaaa", width("aaaa") + 0.1, 3, &["aaaa", "aaaa"], false),
            ("too much", "one two three four", width("one two…"), 2, &["one two", "three fo…"], true),
            ("no spaces", "売上高の推移", width("売上高"), 2, &["売上高", "の推移"], false),
            ("no room at all", "ab", 0.0, 1, &["…"], true),
        ];
        for (what, text, width, most, lines, cut) in cases {
            let lines = lines.iter().map(|line| (*line).to_owned()).collect();
            assert_eq!(FACE.wrap(text, width, most), Lines { lines, cut }, "{what}");
        }
    }
}
