//! What CLDR says about a locale. `locales.txt` is made by `local/cldr`: in each line a tag and what differs from its parent.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::{Map, Value};

/// The symbols, patterns and names of one locale.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Locale {
    pub minus: String,
    pub plus: String,
    pub percent_sign: String,
    /// What stands between a number and its power of ten.
    pub exponential: String,
    /// The decimal sign of amounts, where it is not that of numbers.
    pub currency_decimal: Option<String>,
    /// What groups the digits of amounts, where it is not that of numbers.
    pub currency_group: Option<String>,
    pub percent: String,
    pub currency: String,
    /// The pattern for a symbol that ends with a letter beside the digits.
    pub currency_letters: String,
    /// How a power of ten is shortened: `0K` for thousands.
    pub compact: Vec<(i16, String)>,
    pub symbols: BTreeMap<String, String>,
    /// The usual date, in fields of strftime.
    pub date: String,
    pub months: Vec<String>,
    pub months_alone: Vec<String>,
    pub short_months: Vec<String>,
    pub short_months_alone: Vec<String>,
    /// From Sunday on.
    pub days: Vec<String>,
    pub short_days: Vec<String>,
    /// Before and after noon.
    pub halves: Vec<String>,
    /// Whether it is written from right to left.
    pub rtl: bool,
}

const ROOT: &str = "und";
const FILE: &str = include_str!("locales.txt");

/// The lines of the file by their tags.
static LINES: LazyLock<HashMap<&str, &str>> =
    LazyLock::new(|| FILE.lines().filter_map(|line| line.split_once('\t')).collect());

impl Locale {
    /// The locale of a language tag, or of the nearest one that CLDR knows.
    pub fn of(tag: &str) -> Locale {
        let mut merged = Map::new();
        for line in ancestry(tag).iter().rev().filter_map(|tag| LINES.get(tag.as_str())) {
            // The file is part of the program, and a test reads each line of it.
            let own: Map<String, Value> = serde_json::from_str(line).unwrap_or_default();
            own.into_iter().for_each(|(key, value)| merge(&mut merged, key, value));
        }
        serde_json::from_value(Value::Object(merged)).unwrap_or_default()
    }
}

/// A locale's symbols are added to those of its parent; all else takes the place of the parent's.
fn merge(merged: &mut Map<String, Value>, key: String, value: Value) {
    match (merged.get_mut(&key), value) {
        (Some(Value::Object(known)), Value::Object(own)) => known.extend(own),
        (_, value) => drop(merged.insert(key, value)),
    }
}

/// A tag and its parents, the nearest first: `es-MX`, `es-419`, `es`, `und`.
pub fn ancestry(tag: &str) -> Vec<String> {
    const DEEPEST: usize = 10;
    let mut tags = vec![tag.to_owned()];
    while let Some(last) = tags.last().filter(|last| *last != ROOT && tags.len() < DEEPEST) {
        let parent = match (PARENTS.get(last.as_str()), last.rsplit_once('-')) {
            (Some(parent), _) => parent.clone(),
            (None, Some((parent, _))) => parent.to_owned(),
            (None, None) => ROOT.to_owned(),
        };
        tags.push(parent);
    }
    tags
}

/// The parents that are not the tag without its last part.
static PARENTS: LazyLock<HashMap<String, String>> = LazyLock::new(|| table("#parents"));
/// The decimals of currencies that do not have two.
static FRACTIONS: LazyLock<HashMap<String, u8>> = LazyLock::new(|| table("#fractions"));

fn table<T: for<'de> Deserialize<'de> + Default>(name: &str) -> T {
    LINES.get(name).and_then(|line| serde_json::from_str(line).ok()).unwrap_or_default()
}

/// The decimals that amounts of a currency usually have: by ISO 4217, and by CLDR for one of the past.
pub fn usual_digits(code: &str) -> u8 {
    match iso_currency::Currency::from_code(code).and_then(|currency| currency.exponent()) {
        Some(digits) => u8::try_from(digits).unwrap_or(2),
        None => FRACTIONS.get(code).copied().unwrap_or(2),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locale_has_its_parents() {
        let cases = [
            ("es-MX", "es-MX es-419 es und"),
            ("en-AU", "en-AU en-001 en und"),
            ("zh-TW", "zh-TW zh-Hant-TW zh-Hant und"),
            ("iw", "iw he und"),
            ("tlh", "tlh und"),
        ];
        for (tag, expected) in cases {
            assert_eq!(ancestry(tag).join(" "), expected);
        }
    }

    #[test]
    fn every_locale_of_the_file_is_whole() {
        for tag in LINES.keys().filter(|tag| !tag.starts_with('#')) {
            let locale = Locale::of(tag);
            assert_eq!((locale.months.len(), locale.days.len(), locale.currency.contains('¤')), (12, 7, true), "{tag}");
        }
    }

    #[test]
    fn a_currency_has_its_usual_decimals() {
        for (code, digits) in [("EUR", 2), ("JPY", 0), ("KWD", 3), ("ITL", 0), ("DEM", 2), ("XAU", 2)] {
            assert_eq!(usual_digits(code), digits, "{code}");
        }
    }
}
