//! The tables of a report as a workbook: values as they are, formats as the columns have them, and no formulas at all.

use domain::definition::{Column, Format, Table};
use jiff::civil::DateTime;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Worksheet, XlsxError};
use serde_json::Value;

use crate::error::RenderError;
use crate::table::{Sheet, Total};
use crate::writing::{Writing, plain};
use crate::{Report, records};

mod format;
mod name;

use format::Looks;
use name::Names;

/// What a sheet takes, with its head and its totals.
const MAX_ROWS: usize = 1_048_576;
/// Each sheet is written by a thread of its own, whose stack counts as the report's memory.
const MAX_SHEETS: usize = 100;
/// Larger whole numbers lose their last digits in a cell.
const MAX_EXACT: f64 = 1e15;
/// The narrowest and the widest column, in letters.
const WIDTHS: (f64, f64) = (8.0, 60.0);

/// A workbook in the making.
pub struct Workbook<'a> {
    report: &'a Report<'a>,
    book: rust_xlsxwriter::Workbook,
    names: Names,
}

/// What is written into a cell.
enum Cell {
    Empty,
    Number(f64),
    Truth(bool),
    Time(ExcelDateTime),
    Text(String),
}

/// The refusal of a workbook for a report that has nothing to put in.
pub fn no_tables() -> RenderError {
    RenderError::report("format", "the report has no tables, so that there is nothing to put into a workbook")
}

impl<'a> Workbook<'a> {
    pub fn new(report: &'a Report<'a>) -> Self {
        Self { report, book: rust_xlsxwriter::Workbook::new(), names: Names::default() }
    }

    /// Adds a sheet for a table.
    ///
    /// # Errors
    /// When the table, or a text in it, is larger than a workbook takes.
    pub fn add(&mut self, table: &Table, sheet: &Sheet<'_>, place: &str) -> Result<(), RenderError> {
        if self.book.worksheets().len() == MAX_SHEETS {
            let message = format!("a workbook takes {MAX_SHEETS} tables: leave some out, or render the report as CSV");
            return Err(limit(place, message));
        }
        let (count, path) = (sheet.records.len(), table.data.as_str());
        if count + 1 + usize::from(sheet.totals.is_some()) > MAX_ROWS {
            let message = format!(
                "`{path}` has {count} records, and a sheet of a workbook takes {MAX_ROWS} rows: show fewer, or render the report as CSV"
            );
            return Err(limit(place, message));
        }
        let name = self.names.unused(sheet.title.as_deref().unwrap_or(path));
        let worksheet = self.book.add_worksheet();
        worksheet.set_name(name).map_err(internal)?;
        // Totals stay where they are when the rows are sorted.
        let (last_row, last_column) = (index(count), index(table.columns.len() - 1));
        worksheet.autofilter(0, 0, last_row, last_column).map_err(internal)?;
        worksheet.set_freeze_panes(1, 0).map_err(internal)?;
        for n in 0..table.columns.len() {
            let refuse = |(row, error)| refuse(error, row, path, &format!("{place}.columns[{n}]"));
            fill(worksheet, self.report, &table.columns[n], sheet, n).map_err(refuse)?;
        }
        Ok(())
    }

    /// The file.
    ///
    /// # Errors
    /// When the report has no table.
    pub fn finish(mut self) -> Result<Vec<u8>, RenderError> {
        if self.book.worksheets().is_empty() {
            return Err(no_tables());
        }
        let job = self.report.job;
        let properties = DocProperties::new()
            .set_title(&self.report.title)
            .set_author(job.author.as_deref().unwrap_or_default())
            .set_creation_datetime(&ExcelDateTime::from_timestamp(job.date.as_second()).map_err(internal)?);
        self.book.set_properties(&properties);
        self.book.save_to_buffer().map_err(internal)
    }
}

fn internal(error: XlsxError) -> RenderError {
    RenderError::internal(format!("the workbook cannot be written: {error}"))
}

fn limit(place: &str, message: String) -> RenderError {
    RenderError { place: place.to_owned(), ..RenderError::limit(message) }
}

