//! How the marks of an axis of values are written: as the report's language does it, and with a power of ten where that would be a row of zeros.
//!
//! A mark is a decimal number from the scale to the page, so that two marks never look alike.

use std::collections::HashSet;

use domain::definition::Format;
use serde_json::Value;

use super::scale::{Mark, Scale};
use crate::writing::Writing;

/// From ten to this power on numbers are written with a power of ten.
const POWERS_FROM: i32 = 15;
/// Below ten to this power, too.
const POWERS_BELOW: i32 = -4;

/// Writes numbers of a chart in the language of the report.
pub struct Numbers<'a> {
    writing: &'a Writing,
    format: Option<&'a Format>,
}

/// How all marks of one axis are written.
#[derive(Clone, Copy)]
enum Notation {
    InFull,
    PowerOfTen(i32),
}

type Written = Result<String, String>;

impl<'a> Numbers<'a> {
    /// # Errors
    /// For a format of dates.
    pub fn new(writing: &'a Writing, format: Option<&'a Format>) -> Result<Numbers<'a>, String> {
        if matches!(format, Some(Format::Date(_))) {
            return Err("a date cannot be used for an axis of numbers: use number or currency".to_owned());
        }
        Ok(Numbers { writing, format })
    }

    /// The marks of an axis with their places.
    ///
    /// # Errors
    /// When the format cannot be used.
    pub fn marks(&self, scale: &Scale) -> Result<Vec<(f64, String)>, String> {
        let marks: Vec<(f64, Mark)> = scale.marks().collect();
        let largest = marks.iter().map(|(_, mark)| top(self.in_percent(*mark))).max().unwrap_or(0);
        if (POWERS_BELOW..POWERS_FROM).contains(&largest) {
            let written: Result<Vec<(f64, String)>, String> =
                marks.iter().map(|(place, mark)| Ok((*place, self.usual(*mark, scale.step())?))).collect();
            if let Some(written) = written.ok().filter(|written| differ(written)) {
                return Ok(written);
            }
        }
        let powers = !(POWERS_BELOW..POWERS_FROM).contains(&largest);
        let notation = if powers { Notation::PowerOfTen(largest) } else { Notation::InFull };
        let write = |(place, mark)| Ok((place, self.mark(self.in_percent(mark), notation)?));
        marks.into_iter().map(write).collect()
    }

    /// A mark as all numbers of an axis are written, which may be in short.
    fn usual(&self, mark: Mark, step: Mark) -> Written {
        let number = |mark: Mark| format!("{}e{}", mark.digits, mark.power).parse().unwrap_or(f64::NAN);
        self.writing.axis(number(mark), self.format, number(step))
    }

    /// One value, as the format says or, where that would be a row of zeros, with a power of ten.
    ///
    /// # Errors
    /// When the format cannot be used.
    pub fn value(&self, value: f64) -> Written {
        let power = value.abs().log10().floor();
        if value == 0.0 || (f64::from(POWERS_BELOW)..f64::from(POWERS_FROM)).contains(&power) {
            return self.writing.format(&Value::from(value), self.format);
        }
        // The shortest digits that are this float and no other.
        let shortest = format!("{value:e}");
        let (digits, power) = shortest.split_once('e').unwrap_or((&shortest, "0"));
        let decimals = digits.split_once('.').map_or(0, |(_, decimals)| decimals.len() as i32);
        let mark = Mark {
            digits: digits.replace('.', "").parse().unwrap_or(0),
            power: power.parse::<i32>().unwrap_or(0) - decimals,
        };
        let mark = self.in_percent(mark);
        self.mark(mark, Notation::PowerOfTen(top(mark)))
    }

    fn in_percent(&self, mark: Mark) -> Mark {
        let percent = matches!(self.format, Some(Format::Percent(_)));
        if percent { Mark { power: mark.power + 2, ..mark } } else { mark }
    }

    fn mark(&self, mark: Mark, notation: Notation) -> Written {
        let size = mark.digits.abs();
        let number = match notation {
            _ if size == 0 => self.plain(0, 0)?,
            Notation::InFull => self.plain(size, mark.power)?,
            Notation::PowerOfTen(power) => {
                format!("{}×10{}", self.plain(size, mark.power - power)?, superscript(power))
            }
        };
        self.in_format(&number, mark.digits < 0)
    }

    /// A number without sign, in the digits of the language.
    fn plain(&self, digits: i128, power: i32) -> Written {
        let decimals = u8::try_from(-power.min(0)).unwrap_or(u8::MAX);
        self.writing.format(&decimal(digits, power).into(), Some(&Format::Number(Some(decimals))))
    }

    /// Puts sign, currency or percent to a number, in the way of the language: as it writes them to a one.
    fn in_format(&self, number: &str, negative: bool) -> Written {
        let (format, one) = match self.format {
            Some(Format::Percent(_)) => (Format::Percent(Some(0)), "0.01"),
            Some(Format::Currency { code, .. }) => (Format::Currency { code: code.clone(), digits: Some(0) }, "1"),
            _ => (Format::Number(Some(0)), "1"),
        };
        let sample = if negative { format!("-{one}") } else { one.to_owned() };
        let sample = self.writing.format(&sample.into(), Some(&format))?;
        Ok(sample.replacen(&self.plain(1, 0)?, number, 1))
    }
}

