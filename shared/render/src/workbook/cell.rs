//! What a value becomes in a cell: itself where a workbook can hold it without a change, else its text.

use domain::definition::Format;
use jiff::civil::DateTime;
use rust_xlsxwriter::ExcelDateTime;
use serde_json::Value;

use crate::table::Total;
use crate::writing::{Writing, plain};

/// A spreadsheet keeps this many digits of a number and replaces the rest by zeros.
const MAX_DIGITS: usize = 15;
/// The first year that every spreadsheet counts from.
const FIRST_YEAR: i16 = 1900;

/// What is written into a cell.
#[derive(Debug, PartialEq)]
pub enum Cell {
    Empty,
    Number(f64),
    Truth(bool),
    /// As the days since the end of 1899.
    Time(f64),
    Text(String),
}

impl Cell {
    /// The value itself, where a cell can hold it, else as text.
    pub fn of(value: &Value, format: Option<&Format>, writing: &Writing) -> Self {
        let cell = match (format, value) {
            (_, Value::Null) => Some(Self::Empty),
            (Some(Format::Text), _) => None,
            (Some(_), Value::String(text)) if text.trim().is_empty() => Some(Self::Empty),
            (Some(Format::Date(_)), _) => writing.civil(value).ok().and_then(time).map(Self::Time),
            (_, Value::Number(number)) => exact(&number.to_string()).map(Self::Number),
            (None, Value::Bool(truth)) => Some(Self::Truth(*truth)),
            (None, _) => None,
            (Some(_), Value::String(text)) => exact(text.trim()).map(Self::Number),
            (Some(_), _) => None,
        };
        cell.unwrap_or_else(|| Self::text(&plain(value)))
    }

    /// XML has no place for two of the letters.
    pub fn text(text: &str) -> Self {
        Self::Text(text.replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}"))
    }
}

impl From<&Total> for Cell {
    fn from(total: &Total) -> Self {
        match total {
            Total::Sum(sum) => {
                let sum = sum.to_string();
                exact(&sum).map_or_else(|| Self::text(&sum), Self::Number)
            }
            Total::Label(words) => Self::text(words),
            Total::Blank => Self::Empty,
        }
    }
}

/// The number that a text is, unless a spreadsheet would change its digits before the decimal point: a long whole number is an id or
/// an account, and a wrong digit makes it another one. Digits behind the point are rounded, and so are numbers with an exponent.
pub fn exact(text: &str) -> Option<f64> {
    let number: f64 = text.parse().ok().filter(|number: &f64| number.is_finite())?;
    let whole = text.split('.').next().unwrap_or_default().trim_start_matches(['+', '-', '0']);
    let significant = if text.contains('.') { whole } else { whole.trim_end_matches('0') };
    (text.contains(['e', 'E']) || significant.len() <= MAX_DIGITS).then_some(number)
}

/// A time as a workbook has it, which begins in 1900.
fn time(time: DateTime) -> Option<f64> {
    let small = |number: i8| u8::try_from(number).ok();
    let year = u16::try_from(time.year()).ok().filter(|_| time.year() >= FIRST_YEAR)?;
    let day = ExcelDateTime::from_ymd(year, small(time.month())?, small(time.day())?).ok()?;
    let time = day.and_hms(u16::try_from(time.hour()).ok()?, small(time.minute())?, small(time.second())?).ok()?;
    Some(time.to_excel())
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;
    use serde_json::json;

    use super::*;

    fn cell(value: &Value, format: &str) -> Cell {
        let writing = Writing::new("en", TimeZone::UTC, "2026-03-31T10:00:00Z".parse().unwrap());
        let format: Option<Format> = (!format.is_empty()).then(|| format.parse().unwrap());
        Cell::of(value, format.as_ref(), &writing)
    }

    #[test]
    fn digits_that_a_spreadsheet_would_change_are_text() {
        let text = |text: &str| Cell::Text(text.to_owned());
        let cases = [
            ("the largest of 64 bits with a sign", json!(i64::MAX), text("9223372036854775807")),
            ("the largest of 64 bits", json!(u64::MAX), text("18446744073709551615")),
            ("one more than a float can count", json!(9_007_199_254_740_993_u64), text("9007199254740993")),
            ("a negative id", json!(-352_776_136_104_522_811_i64), text("-352776136104522811")),
            ("sixteen digits", json!(4_111_111_111_111_111_u64), text("4111111111111111")),
            ("fifteen digits", json!(999_999_999_999_999_u64), Cell::Number(999_999_999_999_999.0)),
            ("a round number", json!(12_000_000_000_000_000_000_u64), Cell::Number(1.2e19)),
            ("a float of many digits", json!(0.1 + 0.2), Cell::Number(0.1 + 0.2)),
            ("a huge float", json!(1e300), Cell::Number(1e300)),
            ("a float above the whole numbers", json!(1.2e16), Cell::Number(1.2e16)),
        ];
        for (what, value, expected) in cases {
            for format in ["", "integer", "number:0"] {
                assert_eq!(cell(&value, format), expected, "{what} by {format:?}");
            }
            assert!(matches!(cell(&value, "text"), Cell::Text(_)), "{what} as text");
        }
    }

    #[test]
    fn a_text_is_a_number_where_the_column_says_so() {
        let cases = [
            ("12", Some(12.0)),
            (" -12.5 ", Some(-12.5)),
            ("1234567890123456.78", None),
            ("0.33333333333333333333", Some(1.0 / 3.0)),
            ("000000000000000000012", Some(12.0)),
            ("1e400", None),
            ("NaN", None),
            ("inf", None),
            ("12 apples", None),
        ];
        for (text, number) in cases {
            let expected = number.map_or_else(|| Cell::Text(text.to_owned()), Cell::Number);
            assert_eq!(cell(&json!(text), "number:2"), expected, "{text}");
            assert_eq!(cell(&json!(text), ""), Cell::Text(text.to_owned()), "{text} without a format");
        }
    }

    #[test]
    fn nothing_is_a_blank_cell() {
        for format in ["integer", "number:2", "percent", "currency:EUR", "date"] {
            for value in [json!(null), json!(""), json!("  ")] {
                assert_eq!(cell(&value, format), Cell::Empty, "{value} by {format}");
            }
        }
        assert_eq!(cell(&json!(null), ""), Cell::Empty);
        assert_eq!(cell(&json!(""), ""), Cell::Text(String::new()));
    }

    #[test]
    fn a_date_before_1900_is_text() {
        for (text, is_time) in [
            ("1815-06-18", false),
            ("1899-12-31", false),
            ("1900-01-01", true),
            ("9999-12-31", true),
            ("-0044-03-15", false),
        ] {
            assert_eq!(matches!(cell(&json!(text), "date"), Cell::Time(_)), is_time, "{text}");
        }
    }
}
