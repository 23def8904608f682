//! The few words that Imprint adds itself, by language.

use super::locale::ancestry;

const FILE: &str = include_str!("words.txt");

/// The words of a language; signs for one that is not in the list.
#[derive(Debug, Clone, Copy)]
pub struct Words {
    /// The label of a page, with `{page}` and `{pages}`.
    pub page: &'static str,
    /// The head of a row of totals.
    pub total: &'static str,
    /// What is summed up at the end of a list.
    pub other: &'static str,
    /// In the place of an empty chart or table.
    pub no_data: &'static str,
}

impl Words {
    /// The words of a language tag.
    pub fn of(tag: &str) -> Words {
        let line = |tag: &String| FILE.lines().find_map(|line| line.strip_prefix(tag.as_str())?.strip_prefix('\t'));
        let line = ancestry(tag).iter().find_map(line).unwrap_or_default();
        let mut words = line.split('\t');
        let mut next = || words.next().unwrap_or_default();
        Words { page: next(), total: next(), other: next(), no_data: next() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_of_the_nearest_language() {
        let cases = [
            ("de-AT", "Summe"),
            ("nb", "Sum"),
            ("zh-TW", "合計"),
            ("zh-CN", "合计"),
            ("pt-BR", "Total"),
            ("tlh", "Σ"),
            ("e", "Σ"),
        ];
        for (tag, total) in cases {
            assert_eq!(Words::of(tag).total, total, "{tag}");
        }
        assert!(FILE.lines().all(|line| line.split('\t').filter(|word| !word.is_empty()).count() == 5));
    }
}
