//! What a sheet may be called.

use std::collections::BTreeSet;

/// The longest name, as UTF-16 counts.
const LONGEST: usize = 31;
/// A name that spreadsheets keep for themselves.
const RESERVED: &str = "history";

/// The names of the sheets so far.
pub struct Names {
    /// In small letters: capitals make no difference.
    used: BTreeSet<String>,
}

impl Default for Names {
    fn default() -> Self {
        Self { used: BTreeSet::from([RESERVED.to_owned()]) }
    }
}

impl Names {
    /// A name made of these words that no other sheet has.
    pub fn unused(&mut self, words: &str) -> String {
        let allowed = |c: char| if c.is_control() || "[]:*?/\\\u{fffe}\u{ffff}".contains(c) { ' ' } else { c };
        let words: String = words.chars().map(allowed).collect();
        let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
        let words = if trim(&words).is_empty() { "Table" } else { words.as_str() };
        let mut name = shortened(words, "");
        for number in 2.. {
            if self.used.insert(name.to_lowercase()) {
                break;
            }
            name = shortened(words, &format!(" ({number})"));
        }
        name
    }
}

/// The words with something behind them, not too long.
fn shortened(words: &str, behind: &str) -> String {
    let mut left = LONGEST - behind.len();
    let fits = |c: &char| {
        let fits = c.len_utf16() <= left;
        left = left.saturating_sub(c.len_utf16());
        fits
    };
    let words: String = trim(words).chars().take_while(fits).collect();
    format!("{}{behind}", trim(&words))
}

/// No apostrophe may stand at an end.
fn trim(words: &str) -> &str {
    words.trim_matches(|c: char| c == '\'' || c.is_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_sheet_gets_a_name_that_spreadsheets_accept() {
        let mut names = Names::default();
        let cases = [
            ("a title", "Sales by month", "Sales by month"),
            ("the same in capitals", "SALES by month", "SALES by month (2)"),
            ("signs that mean something", "a[1]:*?/\\b", "a 1 b"),
            ("apostrophes at the ends", "'quoted'", "quoted"),
            ("a long one", "The transactions of all regions in 2026", "The transactions of all regions"),
            ("another long one", "The transactions of all regions in 2025", "The transactions of all reg (2)"),
            ("a cut after an apostrophe", "The transactions of the region' in 2026", "The transactions of the region"),
            ("letters of two units", &"𝄞".repeat(20), &"𝄞".repeat(15)),
            ("nothing", " ' ", "Table"),
            ("nothing again", "", "Table (2)"),
            ("a reserved name", "History", "History (2)"),
            ("a path", "regions.north", "regions.north"),
            ("a line break", "a\nb", "a b"),
        ];
        for (what, words, name) in cases {
            assert_eq!(names.unused(words), name, "{what}");
        }
    }
}
