//! The tables of a report as a workbook: values as they are, formats as the columns have them, and no formulas but those of totals.

use domain::definition::{Column, Table};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Formula, IgnoreError, Worksheet, XlsxError};

use crate::error::{Place, RenderError};
use crate::table::Sheet;
use crate::{Report, records};

mod cell;
mod format;
mod name;
mod printing;

use cell::Cell;
use format::Looks;
use name::Names;

/// What a sheet takes, with its head and its totals.
const MAX_ROWS: usize = 1_048_576;
/// Each sheet is written by a thread of its own, whose stack counts as the report's memory.
const MAX_SHEETS: usize = 100;
/// The narrowest and the widest column, in letters.
const WIDTHS: (f64, f64) = (8.0, 60.0);

/// A workbook in the making.
pub struct Workbook<'a> {
    report: &'a Report<'a>,
    book: rust_xlsxwriter::Workbook,
    names: Names,
    /// The last heading, which names a table that has no title.
    heading: Option<String>,
}

/// The refusal of a workbook for a report that has nothing to put in.
pub fn no_tables() -> RenderError {
    RenderError::request("format", "the report has no tables, so that there is nothing to put into a workbook")
}

impl<'a> Workbook<'a> {
    pub fn new(report: &'a Report<'a>) -> Self {
        Self { report, book: rust_xlsxwriter::Workbook::new(), names: Names::default(), heading: None }
    }

    /// Notes a heading: it names the tables below it that have no title.
    pub fn head(&mut self, words: &str) {
        self.heading = Some(words.to_owned()).filter(|words| !words.trim().is_empty());
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
        let title = sheet.title.as_deref().filter(|title| !title.trim().is_empty());
        let name = self.names.unused(title.or(self.heading.as_deref()).unwrap_or(path));
        let worksheet = self.book.add_worksheet();
        worksheet.set_name(name).map_err(internal)?;
        // Totals stay where they are when the rows are sorted.
        let (last_row, last_column) = (index(count), index(table.columns.len() - 1));
        worksheet.autofilter(0, 0, last_row, last_column).map_err(internal)?;
        worksheet.set_freeze_panes(1, 0).map_err(internal)?;
        // Long numbers are text on purpose, and no mistake to point at.
        let stored_as_text = IgnoreError::NumberStoredAsText;
        worksheet.ignore_error_range(1, 0, last_row.max(1), last_column, stored_as_text).map_err(internal)?;
        let letters = (0..table.columns.len()).map(|n| width(sheet, n)).sum();
        printing::set_up(worksheet, self.report, letters).map_err(internal)?;
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
    RenderError { place: Place::Report(place.to_owned()), ..RenderError::limit(message) }
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

/// The width of a column, in letters.
fn width(sheet: &Sheet<'_>, n: usize) -> f64 {
    (sheet.lengths[n] as f64 + 2.0).clamp(WIDTHS.0, WIDTHS.1)
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
    worksheet.set_column_width(at, width(sheet, n)).map_err(|error| (0, error))?;
    write(worksheet, (0, at), &Cell::Text(sheet.heads[n].clone()), &looks.head)?;
    let mut summable = !sheet.records.is_empty();
    for (row, record) in (1..).zip(sheet.records) {
        let cell = Cell::of(records::field(record, &column.field), column.format.as_ref(), &report.writing);
        summable &= matches!(cell, Cell::Number(_) | Cell::Empty);
        write(worksheet, (row, at), &cell, &looks.cell)?;
    }
    let Some(totals) = &sheet.totals else { return Ok(()) };
    let position = (index(sheet.records.len() + 1), at);
    match Cell::from(&totals[n]) {
        Cell::Number(sum) if summable => write_sum(worksheet, position, sum, &looks.total),
        total => write(worksheet, position, &total, &looks.total),
    }
}

/// Writes a total as the sum of the rows that a filter leaves; until a spreadsheet computes it, `sum` is shown. Cells with text would not
/// be counted: such a column has its total as a value.
fn write_sum(
    worksheet: &mut Worksheet,
    (row, column): (u32, u16),
    sum: f64,
    looks: &rust_xlsxwriter::Format,
) -> Result<(), (u32, XlsxError)> {
    let rows = rust_xlsxwriter::cell_range(1, column, row - 1, column);
    let formula = Formula::new(format!("SUBTOTAL(109,{rows})")).set_result(sum.to_string());
    worksheet.write_formula_with_format(row, column, formula, looks).map(|_| ()).map_err(|error| (row, error))
}

fn write(
    worksheet: &mut Worksheet,
    (row, column): (u32, u16),
    cell: &Cell,
    looks: &rust_xlsxwriter::Format,
) -> Result<(), (u32, XlsxError)> {
    let written = match cell {
        Cell::Empty => worksheet.write_blank(row, column, looks),
        Cell::Number(number) | Cell::Time(number) => worksheet.write_number_with_format(row, column, *number, looks),
        Cell::Truth(truth) => worksheet.write_boolean_with_format(row, column, *truth, looks),
        Cell::Text(text) => worksheet.write_string_with_format(row, column, text, looks),
    };
    written.map(|_| ()).map_err(|error| (row, error))
}
