//! Every cell of a table is in the workbook: read back by another program than the one that wrote it.

use std::io::Cursor;

use calamine::{Data, Range, Reader, Xlsx, open_workbook_from_rs};
use serde_json::Value;

use super::{Outcome, ensure, records, tables};
use crate::lines::tidy;
use crate::writing::{Writing, plain};

/// The digits of a whole number that a spreadsheet keeps.
const DIGITS: usize = 15;
/// A sum of floats is not exact in its last digits.
const OF_SUMS: f64 = 1e-9;

/// Every table has its sheet, with its heads, its records and its totals.
pub fn check(xlsx: &[u8], definition: &Value, data: &Value, writing: &Writing) -> Outcome {
    let mut book: Xlsx<_> =
        open_workbook_from_rs(Cursor::new(xlsx)).map_err(|error: calamine::XlsxError| error.to_string())?;
    let (tables, sheets) = (tables(definition), book.worksheets());
    ensure(tables.len() == sheets.len(), || format!("{} sheets of {} tables", sheets.len(), tables.len()))?;
    for (table, (name, range)) in tables.into_iter().zip(sheets) {
        let sheet = Sheet { range, columns: table["columns"].as_array().unwrap(), records: records(table, data) };
        let checked = sheet.check_heads().and_then(|()| sheet.check_records());
        let checked = checked.and_then(|()| sheet.check_totals(&table["totals"], writing.total_label()));
        checked.map_err(|fault| format!("sheet {name:?}: {fault}"))?;
    }
    Ok(())
}

struct Sheet<'a> {
    range: Range<Data>,
    columns: &'a [Value],
    records: &'a [Value],
}

impl Sheet<'_> {
    fn cell(&self, row: usize, column: usize) -> &Data {
        self.range.get_value((row as u32, column as u32)).unwrap_or(&Data::Empty)
    }

    fn check_heads(&self) -> Outcome {
        for (n, column) in self.columns.iter().enumerate() {
            let head = column["title"].as_str().map(|title| tidy(title).into_owned());
            let head = head.unwrap_or_else(|| crate::records::words(field(column)));
            ensure(is_text(self.cell(0, n), &head), || format!("{:?} for the head {head:?}", self.cell(0, n)))?;
        }
        Ok(())
    }

    fn check_records(&self) -> Outcome {
        for (row, record) in (1..).zip(self.records) {
            for (n, column) in self.columns.iter().enumerate() {
                let (value, cell) = (&record[field(column)], self.cell(row, n));
                let right = holds(cell, value, column["format"].as_str());
                ensure(right, || format!("{cell:?} for {value} of record {row}, column {n}"))?;
            }
        }
        Ok(())
    }

    /// A sum below each column that has one, and what the row is below the first that has none.
    fn check_totals(&self, summed: &Value, label: &str) -> Outcome {
        let row = self.records.len() + 1;
        let summed: Vec<&str> = summed.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let is_summed = |column: &&Value| summed.contains(&field(column));
        let labelled = self.columns.iter().position(|column| !is_summed(&column)).filter(|_| !summed.is_empty());
        for (n, column) in self.columns.iter().enumerate() {
            let cell = self.cell(row, n);
            let right = if is_summed(&column) {
                let numbers = || self.records.iter().filter_map(|record| record[field(column)].as_f64());
                let slack = OF_SUMS * numbers().map(f64::abs).sum::<f64>();
                number(cell).is_some_and(|sum| (sum - numbers().sum::<f64>()).abs() <= slack)
            } else {
                is_text(cell, if labelled == Some(n) { label } else { "" })
            };
            ensure(right, || format!("{cell:?} is the total of column {n}"))?;
        }
        let below = (0..self.columns.len()).map(|n| self.cell(row + 1, n));
        ensure(below.clone().all(|cell| *cell == Data::Empty), || {
            format!("{:?} below the table", below.collect::<Vec<_>>())
        })
    }
}

fn field(column: &Value) -> &str {
    column["field"].as_str().unwrap()
}

fn holds(cell: &Data, value: &Value, format: Option<&str>) -> bool {
    match (value, cell) {
        (Value::Null, cell) => *cell == Data::Empty,
        (Value::String(date), Data::DateTime(time)) if format == Some("date") => {
            let (year, month, day, ..) = time.to_ymd_hms_milli();
            format!("{year}-{month:02}-{day:02}") == *date
        }
        (Value::Number(_), Data::Float(_) | Data::Int(_)) => is_kept(&plain(value)) && number(cell) == value.as_f64(),
        (Value::Number(_), cell) => !is_kept(&plain(value)) && is_text(cell, &plain(value)),
        (value, cell) => is_text(cell, &plain(value)),
    }
}

/// Whether a spreadsheet shows a number as it is: digits behind the point are rounded, those before it would be another number.
fn is_kept(text: &str) -> bool {
    let whole = text.split(['.', 'e', 'E']).next().unwrap().trim_start_matches(['-', '0']);
    whole.trim_end_matches('0').len() <= DIGITS
}

fn is_text(cell: &Data, text: &str) -> bool {
    match cell {
        // XML has no place for two of the letters.
        Data::String(cell) => *cell == text.replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}"),
        cell => *cell == Data::Empty && text.is_empty(),
    }
}

fn number(cell: &Data) -> Option<f64> {
    match cell {
        Data::Float(number) => Some(*number),
        Data::Int(number) => Some(*number as f64),
        // Sums of long numbers are texts as well.
        Data::String(text) => text.parse().ok(),
        _ => None,
    }
}
