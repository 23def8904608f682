//! The small words inside a definition: how a value is written, how wide something is.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How a value is written, in the language of the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Format {
    /// As it is: `text`.
    Text,
    /// Grouped, with so many decimals or as many as the value has: `number`, `number:2`.
    Number(Option<u8>),
    /// Rounded to a whole number: `integer`.
    Integer,
    /// With the symbol of an ISO 4217 currency, and its usual decimals or so many: `currency:EUR`, `currency:EUR:0`.
    Currency {
        /// The three letters of the currency.
        code: String,
        /// The decimals; those usual for the currency when absent.
        digits: Option<u8>,
    },
    /// A fraction as a percentage, 0.125 as 12.5%: `percent`, `percent:1`.
    Percent(Option<u8>),
    /// A date, in a pattern of `strftime` or the usual one of the language: `date`, `date:%d.%m.%Y`.
    Date(Option<String>),
}

/// The currencies of ISO 4217 and those of the past that CLDR names; made by `local/cldr`.
const CURRENCIES: &str = include_str!("currencies.txt");
/// The most decimals a format may ask for.
const MAX_DIGITS: u8 = 12;
const FORMATS: &str =
    "use text, number, number:2, integer, currency:EUR, currency:EUR:0, percent, percent:1, date or date:%Y-%m-%d";

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Format, String> {
        let (name, argument) = match text.split_once(':') {
            Some((name, argument)) => (name, Some(argument)),
            None => (text, None),
        };
        match (name, argument) {
            ("text", None) => Ok(Format::Text),
            ("integer", None) => Ok(Format::Integer),
            ("number", digits) => Ok(Format::Number(parse_digits(digits)?)),
            ("percent", digits) => Ok(Format::Percent(parse_digits(digits)?)),
            ("currency", Some(code)) => parse_currency(code),
            ("date", pattern) => Ok(Format::Date(parse_pattern(pattern)?)),
            _ => Err(format!("unknown format `{text}`: {FORMATS}")),
        }
    }
}

fn parse_digits(digits: Option<&str>) -> Result<Option<u8>, String> {
    let Some(digits) = digits else {
        return Ok(None);
    };
    match digits.parse::<u8>() {
        Ok(count) if count <= MAX_DIGITS => Ok(Some(count)),
        _ => Err(format!("the number of digits `{digits}` must be between 0 and {MAX_DIGITS}")),
    }
}

fn parse_currency(argument: &str) -> Result<Format, String> {
    let (code, digits) = match argument.split_once(':') {
        Some((code, digits)) => (code, Some(digits)),
        None => (argument, None),
    };
    if CURRENCIES.split_ascii_whitespace().any(|known| known == code) {
        let (code, digits) = (code.to_owned(), parse_digits(digits)?);
        return Ok(Format::Currency { code, digits });
    }
    Err(format!("`{code}` is no currency: use the three capital letters of one of ISO 4217, such as currency:EUR"))
}

fn parse_pattern(pattern: Option<&str>) -> Result<Option<String>, String> {
    match pattern {
        None => Ok(None),
        Some(pattern) if pattern.contains('%') && pattern.len() <= 64 => Ok(Some(pattern.to_owned())),
        Some(pattern) => Err(format!("the date pattern `{pattern}` must hold strftime fields, such as date:%d.%m.%Y")),
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Format::Text => f.write_str("text"),
            Format::Number(None) => f.write_str("number"),
            Format::Number(Some(digits)) => write!(f, "number:{digits}"),
            Format::Integer => f.write_str("integer"),
            Format::Currency { code, digits: None } => write!(f, "currency:{code}"),
            Format::Currency { code, digits: Some(digits) } => write!(f, "currency:{code}:{digits}"),
            Format::Percent(None) => f.write_str("percent"),
            Format::Percent(Some(digits)) => write!(f, "percent:{digits}"),
            Format::Date(None) => f.write_str("date"),
            Format::Date(Some(pattern)) => write!(f, "date:{pattern}"),
        }
    }
}

impl TryFrom<String> for Format {
    type Error = String;

    fn try_from(text: String) -> Result<Format, String> {
        text.parse()
    }
}

impl From<Format> for String {
    fn from(format: Format) -> String {
        format.to_string()
    }
}

/// A width: `auto`, a share of what is left (`2fr`), a percentage (`60%`), or a measure (`30mm`, `4cm`, `90pt`, `1in`).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Value", into = "String")]
pub enum Length {
    /// What the content needs.
    Auto,
    /// A share of what is left.
    Share(f64),
    /// Percent of what is there.
    Percent(f64),
    /// Points, 1/72 inch.
    Points(f64),
}

const UNITS: [(&str, f64); 4] = [("pt", 1.0), ("mm", 72.0 / 25.4), ("cm", 72.0 / 2.54), ("in", 72.0)];
/// Wider than the widest paper is a mistake, and would let a report ask for a page of any size.
const MAX_POINTS: f64 = 1_200.0;

impl FromStr for Length {
    type Err = String;

    fn from_str(text: &str) -> Result<Length, String> {
        let length = if text == "auto" { Some(Length::Auto) } else { parse_measure(text) };
        length.ok_or_else(|| format!("`{text}` is no width: use auto, 2fr, 60%, 30mm, 4cm, 90pt or 1in"))
    }
}

fn parse_measure(text: &str) -> Option<Length> {
    let positive = |number: &str| number.parse::<f64>().ok().filter(|n| *n > 0.0 && *n <= MAX_POINTS);
    if let Some(number) = text.strip_suffix("fr") {
        return positive(number).map(Length::Share);
    }
    if let Some(number) = text.strip_suffix('%') {
        return positive(number).filter(|n| *n <= 100.0).map(Length::Percent);
    }
    let (number, factor) = UNITS.iter().find_map(|(unit, factor)| Some((text.strip_suffix(unit)?, *factor)))?;
    positive(number).map(|n| n * factor).filter(|n| *n <= MAX_POINTS).map(Length::Points)
}

impl TryFrom<Value> for Length {
    type Error = String;

    fn try_from(value: Value) -> Result<Length, String> {
        match value {
            Value::String(text) => text.parse(),
            // A bare number is points, as everywhere in documents.
            other => format!("{other}pt").parse(),
        }
    }
}

impl From<Length> for String {
    fn from(length: Length) -> String {
        match length {
            Length::Auto => "auto".to_owned(),
            Length::Share(n) => format!("{n}fr"),
            Length::Percent(n) => format!("{n}%"),
            Length::Points(n) => format!("{n}pt"),
        }
    }
}
