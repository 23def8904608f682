//! How numbers, amounts and dates are written in the language of a report.

use domain::definition::Format;
use fixed_decimal::{Decimal, Sign, UnsignedDecimal};
use icu_decimal::DecimalFormatter;
use icu_decimal::options::DecimalFormatterOptions;
use jiff::civil::DateTime;
use jiff::{Timestamp, tz::TimeZone};
use serde_json::Value;

mod axis;
mod date;
mod locale;
mod number;
mod pattern;
mod words;

use locale::Locale;
use number::{MAX_ZEROS, is_blank, rounded, zeros};
use pattern::{Filling, fill, minus, touches};
use words::Words;

pub use locale::usual_digits;
pub use number::{decimal, is_same_number, plain};

/// Writes values in one language, and times as they are told in one place.
pub struct Writing {
    locale: Locale,
    words: Words,
    decimals: Option<DecimalFormatter>,
    /// The ten digits of the language.
    digits: Vec<char>,
    zone: TimeZone,
    now: DateTime,
}

/// A mistake, as a sentence about the value.
type Written = Result<String, String>;

impl Writing {
    /// Writes in `lang`, such as `de` or `en-GB`; `date` is the date of the report.
    pub fn new(lang: &str, zone: TimeZone, date: Timestamp) -> Writing {
        let known = icu_locale_core::Locale::try_from_str(lang).unwrap_or(icu_locale_core::Locale::UNKNOWN);
        let options = DecimalFormatterOptions::default();
        let decimals = DecimalFormatter::try_new((&known).into(), options).ok();
        let digit = |n: u8| decimals.as_ref()?.format(&Decimal::from(n)).to_string().chars().next();
        Writing {
            digits: (0..10).filter_map(digit).collect(),
            locale: Locale::of(lang),
            words: Words::of(lang),
            decimals,
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
        self.write_date(&self.locale.date, self.now).unwrap_or_else(|_| self.today())
    }

    /// "Page 1 of 3", with `{page}` and `{pages}` for the numbers.
    pub fn page_label(&self) -> &'static str {
        self.words.page
    }