/// Whether no two marks look alike.
fn differ(marks: &[(f64, String)]) -> bool {
    marks.iter().map(|(_, text)| text).collect::<HashSet<_>>().len() == marks.len()
}

/// The power of ten of a mark's first digit.
fn top(mark: Mark) -> i32 {
    if mark.digits == 0 { i32::MIN } else { mark.digits.abs().ilog10() as i32 + mark.power }
}

/// A number in digits alone, as `12.50` for 1250 and -2.
fn decimal(digits: i128, power: i32) -> String {
    let digits = digits.to_string();
    if power >= 0 {
        return digits + &"0".repeat(power.unsigned_abs() as usize);
    }
    let decimals = power.unsigned_abs() as usize;
    let padded = format!("{digits:0>width$}", width = decimals + 1);
    let (whole, rest) = padded.split_at(padded.len() - decimals);
    format!("{whole}.{rest}")
}

fn superscript(power: i32) -> String {
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let raised = |c: char| c.to_digit(10).map_or('⁻', |digit| DIGITS[digit as usize]);
    power.to_string().chars().map(raised).collect()
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;
    use proptest::prelude::*;

    use super::*;

    fn marks(lang: &str, format: &str, values: &[f64]) -> Vec<String> {
        let writing = Writing::new(lang, TimeZone::UTC, "2026-03-31T10:00:00Z".parse().unwrap());
        let format: Option<Format> = (!format.is_empty()).then(|| format.parse().unwrap());
        let numbers = Numbers::new(&writing, format.as_ref()).unwrap();
        let scale = Scale::of(values.iter().copied(), false, 4);
        numbers
            .marks(&scale)
            .unwrap()
            .into_iter()
            .map(|(_, text)| text.replace('\u{a0}', " ").replace('−', "-"))
            .collect()
    }

    #[test]
    fn marks_are_written_as_short_as_they_can_be_told_apart() {
        type Case = (&'static str, &'static str, &'static str, &'static [f64], &'static [&'static str]);
        let cases: [Case; 8] = [
            ("small", "en", "", &[0.0, 4.0], &["0", "1", "2", "3", "4"]),
            ("fractions", "de", "", &[0.0, 0.2], &["0,00", "0,05", "0,10", "0,15", "0,20"]),
            ("thousands", "en", "integer", &[0.0, 8e5], &["0", "200,000", "400,000", "600,000", "800,000"]),
            (
                "a meter",
                "en",
                "",
                &[1.2e9, 1.2e9 + 18.0],
                &["1,200,000,000", "1,200,000,005", "1,200,000,010", "1,200,000,015", "1,200,000,020"],
            ),
            ("petabytes", "en", "", &[0.0, 4e16], &["0", "1×10¹⁶", "2×10¹⁶", "3×10¹⁶", "4×10¹⁶"]),
            ("beyond all", "en", "", &[0.0, 1e308], &["0", "0.25×10³⁰⁸", "0.50×10³⁰⁸", "0.75×10³⁰⁸", "1.00×10³⁰⁸"]),
            ("tiny", "en", "", &[-2e-6, 2e-6], &["-2×10⁻⁶", "-1×10⁻⁶", "0", "1×10⁻⁶", "2×10⁻⁶"]),
            ("shares", "en", "percent:1", &[0.0, 0.04], &["0%", "1%", "2%", "3%", "4%"]),
        ];
        for (what, lang, format, values, expected) in cases {
            assert_eq!(marks(lang, format, values), expected, "{what}");
        }
    }

    #[test]
    fn a_value_of_any_size_is_written() {
        let writing = Writing::new("en", TimeZone::UTC, "2026-03-31T10:00:00Z".parse().unwrap());
        let euro: Format = "currency:EUR".parse().unwrap();
        let numbers = Numbers::new(&writing, Some(&euro)).unwrap();
        let cases = [(0.0, "€0.00"), (12.5, "€12.50"), (-1.25e300, "-€1.25×10³⁰⁰"), (3e-7, "€3×10⁻⁷")];
        for (value, text) in cases {
            assert_eq!(numbers.value(value).unwrap().replace('−', "-"), text);
        }
    }

    proptest! {
        #[test]
        fn no_two_marks_look_alike(digits in 1.0..10.0f64, power in -305..305i32, spread in 0.0..14.0f64, format in 0..3usize) {
            let low: f64 = format!("{digits}e{power}").parse().unwrap();
            let high = low + low * 10_f64.powf(-spread);
            let marks = marks("de", ["", "currency:EUR", "percent"][format], &[low, high]);
            let distinct: HashSet<&String> = marks.iter().collect();
            prop_assert_eq!(distinct.len(), marks.len(), "{:?}", marks);
        }
    }
}
