//! How a spreadsheet is to write the values of a column.

use domain::definition::{Column, Format};
use rust_xlsxwriter::{Format as Look, FormatAlign, FormatBorder};

use crate::Report;
use crate::writing::{Writing, usual_digits};

/// The looks of a column.
pub struct Looks {
    pub head: Look,
    pub cell: Look,
    pub total: Look,
}

impl Looks {
    pub fn new(report: &Report<'_>, column: &Column, align: &str) -> Self {
        let theme = &report.job.theme;
        let align = match align {
            "right" => FormatAlign::Right,
            "center" => FormatAlign::Center,
            _ => FormatAlign::Left,
        };
        let plain = Look::new().set_align(align);
        let cell = match column.format.as_ref().and_then(|format| number_format(format, &report.writing)) {
            Some(pattern) => plain.clone().set_num_format(pattern),
            None => plain.clone(),
        };
        Self {
            head: plain
                .set_bold()
                .set_font_color(theme.ink.as_str())
                .set_background_color(theme.surface.as_str())
                .set_border_bottom(FormatBorder::Thin),
            total: cell.clone().set_bold().set_border_top(FormatBorder::Thin),
            cell,
        }
    }
}

/// The pattern of a column's format; none where the value is written as it is.
fn number_format(format: &Format, writing: &Writing) -> Option<String> {
    match format {
        Format::Text | Format::Number(None) => None,
        Format::Number(Some(digits)) => Some(grouped(*digits)),
        Format::Integer => Some(grouped(0)),
        Format::Percent(digits) => Some(format!("{}%", decimals("0", digits.unwrap_or(1)))),
        Format::Currency { code, digits } => {
            let digits = digits.unwrap_or_else(|| usual_digits(code));
            Some(writing.quoted_currency(&grouped(digits), code))
        }
        Format::Date(pattern) => {
            let own = pattern.as_deref().and_then(date_format);
            own.or_else(|| date_format(writing.date_pattern()))
        }
    }
}

fn grouped(digits: u8) -> String {
    decimals("#,##0", digits)
}

fn decimals(whole: &str, digits: u8) -> String {
    if digits == 0 { whole.to_owned() } else { format!("{whole}.{}", "0".repeat(digits.into())) }
}

/// The fields of `strftime` in the words of spreadsheets.
const FIELDS: [(&str, &str); 21] = [
    ("Y", "yyyy"),
    ("y", "yy"),
    ("m", "mm"),
    ("-m", "m"),
    ("d", "dd"),
    ("-d", "d"),
    ("e", "d"),
    ("B", "mmmm"),
    ("b", "mmm"),
    ("h", "mmm"),
    ("A", "dddd"),
    ("a", "ddd"),
    ("H", "hh"),
    ("-H", "h"),
    ("M", "mm"),
    ("S", "ss"),
    ("F", "yyyy-mm-dd"),
    ("T", "hh:mm:ss"),
    ("R", "hh:mm"),
    ("D", "mm/dd/yy"),
    ("%", "\"%\""),
];

/// A pattern of `strftime` as spreadsheets write it; none when it has a field that they do not know.
fn date_format(pattern: &str) -> Option<String> {
    let (mut format, mut rest) = (String::new(), pattern);
    while let Some(letter) = rest.chars().next() {
        rest = &rest[letter.len_utf8()..];
        match letter {
            '%' => {
                let (field, written) = FIELDS.iter().find(|(field, _)| rest.starts_with(field))?;
                rest = &rest[field.len()..];
                format.push_str(written);
            }
            '"' => format.push_str("\\\""),
            // Signs between the fields stand for themselves, all else in quotes.
            ' ' | '-' | '/' | ':' | '.' | ',' => format.push(letter),
            letter => format.extend(['"', letter, '"']),
        }
    }
    Some(format)
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;

    #[test]
    fn a_format_of_the_report_becomes_one_of_the_spreadsheet() {
        let cases = [
            ("en", "text", None),
            ("en", "number", None),
            ("en", "number:2", Some("#,##0.00")),
            ("de", "integer", Some("#,##0")),
            ("en", "percent", Some("0.0%")),
            ("en", "percent:0", Some("0%")),
            ("en", "currency:EUR", Some("\"€\"#,##0.00")),
            ("de", "currency:EUR:0", Some("#,##0\u{a0}\"€\"")),
            ("en", "currency:JPY", Some("\"¥\"#,##0")),
            ("en", "currency:CHF", Some("\"CHF\"\u{a0}#,##0.00")),
            ("en", "date", Some("mmm d, yyyy")),
            ("de", "date", Some("dd.mm.yyyy")),
            ("de", "date:%-d. %B %Y um %H:%M", Some("d. mmmm yyyy \"u\"\"m\" hh:mm")),
            ("xx", "date:week %V", Some("yyyy-mm-dd")),
            ("xx", "date:\"%F\"", Some("\\\"yyyy-mm-dd\\\"")),
        ];
        for (lang, format, expected) in cases {
            let writing = Writing::new(lang, TimeZone::UTC, "2026-03-31T10:00:00Z".parse().unwrap());
            let pattern = number_format(&format.parse().unwrap(), &writing);
            assert_eq!(pattern.as_deref(), expected, "{format} in {lang}");
        }
    }
}