    /// The head of a row of totals.
    pub fn total_label(&self) -> &'static str {
        self.words.total
    }

    /// What is summed up at the end of a list: "Other (12)".
    pub fn others(&self, count: usize) -> String {
        format!("{} ({})", self.words.other, self.digits(Decimal::from(count)))
    }

    /// The ten digits of the language.
    pub fn ten_digits(&self) -> Vec<String> {
        let latin = || (b'0'..=b'9').map(char::from).collect();
        let digits = if self.digits.len() == 10 { self.digits.clone() } else { latin() };
        digits.into_iter().map(String::from).collect()
    }

    /// In the place of a chart or table without data.
    pub fn no_data_label(&self) -> &'static str {
        self.words.no_data
    }

    /// Whether the language is written from right to left.
    pub fn is_rtl(&self) -> bool {
        self.locale.rtl
    }

    /// Writes a value by a format, or as its type suggests; nothing for what is blank.
    ///
    /// # Errors
    /// A value that the format cannot write.
    pub fn format(&self, value: &Value, format: Option<&Format>) -> Written {
        match (format, value) {
            (_, Value::Null) => Ok(String::new()),
            (None, Value::Number(_)) => self.number(value, None),
            (None | Some(Format::Text), _) => Ok(plain(value)),
            (Some(Format::Number(digits)), _) => self.number(value, *digits),
            (Some(Format::Integer), _) => self.number(value, Some(0)),
            (Some(Format::Percent(digits)), _) => self.percent(value, *digits),
            (Some(Format::Currency { code, digits }), _) => self.currency(value, code, *digits),
            (Some(Format::Date(_)), Value::String(text)) if is_blank(text) => Ok(String::new()),
            (Some(Format::Date(pattern)), _) => {
                self.write_date(pattern.as_deref().unwrap_or(&self.locale.date), self.civil(value)?)
            }
        }
    }

    /// The date and time of a value: an instant as it is told where the report is read, all others as they stand.
    ///
    /// # Errors
    /// A value that is no date.
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
    pub fn date_pattern(&self) -> &str {
        &self.locale.date
    }

    /// Digits, or marks that stand for them, with the symbol of a currency where the language has it. The symbol is in quotes.
    pub fn quoted_currency(&self, digits: &str, code: &str) -> String {
        let symbol = self.symbol(code);
        let pattern = self.currency_pattern(symbol);
        fill(&self.locale, pattern, &Filling { digits, symbol: &format!("\"{symbol}\""), negative: false })
    }

    /// A change as a percentage with its sign.
    pub fn change(&self, fraction: f64) -> String {
        let text = self.share(fraction);
        if fraction > 0.0 { format!("{}{text}", self.locale.plus) } else { text }
    }

    /// A share of a whole as a percentage.
    pub fn share(&self, fraction: f64) -> String {
        self.percent(&Value::from(fraction), Some(1)).unwrap_or_default()
    }

    fn write_date(&self, pattern: &str, date: DateTime) -> Written {
        date::write(&self.locale, &self.digits, pattern, date)
    }

    fn number(&self, value: &Value, digits: Option<u8>) -> Written {
        let number = |decimal| {
            let (digits, negative) = self.parts(decimal, digits);
            self.signed(&digits, negative)
        };
        Ok(decimal(value)?.map(number).unwrap_or_default())
    }

    fn percent(&self, value: &Value, digits: Option<u8>) -> Written {
        let percentage = |mut decimal: Decimal| {
            decimal.absolute.multiply_pow10(2);
            let (digits, negative) = self.parts(decimal, Some(digits.unwrap_or(1)));
            self.percentage(&digits, negative)
        };
        Ok(decimal(value)?.map(percentage).unwrap_or_default())
    }

    fn currency(&self, value: &Value, code: &str, digits: Option<u8>) -> Written {
        let amount = |decimal| {
            let (digits, negative) = self.parts(decimal, Some(digits.unwrap_or_else(|| usual_digits(code))));
            self.amount(&digits, negative, code)
        };
        Ok(decimal(value)?.map(amount).unwrap_or_default())
    }

    /// The digits of a number with so many decimals, or all that it has, and whether it is negative.
    fn parts(&self, mut decimal: Decimal, digits: Option<u8>) -> (String, bool) {
        if let Some(digits) = digits {
            let position = -i16::from(digits);
            decimal = rounded(decimal, position);
            decimal.absolute.pad_end(position);
        }
        let negative = decimal.sign() == Sign::Negative;
        let mut significant = decimal.clone();
        significant.absolute.trim_end();
        let digits = if zeros(&significant) > MAX_ZEROS { self.scientific(&significant) } else { self.digits(decimal) };
        (digits, negative)
    }

    fn signed(&self, digits: &str, negative: bool) -> String {
        if negative { format!("{}{digits}", minus(&self.locale)) } else { digits.to_owned() }
    }

    fn percentage(&self, digits: &str, negative: bool) -> String {
        fill(&self.locale, &self.locale.percent, &Filling { digits, symbol: "", negative })
    }

    fn amount(&self, digits: &str, negative: bool, code: &str) -> String {
        let symbol = self.symbol(code);
        let digits = self.as_amount(digits);
        fill(&self.locale, self.currency_pattern(symbol), &Filling { digits: &digits, symbol, negative })
    }

    fn symbol<'a>(&'a self, code: &'a str) -> &'a str {
        self.locale.symbols.get(code).map_or(code, String::as_str)
    }

    fn currency_pattern(&self, symbol: &str) -> &str {
        let Locale { currency, currency_letters, .. } = &self.locale;
        if touches(currency, symbol) { currency_letters } else { currency }
    }

    /// The digits of a decimal without its sign, in groups.
    fn digits(&self, decimal: Decimal) -> String {
        let absolute = Decimal::new(Sign::None, decimal.absolute);
        match &self.decimals {
            Some(formatter) => formatter.format(&absolute).to_string(),
            None => absolute.to_string(),
        }
    }

    /// The digits of a number and its power of ten: 1.2E300.
    fn scientific(&self, decimal: &Decimal) -> String {
        let power = decimal.absolute.nonzero_magnitude_start();
        let mantissa = decimal.absolute.clone().multiplied_pow10(-power).trimmed_start().trimmed_end();
        let exponent = UnsignedDecimal::from(power.unsigned_abs());
        let [mantissa, exponent] = [mantissa, exponent].map(|part| self.digits(Decimal::new(Sign::None, part)));
        format!("{mantissa}{}{}", self.locale.exponential, self.signed(&exponent, power < 0))
    }

    /// Some languages separate the digits of amounts by other signs than those of numbers.
    fn as_amount(&self, digits: &str) -> String {
        let Locale { currency_decimal, currency_group, .. } = &self.locale;
        if currency_decimal.is_none() && currency_group.is_none() {
            return digits.to_owned();
        }
        let grouped = self.digits(Decimal::from(1_111)).replace(char::is_numeric, "");
        let pointed = self.digits(Decimal::new(Sign::None, UnsignedDecimal::from(11_u8).multiplied_pow10(-1)));
        let pointed = pointed.replace(char::is_numeric, "");
        let chars: Vec<char> = digits.chars().collect();
        let is_digit = |n: Option<usize>| n.and_then(|n| chars.get(n)).is_some_and(|c| c.is_numeric());
        let swap = |(n, c): (usize, &char)| match c.to_string() {
            sign if !(is_digit(n.checked_sub(1)) && is_digit(n.checked_add(1))) => sign,
            sign if sign == grouped => currency_group.clone().unwrap_or(sign),
            sign if sign == pointed => currency_decimal.clone().unwrap_or(sign),
            sign => sign,
        };
        chars.iter().enumerate().map(swap).collect()
    }
}

#[cfg(test)]
mod tests;
