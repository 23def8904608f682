//! Every text of a table is on paper, in the text alternative and in its CSV.

use serde_json::Value;

use super::{Outcome, ensure, records, squeezed, tables};
use crate::job::TableFile;
use crate::writing::plain;

/// The letters on all pages: as they stand from left to right, and as they are read.
pub struct Paper {
    pub printed: String,
    pub read: String,
    /// Whether the report is written from right to left, so that even signs stand the other way round.
    pub turned: bool,
}

/// Looks for the cells of all tables.
pub fn check(paper: &Paper, files: &[TableFile], definition: &Value, data: &Value) -> Outcome {
    for (table, file) in tables(definition).into_iter().zip(files) {
        check_table(paper, &file.csv, table["columns"].as_array().unwrap(), records(table, data))?;
    }
    Ok(())
}

fn check_table(paper: &Paper, csv: &str, columns: &[Value], records: &[Value]) -> Outcome {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(csv.as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().map(|row| row.unwrap()).collect();
    ensure(rows.len() == records.len(), || format!("{} rows in the CSV of {} records", rows.len(), records.len()))?;
    for (record, row) in records.iter().zip(&rows) {
        for (n, column) in columns.iter().enumerate() {
            let value = &record[column["field"].as_str().unwrap()];
            let text = plain(value);
            let in_csv = &row[n];
            ensure(is_text_of(in_csv, &text), || format!("{text:?} is {in_csv:?} in the CSV"))?;
            let lost = |piece: &&str| !paper.holds(&squeezed(piece), &text);
            if let Some(lost) = value
                .as_str()
                .filter(|_| column.get("format").is_none())
                .and_then(|text| text.split_whitespace().find(lost))
            {
                return Err(format!("{lost:?} of {text:?} is not on paper"));
            }
        }
    }
    Ok(())
}

/// Whether a cell of a CSV is a text, but for the apostrophes that keep what would be a cell from being a formula.
fn is_text_of(in_csv: &str, text: &str) -> bool {
    let (mut letters, mut before) = (text.chars().peekable(), None::<char>);
    for c in in_csv.chars() {
        let starts_cell = before.is_none_or(|before| ",;\t|\n\r".contains(before));
        if letters.next_if_eq(&c).is_none() && !(c == '\'' && starts_cell) {
            return false;
        }
        before = Some(c);
    }
    letters.peek().is_none()
}

impl Paper {
    fn holds(&self, piece: &str, text: &str) -> bool {
        // Letters that are written from right to left, and signs among them, stand the other way round.
        let turned =
            self.turned || text.chars().any(|c| matches!(c, '\u{590}'..='\u{8ff}' | '\u{10800}'..='\u{10fff}'));
        (turned || is_printed(piece, &self.printed)) && is_printed(piece, &self.read)
    }
}

/// Whether a piece is on paper: at one place, or in few parts, from the end of one page to the beginning of the next.
fn is_printed(piece: &str, printed: &str) -> bool {
    const PARTS: usize = 4;
    let mut rest = piece;
    for _ in 0..PARTS {
        let ends = rest.char_indices().map(|(at, letter)| at + letter.len_utf8());
        match ends.rev().find(|end| printed.contains(&rest[..*end])) {
            Some(end) => rest = &rest[end..],
            None => break,
        }
    }
    rest.is_empty()
}
