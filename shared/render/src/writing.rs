//! How numbers, amounts and dates are written in the language of a report.

use std::str::FromStr;

use domain::definition::Format;
use fixed_decimal::{Sign, SignedRoundingMode, UnsignedRoundingMode};
use icu_decimal::DecimalFormatter;
use icu_decimal::input::Decimal;
use icu_decimal::options::DecimalFormatterOptions;
use icu_locale_core::Locale;
use jiff::civil::DateTime;
use jiff::{Timestamp, tz::TimeZone};
use serde_json::Value;

mod language;

use language::Language;

/// Writes values in one language, and times as they are told in one place.
pub struct Writing {
    language: Language,
    decimals: Option<DecimalFormatter>,
    zone: TimeZone,
    now: DateTime,
}

/// A mistake, as a sentence about the value.
type Written = Result<String, String>;

impl Writing {
    /// Writes in `lang`, such as `de` or `en-GB`; `date` is the date of the report.
    pub fn new(lang: &str, zone: TimeZone, date: Timestamp) -> Writing {
        let locale = Locale::from_str(lang).unwrap_or(Locale::UNKNOWN);
        let options = DecimalFormatterOptions::default();
        Writing {
            language: Language::of(lang),
            decimals: DecimalFormatter::try_new((&locale).into(), options).ok(),
            now: zone.to_datetime(date),
            zone,
        }
    }

    /// The date and time of the report, as they are told where it is read.
    pub fn now(&self) -> DateTime {
        self.now
    }

    /// The date of the report as `2026-03-31`.
    pub fn today(&self) -> String {
        self.now.date().to_string()
    }

    /// The date of the report as people write it.
    pub fn date(&self) -> String {
        self.write_date(self.now, self.language.date).unwrap_or_else(|_| self.today())
    }

    /// "Page 1 of 3", with `{page}` and `{pages}` for the numbers.
    pub fn page_label(&self) -> &'static str {
        self.language.page
    }

    /// The head of a row of totals.
    pub fn total_label(&self) -> &'static str {
        self.language.total
    }

    /// Writes a value by a format, or as its type suggests; nothing for null.
    pub fn format(&self, value: &Value, format: Option<&Format>) -> Written {
        match (format, value) {
            (_, Value::Null) => Ok(String::new()),
            (None, Value::Number(_)) => self.number(value, None),
            (None | Some(Format::Text), _) => Ok(plain(value)),
            (Some(Format::Number(digits)), _) => self.number(value, *digits),
            (Some(Format::Integer), _) => self.number(value, Some(0)),
            (Some(Format::Percent(digits)), _) => self.percent(value, *digits),
            (Some(Format::Currency { code, digits }), _) => self.currency(value, code, *digits),
            (Some(Format::Date(pattern)), _) => {
                self.write_date(self.civil(value)?, pattern.as_deref().unwrap_or(self.language.date))
            }
        }
    }

    /// The date and time of a value: an instant as it is told where the report is read, all others as they stand.
    pub fn civil(&self, value: &Value) -> Result<DateTime, String> {
        let Value::String(text) = value else {
            return Err(format!("`{value}` is no date: use a string such as 2026-03-31"));
        };
        if let Ok(instant) = text.parse::<Timestamp>() {
            return Ok(self.zone.to_datetime(instant));
        }
        text.parse::<DateTime>()
            .map_err(|_| format!("`{text}` is no date: use a form such as 2026-03-31 or 2026-03-31T14:30:00Z"))
    }

    /// The pattern by which dates are written, unless a format has its own.
    pub fn date_pattern(&self) -> &'static str {
        self.language.date
    }

    /// Digits, or marks that stand for them, with the symbol of a currency where the language has it. The symbol is in quotes.
    pub fn quoted_currency(&self, digits: &str, code: &str) -> String {
        let symbol = symbol_of(code);
        self.language.with_symbol(digits, &symbol).replace(&symbol, &format!("\"{symbol}\""))
    }

    /// A change as a percentage with its sign.
    pub fn change(&self, fraction: f64) -> String {
        let text = self.percent(&Value::from(fraction), Some(1)).unwrap_or_default();
        if fraction > 0.0 { format!("+{text}") } else { text }
    }

    /// A share of a whole as a percentage.
    pub fn share(&self, fraction: f64) -> String {
        self.percent(&Value::from(fraction), Some(1)).unwrap_or_default()
    }

    /// Writes a mark of an axis: as the format says, but with no more digits than the distance between two marks needs.
    pub fn axis(&self, mark: f64, format: Option<&Format>, step: f64) -> Written {
        let mark = &Value::from(mark);
        match format {
            Some(Format::Currency { code, .. }) => {
                let symbol = symbol_of(code);
                Ok(self.language.with_symbol(&self.number(mark, Some(digits_of(step)))?, &symbol))
            }
            Some(Format::Percent(_)) => self.percent(mark, Some(digits_of(step * 100.0))),
            Some(Format::Date(_)) => {
                Err("a date cannot be used for an axis of numbers: use number or currency".to_owned())
            }
            Some(Format::Text | Format::Number(_) | Format::Integer) | None => self.number(mark, Some(digits_of(step))),
        }
    }

    fn number(&self, value: &Value, digits: Option<u8>) -> Written {
        Ok(self.grouped(rounded(parse_decimal(value)?, digits)))
    }

    fn percent(&self, value: &Value, digits: Option<u8>) -> Written {
        let mut decimal = parse_decimal(value)?;
        decimal.absolute.multiply_pow10(2);
        let number = self.grouped(rounded(decimal, Some(digits.unwrap_or(1))));
        Ok(if self.language.spaced_percent { format!("{number}\u{a0}%") } else { format!("{number}%") })
    }

    fn currency(&self, value: &Value, code: &str, digits: Option<u8>) -> Written {
        let digits = digits.unwrap_or_else(|| usual_digits(code));
        let number = self.grouped(rounded(parse_decimal(value)?, Some(digits)));
        Ok(self.language.with_symbol(&number, &symbol_of(code)))
    }

    fn grouped(&self, decimal: Decimal) -> String {
        match &self.decimals {
            Some(formatter) => formatter.format(&decimal).to_string(),
            None => decimal.to_string(),
        }
    }

    fn write_date(&self, date: DateTime, pattern: &str) -> Written {
        jiff::fmt::strtime::format(pattern, date)
            .map_err(|error| format!("the date pattern `{pattern}` cannot be used: {error}"))
    }
}

