//! The marks of an axis: no more digits than the distance between two marks needs, and never too few to tell them apart.

use std::str::FromStr;

use domain::definition::Format;
use fixed_decimal::Decimal;

use super::number::rounded;
use super::{Writing, Written};

/// From this distance between marks on, numbers are shortened: 2M.
const COMPACT_STEP: i16 = 6;
/// Beyond it no language has words that readers know.
const COMPACT_MOST: i16 = 14;
/// A number with more places is easier to read as a power of ten, unless its mark is far larger.
const MOST_PLACES: i16 = 6;
const SMALL: i16 = -3;
/// A mark that is no multiple of the step has so many digits more than it.
const SPARE: i16 = 3;
/// Behind them a float has noise.
const FLOAT_DIGITS: i16 = 14;

/// How far apart the marks of an axis are.
#[derive(Clone, Copy)]
struct Step {
    /// The place of its first digit.
    first: i16,
    /// The place of its last digit.
    last: i16,
}

impl Writing {
    /// Writes a mark of an axis whose marks are `step` apart.
    ///
    /// # Errors
    /// A format for dates, or a mark that is infinite.
    pub fn axis(&self, mark: f64, format: Option<&Format>, step: f64) -> Written {
        let mut step = Step::of(step).ok_or_else(too_large)?;
        let mut decimal = Decimal::from_str(&mark.to_string()).map_err(|_| too_large())?;
        match format {
            Some(Format::Currency { code, .. }) => {
                let (digits, negative) = self.mark(decimal, step);
                Ok(self.amount(&digits, negative, code))
            }
            Some(Format::Percent(_)) => {
                decimal.absolute.multiply_pow10(2);
                step = Step { first: step.first + 2, last: step.last + 2 };
                let (digits, negative) = self.mark(decimal, step);
                Ok(self.percentage(&digits, negative))
            }
            Some(Format::Date(_)) => {
                Err("a date cannot be used for an axis of numbers: use number or currency".to_owned())
            }
            Some(Format::Text | Format::Number(_) | Format::Integer) | None => {
                let (digits, negative) = self.mark(decimal, step);
                Ok(self.signed(&digits, negative))
            }
        }
    }

    /// The digits of a mark, and whether it is negative.
    fn mark(&self, decimal: Decimal, step: Step) -> (String, bool) {
        let size = decimal.absolute.nonzero_magnitude_start();
        let mut decimal = rounded(decimal, (step.last - SPARE).max(size - FLOAT_DIGITS));
        let negative = decimal.sign() == fixed_decimal::Sign::Negative;
        decimal.absolute.trim_end();
        let size = decimal.absolute.nonzero_magnitude_start();
        let places = decimal.absolute.nonzero_magnitude_end().min(step.last);
        let shortened = || self.compact(&decimal, size);
        let digits = if decimal.absolute.is_zero() {
            None
        } else if step.first >= COMPACT_STEP {
            shortened().or_else(|| (size > COMPACT_MOST).then(|| self.scientific(&decimal)))
        } else if -places > MOST_PLACES && size <= SMALL {
            Some(self.scientific(&decimal))
        } else {
            None
        };
        let plain = |mut decimal: Decimal| {
            // Marks of one axis have the same places.
            if !decimal.absolute.is_zero() || places >= -MOST_PLACES {
                decimal.absolute.pad_end(step.last.min(0));
            }
            self.digits(decimal)
        };
        (digits.unwrap_or_else(|| plain(decimal.clone())), negative)
    }

    /// A large number in the short form of the language.
    fn compact(&self, decimal: &Decimal, size: i16) -> Option<String> {
        let compact = self.locale.compact.iter().find(|(power, _)| *power == size).map(|(_, pattern)| pattern)?;
        let shown = i16::try_from(compact.matches('0').count()).ok()?;
        let scaled = decimal.clone().absolute.multiplied_pow10(shown - 1 - size).trimmed_end();
        let pattern: String = compact.replace('\'', "");
        let start = pattern.find('0')?;
        let end = pattern.rfind('0')? + 1;
        Some(format!(
            "{}{}{}",
            &pattern[..start],
            self.digits(Decimal::new(fixed_decimal::Sign::None, scaled)),
            &pattern[end..]
        ))
    }
}

