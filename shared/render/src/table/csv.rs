//! The rows of a table as CSV: values as they are in the data, not as they are written in the report.

use domain::definition::Column;
use serde_json::Value;

use crate::records;
use crate::writing::plain;

/// Writes the records with a row of heads.
///
/// # Errors
/// When a row has another length than the heads, which cannot be.
pub fn write(heads: &[String], columns: &[Column], records: &[Value]) -> Result<String, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(heads.iter().map(|head| harmless(head.clone())))?;
    for record in records {
        writer.write_record(columns.iter().map(|column| cell(records::field(record, &column.field))))?;
    }
    let bytes = writer.into_inner().map_err(|error| error.into_error())?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn cell(value: &Value) -> String {
    match value {
        Value::String(text) => harmless(text.clone()),
        other => plain(other),
    }
}

/// A spreadsheet takes a text that starts with one of these signs for a formula, and would run it.
fn harmless(text: String) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let number = text.parse::<f64>().is_ok_and(f64::is_finite);
    if formula && !number { format!("'{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn texts_that_look_like_formulas_are_made_harmless() {
        let cases = [
            (json!("=1+1"), "'=1+1"),
            (json!("@sum"), "'@sum"),
            (json!("+49 30 1234"), "'+49 30 1234"),
            (json!("-cmd|' /C calc'!A0"), "'-cmd|' /C calc'!A0"),
            (json!("\t=1"), "'\t=1"),
            (json!("-12.5"), "-12.5"),
            (json!(-12.5), "-12.5"),
            (json!("a=1"), "a=1"),
            (json!(null), ""),
        ];
        for (value, expected) in cases {
            assert_eq!(cell(&value), expected, "{value}");
        }
    }

    #[test]
    fn cells_are_quoted_where_csv_needs_it() {
        let columns: Vec<Column> = serde_json::from_value(json!([{"field": "a"}, {"field": "b"}])).unwrap();
        let heads = ["A".to_owned(), "=B".to_owned()];
        let records = [json!({"a": "x,y", "b": 1.5}), json!({"a": "say \"hi\""})];
        assert_eq!(write(&heads, &columns, &records).unwrap(), "A,'=B\n\"x,y\",1.5\n\"say \"\"hi\"\"\",\n");
    }
}
