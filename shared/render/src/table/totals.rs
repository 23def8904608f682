//! The row of totals: sums of decimals, exact to the last digit.

use std::str::FromStr;

use bigdecimal::BigDecimal;
use domain::definition::{Column, Format, Table};
use serde_json::{Number, Value};

use crate::error::RenderError;
use crate::writing::decimal;
use crate::{Report, records};

/// A cell of the row of totals.
#[derive(Debug, Clone, PartialEq)]
pub enum Total {
    /// What the column adds up to, as a number with all its digits.
    Sum(Value),
    /// What the row is.
    Label(&'static str),
    Blank,
}

/// The row of totals, when the table has one; its first cell without a sum says what the row is.
///
/// # Errors
/// For a column that has no total: of dates, of words, or with a word among its numbers.
pub fn totals(
    report: &Report<'_>,
    table: &Table,
    records: &[Value],
    place: &str,
) -> Result<Option<Vec<Total>>, RenderError> {
    if table.totals.is_empty() {
        return Ok(None);
    }
    let is_summed = |column: &Column| table.totals.contains(&column.field);
    let label = table.columns.iter().position(|column| !is_summed(column));
    let total = |(n, column): (usize, &Column)| match column {
        column if is_summed(column) => sum(column, records).map(Total::Sum).map_err(|message| {
            RenderError::report(format!("{place}.totals"), format!("{message} of `{}`", table.data.as_str()))
        }),
        _ if label == Some(n) => Ok(Total::Label(report.writing.total_label())),
        _ => Ok(Total::Blank),
    };
    table.columns.iter().enumerate().map(total).collect::<Result<_, _>>().map(Some)
}

/// Writes the cells of the row.
///
/// # Errors
/// A sum that does not fit its column's format.
pub fn written(report: &Report<'_>, table: &Table, totals: &[Total], place: &str) -> Result<Vec<String>, RenderError> {
    let cell = |(total, column): (&Total, &Column)| match total {
        Total::Sum(sum) => report
            .writing
            .format(sum, column.format.as_ref())
            .map_err(|message| RenderError::report(format!("{place}.totals"), message)),
        Total::Label(words) => Ok((*words).to_owned()),
        Total::Blank => Ok(String::new()),
    };
    totals.iter().zip(&table.columns).map(cell).collect()
}

/// What the numbers of a column add up to; blank cells add nothing.
fn sum(column: &Column, records: &[Value]) -> Result<Value, String> {
    let field = &column.field;
    let mut sum = BigDecimal::default();
    for (n, record) in (1..).zip(records) {
        let refuse = |message: String| format!("`{field}` has no total: {message}, in record {n}");
        let value = records::field(record, field);
        if matches!(column.format, Some(Format::Date(_))) && !value.is_null() {
            return Err(refuse("it holds dates".to_owned()));
        }
        if let Some(decimal) = decimal(value).map_err(refuse)? {
            sum += BigDecimal::from_str(&decimal.to_string()).map_err(|error| refuse(error.to_string()))?;
        }
    }
    let number = Number::from_str(&sum.normalized().to_plain_string());
    number.map(Value::Number).map_err(|error| format!("`{field}` has no total: {error}, in the records"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn sum_of(format: Option<&str>, values: Value) -> Result<String, String> {
        let column = serde_json::from_value(json!({"field": "v", "format": format})).unwrap();
        let records: Vec<Value> = values.as_array().unwrap().iter().map(|value| json!({"v": value})).collect();
        sum(&column, &records).map(|sum| sum.to_string())
    }

    fn numbers(text: &str) -> Value {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn sums_are_exact() {
        let cases = [
            ("tenths", numbers("[0.1, 0.2]"), "0.3"),
            ("many tenths", json!(vec![0.1; 1_000]), "100"),
            ("beyond 64 bits", numbers("[18446744073709551615, 1]"), "18446744073709551616"),
            ("large and small", numbers("[1e20, 1e-9, -1e20]"), "0.000000001"),
            ("large floats", numbers("[1.2e16, 5]"), "12000000000000005"),
            ("long decimals", numbers("[123456789012345678.01, 0.02]"), "123456789012345678.03"),
            ("texts that are numbers", json!(["1.5", " 2 "]), "3.5"),
            ("blanks", json!([null, "", "NaN", 2]), "2"),
            ("nothing", json!([]), "0"),
        ];
        for (what, values, expected) in cases {
            assert_eq!(sum_of(None, values).as_deref(), Ok(expected), "{what}");
        }
    }

    #[test]
    fn a_column_without_numbers_has_no_total() {
        let cases = [
            ("words", None, json!([1, "many"]), "`v` has no total: `many` is no number, in record 2"),
            ("dates", Some("date"), json!([null, "2026-03-31"]), "`v` has no total: it holds dates, in record 2"),
            ("dates without a format", None, json!(["2026-03-31"]), "`2026-03-31` is no number, in record 1"),
            ("truths", None, json!([true]), "`true` is no number, in record 1"),
            ("infinity", Some("number"), json!(["inf"]), "`inf` is no number, in record 1"),
        ];
        for (what, format, values, expected) in cases {
            let message = sum_of(format, values).unwrap_err();
            assert!(message.contains(expected), "{what}: {message}");
        }
    }
}