fn too_large() -> String {
    "the numbers are too large for one axis, or too far apart: use numbers between -1e300 and 1e300".to_owned()
}

impl Step {
    fn of(step: f64) -> Option<Step> {
        if !(step.is_finite() && step > 0.0) {
            return None;
        }
        // Three digits: steps are 1, 2, 2.5 or 5 times a power of ten, and what floats leave behind is none of them.
        let written = format!("{step:.2e}");
        let (mantissa, exponent) = written.split_once('e')?;
        let first: i16 = exponent.parse().ok()?;
        let places = mantissa.trim_end_matches('0').trim_end_matches('.').len().saturating_sub(2);
        Some(Step { first, last: first - i16::try_from(places).ok()? })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use jiff::tz::TimeZone;

    use super::*;

    fn writing(lang: &str) -> Writing {
        Writing::new(lang, TimeZone::UTC, "2026-03-31T10:00:00Z".parse().unwrap())
    }

    #[test]
    fn marks_are_as_short_as_they_can_be() {
        let cases = [
            ("en", 1_500_000.0, "number", 500_000.0, "1,500,000"),
            ("en", 4e9, "number", 1e9, "4B"),
            ("en", 2.5e6, "number", 2.5e6, "2.5M"),
            ("de", 4e9, "currency:EUR", 2e9, "4\u{a0}Mrd.\u{a0}€"),
            ("en", 4e9, "currency:EUR", 2e9, "€4B"),
            ("de-AT", 4e9, "currency:EUR", 2e9, "€\u{a0}4\u{a0}Mrd."),
            ("ja", 4e9, "number", 1e9, "40億"),
            ("en", 1_200_000_045.0, "number", 10.0, "1,200,000,045"),
            ("en", 0.30000000000000004, "number", 0.1, "0.3"),
            ("en", 0.5, "number", 0.25, "0.50"),
            ("en", 0.5, "percent", 0.25, "50%"),
            ("en", 1.5, "number", 1.0, "1.5"),
            ("en", 3e22, "number", 1e22, "3E22"),
            ("en", 0.025, "percent", 0.025, "2.5%"),
            ("en", -20.0, "number", 20.0, "−20"),
            ("en", 0.0, "number", 1e-300, "0"),
            ("en", 2e-300, "number", 1e-300, "2E−300"),
            ("en", 1.5e300, "number", 5e299, "1.5E300"),
            ("en", -4e9, "currency:USD", 1e9, "−$4B"),
            ("en", 1.0000001, "number", 1e-7, "1.0000001"),
        ];
        for (lang, mark, format, step, expected) in cases {
            let written = writing(lang).axis(mark, Some(&format.parse().unwrap()), step);
            assert_eq!(written.as_deref(), Ok(expected), "{mark} by {step} as {format} in {lang}");
        }
    }

    #[test]
    fn marks_that_differ_have_labels_that_differ() {
        for lang in ["en", "de", "ja", "hi", "ar-EG"] {
            let writing = writing(lang);
            for power in -300..=299 {
                for factor in [1.0, 2.0, 2.5, 5.0] {
                    let step = factor * 10_f64.powi(power);
                    let marks = (-3..=6).map(|n| writing.axis(f64::from(n) * step, None, step).unwrap());
                    let labels: HashSet<String> = marks.collect();
                    assert_eq!(labels.len(), 10, "{step} in {lang}: {labels:?}");
                    assert!(labels.iter().all(|label| label.chars().count() < 20), "{labels:?}");
                }
            }
        }
    }

    #[test]
    fn what_cannot_be_marked_is_refused() {
        for (mark, step) in [(f64::NAN, 1.0), (f64::INFINITY, 1.0), (1.0, 0.0), (1.0, f64::NAN)] {
            assert!(writing("en").axis(mark, None, step).is_err(), "{mark} by {step}");
        }
        assert!(writing("en").axis(1.0, Some(&Format::Date(None)), 1.0).unwrap_err().contains("date"));
    }
}
