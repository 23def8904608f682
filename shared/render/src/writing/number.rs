//! From a value of the data to a decimal number, with all its digits.

use std::str::FromStr;

use fixed_decimal::{Decimal, Sign, SignedRoundingMode, UnsignedRoundingMode};
use serde_json::{Number, Value};

/// The digits that a number may have on each side of its point.
const MAX_DIGITS: i16 = 1_000;
/// The digits of a binary fraction that say something; behind them is what its form leaves over, as in 0.30000000000000004.
const FLOAT_DIGITS: i16 = 15;
/// Zeros that only give the size of a number: more of them are written as a power of ten.
pub const MAX_ZEROS: i16 = 24;

/// The number that a value stands for; none for what is blank: null, an empty text, and the NaN of other programs.
///
/// # Errors
/// A value that is no number, or one of more than 1,000 digits.
pub fn decimal(value: &Value) -> Result<Option<Decimal>, String> {
    match value {
        Value::Null => Ok(None),
        Value::Number(number) => parse(number.as_str()).map(|decimal| Some(without_noise(number, decimal))),
        Value::String(text) if is_blank(text) => Ok(None),
        Value::String(text) => parse(text.trim()).map(Some),
        other => Err(format!("`{other}` is no number")),
    }
}

/// Whether a value stands for nothing where a number or a date is expected.
pub fn is_blank(text: &str) -> bool {
    let text = text.trim();
    text.is_empty() || text.eq_ignore_ascii_case("nan")
}

fn parse(text: &str) -> Result<Decimal, String> {
    let (mantissa, exponent) = text.split_once(['e', 'E']).map_or((text, ""), |(mantissa, rest)| (mantissa, rest));
    let exponent = exponent.strip_prefix('+').unwrap_or(exponent);
    let written = if mantissa.len() == text.len() { text.to_owned() } else { format!("{mantissa}e{exponent}") };
    let mut decimal = Decimal::from_str(&written).map_err(|error| match error {
        fixed_decimal::ParseError::Limit => too_long(text),
        _ => format!("`{text}` is no number"),
    })?;
    if decimal.absolute.nonzero_magnitude_start() > MAX_DIGITS || decimal.absolute.nonzero_magnitude_end() < -MAX_DIGITS
    {
        return Err(too_long(text));
    }
    decimal.absolute.trim_start();
    decimal.absolute.trim_end();
    if decimal.absolute.is_zero() || decimal.sign() == Sign::Positive {
        decimal.set_sign(Sign::None);
    }
    Ok(decimal)
}

fn too_long(text: &str) -> String {
    let start: String = text.chars().take(40).collect();
    format!("`{start}` has more than {MAX_DIGITS} digits before or behind its point")
}

/// A float without the noise behind its 15th digit. What no float is, has its digits on purpose.
fn without_noise(number: &Number, mut decimal: Decimal) -> Decimal {
    let (start, end) = (decimal.absolute.nonzero_magnitude_start(), decimal.absolute.nonzero_magnitude_end());
    let is_float = || number.as_f64().is_some_and(|float| is_same_number(number.as_str(), &float.to_string()));
    if end < 0 && start - end >= FLOAT_DIGITS && is_float() {
        decimal = rounded(decimal, start - FLOAT_DIGITS + 1);
        decimal.absolute.trim_end();
    }
    decimal
}

/// Rounds as people do by hand: a half goes away from zero.
pub fn rounded(mut decimal: Decimal, position: i16) -> Decimal {
    const MODE: SignedRoundingMode = SignedRoundingMode::Unsigned(UnsignedRoundingMode::HalfExpand);
    decimal.round_with_mode(position, MODE);
    decimal.absolute.trim_start();
    if decimal.absolute.is_zero() {
        decimal.set_sign(Sign::None);
    }
    decimal
}

/// Whether two texts are the same number.
pub fn is_same_number(one: &str, other: &str) -> bool {
    matches!((parse(one), parse(other)), (Ok(one), Ok(other)) if one == other)
}

/// A value as it is, for cells and texts without a format: numbers with the digits of the data, and without an exponent.
pub fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        Value::Number(number) => digits(number.as_str()),
        other => other.to_string(),
    }
}

fn digits(text: &str) -> String {
    if !text.contains(['e', 'E']) {
        return text.strip_suffix(".0").unwrap_or(text).to_owned();
    }
    match parse(text) {
        Ok(decimal) if zeros(&decimal) <= MAX_ZEROS => decimal.to_string(),
        _ => text.to_owned(),
    }
}

/// The zeros between the digits of a number and its point.
pub fn zeros(decimal: &Decimal) -> i16 {
    let (start, end) = (decimal.absolute.nonzero_magnitude_start(), decimal.absolute.nonzero_magnitude_end());
    end.max(-start - 1).max(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> Value {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn a_number_keeps_its_digits() {
        let cases = [
            ("9007199254740993", "9007199254740993"),
            ("18446744073709551615", "18446744073709551615"),
            (
                "123456789012345678901234567890.123456789012345678901",
                "123456789012345678901234567890.123456789012345678901",
            ),
            ("1.2e16", "12000000000000000"),
            ("1.2E+16", "12000000000000000"),
            ("1.2e-7", "0.00000012"),
            ("-0.0", "0"),
            ("1.50", "1.5"),
            ("0.30000000000000004", "0.3"),
            ("9007199254740993.0", "9007199254740993"),
            ("\" 12.50 \"", "12.5"),
            ("\"+5\"", "5"),
            ("\"0.30000000000000004\"", "0.30000000000000004"),
        ];
        for (text, expected) in cases {
            assert_eq!(decimal(&json(text)).unwrap().unwrap().to_string(), expected, "{text}");
        }
        for blank in ["null", "\"\"", "\"  \"", "\"NaN\"", "\"nan\""] {
            assert_eq!(decimal(&json(blank)), Ok(None), "{blank}");
        }
    }

    #[test]
    fn what_is_no_number_is_named() {
        let cases = [
            ("\"many\"", "`many` is no number"),
            ("true", "`true` is no number"),
            ("\"Infinity\"", "`Infinity` is no number"),
            ("\"1,234\"", "`1,234` is no number"),
            ("1e1001", "`1e+1001` has more than 1000 digits before or behind its point"),
            ("1e-99999999", "has more than 1000 digits"),
        ];
        for (text, expected) in cases {
            let error = decimal(&json(text)).unwrap_err();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }

    #[test]
    fn a_value_without_a_format_is_as_the_data_has_it() {
        let cases = [
            ("1200.0", "1200"),
            ("12.50", "12.50"),
            ("1.2e-7", "0.00000012"),
            ("1e25", "1e+25"),
            ("1e21", "1000000000000000000000"),
            ("0.30000000000000004", "0.30000000000000004"),
            ("true", "true"),
            ("null", ""),
            ("\"1.0\"", "1.0"),
        ];
        for (text, expected) in cases {
            assert_eq!(plain(&json(text)), expected, "{text}");
        }
    }
}
