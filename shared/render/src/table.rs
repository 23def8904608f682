//! A table: cells written, columns sized, totals summed, and the same rows as CSV.

use domain::definition::{Align, Column, Format, Table};
use serde_json::{Value, json};

use crate::error::RenderError;
use crate::measure::{self, Weight};
use crate::{Report, records};

mod csv;
mod widths;

const SIZE: f64 = 8.5;
const HEAD_SIZE: f64 = 8.0;
const INSET: f64 = 6.0;
const ROW_HEIGHT: f64 = 17.0;

/// A table ready for the layout.
pub struct Sheet<'a> {
    pub layout: Value,
    pub csv: String,
    pub title: Option<String>,
    pub heads: Vec<String>,
    pub records: &'a [Value],
    /// The sides at which the columns stand: left, right or center.
    pub aligns: Vec<&'static str>,
    /// The last row, when the table has totals.
    pub totals: Option<Vec<Total>>,
    /// The longest text of each column, in letters.
    pub lengths: Vec<usize>,
}

/// A cell of the row of totals.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Total {
    /// What the column adds up to.
    Sum(f64),
    /// What the row is.
    Label(&'static str),
    Blank,
}

/// Writes the cells of a table and sizes its columns for the width at hand.
///
/// # Errors
/// When the records or a field are missing, or a value does not fit its column's format.
pub fn resolve<'a>(report: &Report<'a>, table: &Table, place: &str, width: f64) -> Result<Sheet<'a>, RenderError> {
    let records = records::find(&table.data, &report.job.data, place)?;
    let heads = heads(report, table, records, place)?;
    let cells = cells(report, table, records, place)?;
    let totals = totals(report, table, records);
    let last = totals.as_deref().map(|totals| written(report, table, totals, place)).transpose()?;
    let aligns: Vec<&str> = table.columns.iter().map(|column| align(column, records)).collect();
    let title = report.templates.optional(table.title.as_deref(), &format!("{place}.title"))?;
    let lengths = lengths(&heads, &cells, last.as_deref());
    let columns: Vec<widths::Needs> = (0..table.columns.len())
        .map(|n| needs(&table.columns[n], &heads[n], cells.iter().map(|row| &row[n]), last.as_ref().map(|row| &row[n])))
        .collect();
    let widths = widths::share(&columns, width);
    let layout = json!({
        "kind": "table",
        "title": title,
        "widths": widths,
        "aligns": aligns,
        "heads": heads,
        "heights": cells.iter().map(|row| height(row, &widths)).collect::<Vec<_>>(),
        "rows": cells,
        "totals": last,
        "size": SIZE, "head_size": HEAD_SIZE, "inset": INSET,
    });
    let csv = csv::write(&heads, &table.columns, records)
        .map_err(|error| RenderError::internal(format!("the CSV of a table cannot be written: {error}")))?;
    Ok(Sheet { layout, csv, title, heads, records, aligns, totals, lengths })
}

fn heads(report: &Report<'_>, table: &Table, records: &[Value], place: &str) -> Result<Vec<String>, RenderError> {
    let head = |(n, column): (usize, &Column)| {
        let place = format!("{place}.columns[{n}]");
        if !column.optional {
            records::check_field(records, &column.field, &format!("{place}.field"))?;
        }
        let title = report.templates.optional(column.title.as_deref(), &format!("{place}.title"))?;
        Ok(title.unwrap_or_else(|| records::words(&column.field)))
    };
    RenderError::all(table.columns.iter().enumerate().map(head))
}

fn cells(report: &Report<'_>, table: &Table, records: &[Value], place: &str) -> Result<Vec<Vec<String>>, RenderError> {
    let cell = |row: usize, n: usize, column: &Column| {
        let value = records::field(&records[row], &column.field);
        report.writing.format(value, column.format.as_ref()).map_err(|message| {
            let message = format!("{message}, in record {} of `{}`", row + 1, table.data.as_str());
            RenderError::report(format!("{place}.columns[{n}]"), message)
        })
    };
    let row = |row: usize| table.columns.iter().enumerate().map(|(n, column)| cell(row, n, column)).collect();
    (0..records.len()).map(row).collect()
}