/// The decimals that amounts of a currency usually have.
pub fn usual_digits(code: &str) -> u8 {
    let usual = iso_currency::Currency::from_code(code).and_then(|currency| currency.exponent());
    usual.and_then(|digits| u8::try_from(digits).ok()).unwrap_or(2)
}

/// The symbol of a currency as it is known abroad: a bare "$" would not tell dollars apart.
fn symbol_of(code: &str) -> String {
    match (code, iso_currency::Currency::from_code(code)) {
        ("USD", _) => "$".to_owned(),
        ("CAD", _) => "CA$".to_owned(),
        ("AUD", _) => "A$".to_owned(),
        ("CNY", _) => "CN¥".to_owned(),
        ("CHF", _) | (_, None) => code.to_owned(),
        (_, Some(currency)) => currency.symbol().to_string(),
    }
}

/// The decimals that marks so far apart need.
fn digits_of(step: f64) -> u8 {
    (0..6)
        .find(|digits| {
            let scaled = step * 10_f64.powi(i32::from(*digits));
            (scaled - scaled.round()).abs() < 1e-6
        })
        .unwrap_or(6)
}

/// A value as it is, for cells and cards without a format.
pub fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

fn parse_decimal(value: &Value) -> Result<Decimal, String> {
    let text = match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.trim().to_owned(),
        other => return Err(format!("`{other}` is no number")),
    };
    Decimal::try_from_str(&text).map_err(|_| format!("`{text}` is no number"))
}

fn rounded(mut decimal: Decimal, digits: Option<u8>) -> Decimal {
    // Commercial rounding: people check sums by hand.
    const MODE: SignedRoundingMode = SignedRoundingMode::Unsigned(UnsignedRoundingMode::HalfExpand);
    match digits {
        Some(digits) => {
            let position = -i16::from(digits);
            decimal.round_with_mode(position, MODE);
            decimal.absolute.trim_start();
            decimal.absolute.pad_end(position);
        }
        None => {
            decimal.round_with_mode(-6, MODE);
            decimal.absolute.trim_end();
        }
    }
    if decimal.absolute.is_zero() {
        decimal.set_sign(Sign::None);
    }
    decimal
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn write(lang: &str, value: Value, format: &str) -> Written {
        let writing = Writing::new(lang, TimeZone::UTC, "2026-03-31T10:00:00Z".parse().unwrap());
        writing.format(&value, Some(&format.parse().unwrap()))
    }

    #[test]
    fn values_are_written_as_the_language_has_it() {
        let cases = [
            ("en", json!(1234567.891), "number:2", "1,234,567.89"),
            ("de", json!(1234567.891), "number:2", "1.234.567,89"),
            ("en", json!(1234.5), "number", "1,234.5"),
            ("en", json!(1.005), "number:2", "1.01"),
            ("en", json!(-0.001), "number:2", "0.00"),
            ("en", json!("12.5"), "integer", "13"),
            ("en", json!(1200.5), "currency:EUR", "€1,200.50"),
            ("de", json!(1200.5), "currency:EUR", "1.200,50\u{a0}€"),
            ("en", json!(-1200.5), "currency:USD", "-$1,200.50"),
            ("en", json!(1200.5), "currency:JPY", "¥1,201"),
            ("en", json!(1200.5), "currency:EUR:0", "€1,201"),
            ("de-CH", json!(1200.5), "currency:CHF", "CHF\u{a0}1'200.50"),
            ("en", json!(0.1255), "percent:1", "12.6%"),
            ("de", json!(0.1255), "percent", "12,6\u{a0}%"),
            ("en", json!("2026-03-05"), "date", "Mar 5, 2026"),
            ("en-GB", json!("2026-03-05"), "date", "5 Mar 2026"),
            ("de", json!("2026-03-05T23:30:00Z"), "date", "05.03.2026"),
            ("xx", json!("2026-03-05"), "date", "2026-03-05"),
            ("en", json!("2026-03-05T09:05:00"), "date:%H:%M", "09:05"),
            ("en", json!(null), "number:2", ""),
            ("en", json!(true), "text", "true"),
        ];
        for (lang, value, format, text) in cases {
            assert_eq!(write(lang, value.clone(), format), Ok(text.to_owned()), "{value} in {lang} by {format}");
        }
    }

    #[test]
    fn a_value_that_does_not_fit_its_format_is_named() {
        let cases = [
            (json!("abc"), "number:2", "`abc` is no number"),
            (json!([1]), "currency:EUR", "`[1]` is no number"),
            (json!(20260305), "date", "`20260305` is no date"),
            (json!("yesterday"), "date", "`yesterday` is no date"),
            (json!("2026-03-05"), "date:%!", "cannot be used"),
        ];
        for (value, format, message) in cases {
            let error = write("en", value, format).unwrap_err();
            assert!(error.contains(message), "{error}");
        }
    }
}
