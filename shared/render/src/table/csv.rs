//! The rows of a table as CSV: values as they are in the data, not as they are written in the report, in the form that spreadsheets of
//! the report's language open by a double click.

use std::str::FromStr;

use ::csv::{Error, Terminator, WriterBuilder};
use domain::definition::{Column, CsvOptions, DecimalMark, Format, Separator};
use icu_decimal::DecimalFormatter;
use icu_decimal::input::Decimal;
use icu_decimal::options::DecimalFormatterOptions;
use icu_locale_core::Locale;
use serde_json::Value;

use crate::records;
use crate::writing::plain;

mod formula;

use formula::{SEPARATORS, is_formula, is_formula_within};

/// Excel takes a file without it for one in the character set of old, and shows "StraÃŸe".
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dialect {
    bom: bool,
    separator: Separator,
    decimal: DecimalMark,
}

impl Dialect {
    /// The options of a report, and for those that it leaves out what Excel expects in its language: where numbers have decimal commas,
    /// cells have semicolons between them. A report that asks for commas between cells is written for programs, with decimal points.
    pub fn new(options: CsvOptions, lang: &str) -> Self {
        let decimal = options.decimal.unwrap_or_else(|| match options.separator {
            Some(Separator::Comma) => DecimalMark::Point,
            _ => decimal_mark(lang),
        });
        let separator = options.separator.unwrap_or_else(|| match decimal {
            DecimalMark::Comma => Separator::Semicolon,
            DecimalMark::Point if options.decimal.is_none() && has_semicolons(lang) => Separator::Semicolon,
            DecimalMark::Point => Separator::Comma,
        });
        Self { bom: options.bom.unwrap_or(true), separator, decimal }
    }

    fn number(self, number: &str) -> String {
        match self.decimal {
            DecimalMark::Point => number.to_owned(),
            DecimalMark::Comma => number.replace('.', ","),
        }
    }

    fn cell(self, value: &Value, format: Option<&Format>) -> String {
        match value {
            Value::Number(_) => self.number(&plain(value)),
            Value::String(text) if is_numeric(format) && is_number(text.trim()) => self.number(text.trim()),
            Value::String(text) => harmless(text),
            other => harmless(&plain(other)),
        }
    }
}

/// Writes the records with a row of heads.
///
/// # Errors
/// When a row has another length than the heads, which cannot be.
pub fn write(heads: &[String], columns: &[Column], records: &[Value], dialect: Dialect) -> Result<String, Error> {
    let mut builder = WriterBuilder::new();
    builder.delimiter(dialect.separator.byte()).terminator(Terminator::CRLF);
    let mut writer = builder.from_writer(Vec::new());
    writer.write_record(heads.iter().map(|head| harmless(head)))?;
    for record in records {
        let cell = |column: &Column| dialect.cell(records::field(record, &column.field), column.format.as_ref());
        writer.write_record(columns.iter().map(cell))?;
    }
    let bytes = writer.into_inner().map_err(|error| error.into_error())?;
    let mark = if dialect.bom { BYTE_ORDER_MARK } else { "" };
    Ok(format!("{mark}{}", String::from_utf8_lossy(&bytes)))
}

/// What spreadsheets of a language have before decimals, by CLDR.
fn decimal_mark(lang: &str) -> DecimalMark {
    let latin = Locale::from_str(&format!("{lang}-u-nu-latn")).unwrap_or(Locale::UNKNOWN);
    let formatter = DecimalFormatter::try_new((&latin).into(), DecimalFormatterOptions::default());
    let written = formatter.map(|formatter| formatter.format(&half()).to_string()).unwrap_or_default();
    if written.contains(',') { DecimalMark::Comma } else { DecimalMark::Point }
}

fn half() -> Decimal {
    let mut half = Decimal::from(5);
    half.multiply_pow10(-1);
    half
}

/// Windows has semicolons in the lists of Switzerland and Liechtenstein, though their numbers have decimal points.
fn has_semicolons(lang: &str) -> bool {
    lang.split('-').skip(1).any(|part| part.eq_ignore_ascii_case("CH") || part.eq_ignore_ascii_case("LI"))
}

fn is_numeric(format: Option<&Format>) -> bool {
    !matches!(format, None | Some(Format::Text | Format::Date(_)))
}

fn is_number(text: &str) -> bool {
    text.parse().is_ok_and(f64::is_finite)
}

/// An apostrophe makes a spreadsheet show a text that it would run: all of it, or the part that it takes for a cell of its own.
fn harmless(text: &str) -> String {
    let whole = if is_formula(text) { "'" } else { "" };
    let parts = text.split_inclusive(SEPARATORS).enumerate();
    let safe =
        parts.map(|(at, part)| if at > 0 && is_formula_within(part) { format!("'{part}") } else { part.to_owned() });
    std::iter::once(whole.to_owned()).chain(safe).collect()
}

#[cfg(test)]
mod tests;
