//! A table: cells written, columns sized, totals summed, and the same rows as CSV.

use std::borrow::Cow;

use domain::definition::{Align, Column, Format, Table};
use serde_json::{Value, json};

use crate::error::RenderError;
use crate::measure::Weight;
use crate::{Report, lines, records};

mod csv;
mod layout;
mod totals;
mod widths;

use layout::Columns;
pub use totals::Total;
pub use widths::{Needs, Type, plan_of_words};

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

/// The room a table has.
#[derive(Debug, Clone, Copy)]
pub struct Room {
    /// Width and height in points; nothing when no page is laid out.
    pub size: Option<(f64, f64)>,
    /// Whether the page may still be turned to make it wider.
    pub may_turn: bool,
}

/// Writes the cells of a table and sizes its columns for the room at hand.
///
/// # Errors
/// When the records or a field are missing, a value does not fit its column's format, or the columns do not fit on the page.
pub fn resolve<'a>(report: &'a Report<'_>, table: &Table, place: &str, room: Room) -> Result<Sheet<'a>, TableError> {
    let records = records::find(&table.data, &report.data, place)?;
    let heads = heads(report, table, records, place)?;
    let cells = cells(report, table, records, place)?;
    let totals = totals::totals(report, table, records, place)?;
    let last = totals.as_deref().map(|totals| totals::written(report, table, totals, place)).transpose()?;
    let aligns: Vec<&str> = table.columns.iter().map(|column| align(column, records)).collect();
    let title = report.templates.optional(table.title.as_deref(), &format!("{place}.title"))?;
    let lengths = lengths(&heads, &cells, last.as_deref());
    let dialect = csv::Dialect::new(report.job.definition.csv, &report.lang);
    let csv = csv::write(&heads, &table.columns, records, dialect)
        .map_err(|error| RenderError::internal(format!("the CSV of a table cannot be written: {error}")))?;
    let layout = match room.size {
        Some(size) => {
            let whole = table.columns.iter().map(|column| is_whole(column, records)).collect();
            let wanted = table.columns.iter().map(|column| column.width).collect();
            let (heads, cells, totals) = (&heads, &cells, last.as_deref());
            let columns = Columns { heads, cells, totals, aligns: &aligns, whole, wanted };
            let caption = title.as_deref().map(|title| lines::fitted(title, size.0, lines::CAPTION, Weight::SemiBold));
            // The head has what the title leaves of a page.
            let below = size.1 - caption.as_deref().map_or(0.0, |caption| caption_height(caption, size.0));
            let parts =
                columns.lay_out((size.0, below), room.may_turn).map_err(|refusal| refuse(refusal, heads, place))?;
            if let [_, _, ..] = parts.parts.as_slice() {
                report.warnings.add(place, layout::divided(parts.parts.len()));
            }
            json!({"kind": "table", "title": caption, "empty": report.writing.no_data_label(), "table": parts})
        }
        None => Value::Null,
    };
    Ok(Sheet { layout, csv, title, heads, records, aligns, totals, lengths })
}

/// The height of a title with the space around it, in points.
fn caption_height(caption: &str, width: f64) -> f64 {
    const LINE: f64 = 1.5;
    const AROUND: f64 = 15.0;
    lines::count(caption, width, lines::CAPTION, Weight::SemiBold) as f64 * LINE * lines::CAPTION + AROUND
}

/// Why a table cannot be printed: the report is wrong, or the page has to be turned first.
pub enum TableError {
    Turn,
    Wrong(RenderError),
}

impl From<RenderError> for TableError {
    fn from(error: RenderError) -> Self {
        Self::Wrong(error)
    }
}

fn refuse(refusal: widths::Refusal, heads: &[String], place: &str) -> TableError {
    match refusal {
        widths::Refusal::Turn => TableError::Turn,
        widths::Refusal::TooWide(columns) => {
            let words = |head: &str| head.split_whitespace().collect::<Vec<_>>().join(" ");
            let name = |n: &usize| format!("`{}`", words(&heads[*n]).chars().take(40).collect::<String>());
            let names: Vec<String> = columns.iter().map(name).collect();
            let message = format!(
                "the table is too wide for the page even in small type: {} cannot be printed; use a larger page or landscape, fewer decimals, or the format `text`, which may be broken",
                names.join(", ")
            );
            RenderError::report(format!("{place}.columns[{}]", columns.first().copied().unwrap_or_default()), message)
                .into()
        }
    }
}

/// Whether a column's cells are never broken over lines: a number is read as a whole.
fn is_whole(column: &Column, records: &[Value]) -> bool {
    matches!(column.format, Some(Format::Date(_))) || is_numeric(column, records)
}

fn heads(report: &Report<'_>, table: &Table, records: &[Value], place: &str) -> Result<Vec<String>, RenderError> {
    let head = |(n, column): (usize, &Column)| {
        let place = format!("{place}.columns[{n}]");
        if !column.optional {
            records::check_field(records, &column.field, &format!("{place}.field"))?;
        }
        let title = report.templates.optional(column.title.as_deref(), &format!("{place}.title"))?;
        Ok(tidy(title.unwrap_or_else(|| records::words(&column.field))))
    };
    RenderError::all(table.columns.iter().enumerate().map(head))
}

fn cells(report: &Report<'_>, table: &Table, records: &[Value], place: &str) -> Result<Vec<Vec<String>>, RenderError> {
    let cell = |row: usize, n: usize, column: &Column| {
        let value = records::field(&records[row], &column.field);
        report.writing.format(value, column.format.as_ref()).map(tidy).map_err(|message| {
            let message = format!("{message}, in record {} of `{}`", row + 1, table.data.as_str());
            RenderError::report(format!("{place}.columns[{n}]"), message)
        })
    };
    let row = |row: usize| table.columns.iter().enumerate().map(|(n, column)| cell(row, n, column)).collect();
    (0..records.len()).map(row).collect()
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

/// A text as the layout sets it, where nothing has to change without a copy.
fn tidy(text: String) -> String {
    match lines::tidy(&text) {
        Cow::Borrowed(_) => text,
        Cow::Owned(tidied) => tidied,
    }
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