/// The row of totals; its first cell without a sum says what the row is.
fn totals(report: &Report<'_>, table: &Table, records: &[Value]) -> Option<Vec<Total>> {
    let is_summed = |column: &Column| table.totals.contains(&column.field);
    let label = table.columns.iter().position(|column| !is_summed(column));
    let total = |(n, column): (usize, &Column)| match column {
        column if is_summed(column) => Total::Sum(sum(records, &column.field)),
        _ if label == Some(n) => Total::Label(report.writing.total_label()),
        _ => Total::Blank,
    };
    (!table.totals.is_empty()).then(|| table.columns.iter().enumerate().map(total).collect())
}

fn written(report: &Report<'_>, table: &Table, totals: &[Total], place: &str) -> Result<Vec<String>, RenderError> {
    let cell = |(total, column): (&Total, &Column)| match total {
        Total::Sum(sum) => report
            .writing
            .format(&Value::from(*sum), column.format.as_ref())
            .map_err(|message| RenderError::report(format!("{place}.totals"), message)),
        Total::Label(words) => Ok((*words).to_owned()),
        Total::Blank => Ok(String::new()),
    };
    totals.iter().zip(&table.columns).map(cell).collect()
}

fn lengths(heads: &[String], cells: &[Vec<String>], totals: Option<&[String]>) -> Vec<usize> {
    let rows = [heads].into_iter().chain(cells.iter().map(Vec::as_slice)).chain(totals);
    let mut lengths = vec![0; heads.len()];
    for row in rows {
        for (length, cell) in lengths.iter_mut().zip(row) {
            *length = cell.chars().count().max(*length);
        }
    }
    lengths
}

fn sum(records: &[Value], field: &str) -> f64 {
    let number = |value: &Value| match value {
        Value::String(text) => text.trim().parse().unwrap_or(0.0),
        other => other.as_f64().unwrap_or(0.0),
    };
    let sum: f64 = records.iter().map(|record| number(records::field(record, field))).sum();
    // What binary fractions leave behind the sixth decimal is noise.
    let rounded = (sum * 1e6).round() / 1e6;
    if rounded.is_finite() { rounded } else { sum }
}

fn needs<'a>(
    column: &Column,
    head: &str,
    cells: impl Iterator<Item = &'a String>,
    total: Option<&String>,
) -> widths::Needs {
    let cells = cells.map(|cell| measure::width(cell, SIZE, Weight::Regular));
    let total = total.map_or(0.0, |total| measure::width(total, SIZE, Weight::SemiBold));
    let head = measure::width(head, HEAD_SIZE, Weight::SemiBold);
    widths::Needs { natural: cells.fold(head.max(total), f64::max) + 2.0 * INSET, wanted: column.width }
}

/// The height of a row whose cells all fit on one line; nothing when the layout has to find out.
fn height(row: &[String], widths: &[f64]) -> Option<f64> {
    let fits = |(cell, width): (&String, &f64)| {
        !cell.contains('\n') && measure::width(cell, SIZE, Weight::Regular) + 2.0 * INSET <= *width + 0.01
    };
    row.iter().zip(widths).all(fits).then_some(ROW_HEIGHT)
}

fn align(column: &Column, records: &[Value]) -> &'static str {
    match column.align {
        Some(Align::Left) => "left",
        Some(Align::Right) => "right",
        Some(Align::Center) => "center",
        None if is_numeric(column, records) => "right",
        None => "left",
    }
}

fn is_numeric(column: &Column, records: &[Value]) -> bool {
    match &column.format {
        Some(Format::Text | Format::Date(_)) => false,
        Some(_) => true,
        None => {
            let mut values = records
                .iter()
                .map(|record| records::field(record, &column.field))
                .filter(|value| !value.is_null())
                .peekable();
            values.peek().is_some() && values.all(Value::is_number)
        }
    }
}