fn refuse(error: XlsxError, row: u32, path: &str, place: &str) -> RenderError {
    match error {
        XlsxError::MaxStringLengthExceeded => {
            let whose = if row == 0 { "the title".to_owned() } else { format!("record {row} of `{path}`") };
            let message = format!(
                "{whose} has a text of more than the 32,767 letters that a cell of a workbook takes: shorten it, or render the report as CSV"
            );
            limit(place, message)
        }
        error => internal(error),
    }
}

/// A row or column as its own number; what would not fit was refused before.
fn index<T: TryFrom<usize> + Default>(count: usize) -> T {
    T::try_from(count).unwrap_or_default()
}

/// Writes a column. An error comes with its row.
fn fill(
    worksheet: &mut Worksheet,
    report: &Report<'_>,
    column: &Column,
    sheet: &Sheet<'_>,
    n: usize,
) -> Result<(), (u32, XlsxError)> {
    let (at, looks) = (index(n), Looks::new(report, column, sheet.aligns[n]));
    let width = (sheet.lengths[n] as f64 + 2.0).clamp(WIDTHS.0, WIDTHS.1);
    worksheet.set_column_width(at, width).map_err(|error| (0, error))?;
    write(worksheet, (0, at), &Cell::Text(sheet.heads[n].clone()), &looks.head)?;
    for (row, record) in (1..).zip(sheet.records) {
        let cell = Cell::of(records::field(record, &column.field), column.format.as_ref(), &report.writing);
        write(worksheet, (row, at), &cell, &looks.cell)?;
    }
    match sheet.totals.as_deref().map(|totals| &totals[n]) {
        Some(total) => write(worksheet, (index(sheet.records.len() + 1), at), &Cell::from(total), &looks.total),
        None => Ok(()),
    }
}

fn write(
    worksheet: &mut Worksheet,
    (row, column): (u32, u16),
    cell: &Cell,
    looks: &rust_xlsxwriter::Format,
) -> Result<(), (u32, XlsxError)> {
    let written = match cell {
        Cell::Empty => worksheet.write_blank(row, column, looks),
        Cell::Number(number) => worksheet.write_number_with_format(row, column, *number, looks),
        Cell::Truth(truth) => worksheet.write_boolean_with_format(row, column, *truth, looks),
        Cell::Time(time) => worksheet.write_datetime_with_format(row, column, time, looks),
        Cell::Text(text) => worksheet.write_string_with_format(row, column, text, looks),
    };
    written.map(|_| ()).map_err(|error| (row, error))
}

impl Cell {
    /// The value itself, where a cell can hold it, else as text.
    fn of(value: &Value, format: Option<&Format>, writing: &Writing) -> Self {
        let cell = match (format, value) {
            (_, Value::Null) => Some(Self::Empty),
            (Some(Format::Text), _) => None,
            (Some(Format::Date(_)), _) => writing.civil(value).ok().and_then(time).map(Self::Time),
            (None, Value::Number(number)) => {
                number.as_f64().filter(|n| number.is_f64() || n.abs() < MAX_EXACT).map(Self::Number)
            }
            (None, Value::Bool(truth)) => Some(Self::Truth(*truth)),
            (None, _) => None,
            (Some(_), Value::String(text)) => {
                text.trim().parse().ok().filter(|n: &f64| n.is_finite()).map(Self::Number)
            }
            (Some(_), _) => value.as_f64().map(Self::Number),
        };
        cell.unwrap_or_else(|| Self::text(&plain(value)))
    }

    /// XML has no place for two of the letters.
    fn text(text: &str) -> Self {
        Self::Text(text.replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}"))
    }
}

impl From<&Total> for Cell {
    fn from(total: &Total) -> Self {
        match total {
            Total::Sum(sum) => sum.as_f64().map_or_else(|| Self::text(&plain(sum)), Self::Number),
            Total::Label(words) => Self::text(words),
            Total::Blank => Self::Empty,
        }
    }
}

/// A time as a workbook has it, which begins in 1900.
fn time(time: DateTime) -> Option<ExcelDateTime> {
    let small = |number: i8| u8::try_from(number).ok();
    let year = u16::try_from(time.year()).ok()?;
    let day = ExcelDateTime::from_ymd(year, small(time.month())?, small(time.day())?).ok()?;
    day.and_hms(u16::try_from(time.hour()).ok()?, small(time.minute())?, small(time.second())?).ok()
}
