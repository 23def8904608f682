//! Tables as CSV, written and read back.

use ::csv::ReaderBuilder;
use serde_json::json;

use super::*;

fn written(columns: &Value, records: &[Value], options: &Value, lang: &str) -> String {
    let columns: Vec<Column> = serde_json::from_value(columns.clone()).unwrap();
    let heads: Vec<String> = columns.iter().map(|column| column.field.to_uppercase()).collect();
    let options: CsvOptions = serde_json::from_value(options.clone()).unwrap();
    write(&heads, &columns, records, Dialect::new(options, lang)).unwrap()
}

#[test]
fn a_file_is_written_as_excel_expects_it_in_its_language() {
    let cases = [
        ("en", json!({}), "\u{feff}A,B\r\nStraße,-1250.5\r\n"),
        ("en-GB", json!({}), "\u{feff}A,B\r\nStraße,-1250.5\r\n"),
        ("ja", json!({}), "\u{feff}A,B\r\nStraße,-1250.5\r\n"),
        ("es-MX", json!({}), "\u{feff}A,B\r\nStraße,-1250.5\r\n"),
        ("ar-EG", json!({}), "\u{feff}A,B\r\nStraße,-1250.5\r\n"),
        ("de", json!({}), "\u{feff}A;B\r\nStraße;-1250,5\r\n"),
        ("fr", json!({}), "\u{feff}A;B\r\nStraße;-1250,5\r\n"),
        ("pt-BR", json!({}), "\u{feff}A;B\r\nStraße;-1250,5\r\n"),
        ("de-CH", json!({}), "\u{feff}A;B\r\nStraße;-1250.5\r\n"),
        ("de", json!({"separator": ","}), "\u{feff}A,B\r\nStraße,-1250.5\r\n"),
        ("de", json!({"decimal": "."}), "\u{feff}A,B\r\nStraße,-1250.5\r\n"),
        ("de", json!({"separator": "\t"}), "\u{feff}A\tB\r\nStraße\t-1250,5\r\n"),
        ("en", json!({"decimal": ","}), "\u{feff}A;B\r\nStraße;-1250,5\r\n"),
        ("en", json!({"separator": "|", "bom": false}), "A|B\r\nStraße|-1250.5\r\n"),
        ("de", json!({"bom": false, "separator": ",", "decimal": "."}), "A,B\r\nStraße,-1250.5\r\n"),
    ];
    let records = [json!({"a": "Straße", "b": -1250.5})];
    for (lang, options, expected) in cases {
        assert_eq!(
            written(&json!([{"field": "a"}, {"field": "b"}]), &records, &options, lang),
            expected,
            "{lang} {options}"
        );
    }
}

#[test]
fn numbers_have_the_mark_of_the_file_and_texts_stay_as_they_are() {
    let cases = [
        ("a number", json!(1234.5), "", "1234,5"),
        ("a number of 64 bits", json!(9_007_199_254_740_993_u64), "", "9007199254740993"),
        ("a small number", json!(1.2e-7), "number", "0,00000012"),
        ("a text that is a number", json!(" -12.50 "), "currency:EUR", "-12,50"),
        ("a version", json!("12.5"), "", "12.5"),
        ("a code", json!("12.5"), "text", "12.5"),
        ("a date", json!("2026-03-31"), "date", "2026-03-31"),
        ("no number after all", json!("=1.5"), "number", "'=1.5"),
        ("an amount as written elsewhere", json!("-1,234.56"), "", "-1,234.56"),
        ("nothing", json!(null), "number", "\"\""),
        ("a truth", json!(true), "", "true"),
        ("a list", json!([1.5]), "", "[1.5]"),
    ];
    for (what, value, format, expected) in cases {
        let column = if format.is_empty() { json!({"field": "a"}) } else { json!({"field": "a", "format": format}) };
        let text = written(&json!([column]), &[json!({"a": value})], &json!({"bom": false}), "de");
        assert_eq!(text, format!("A\r\n{expected}\r\n"), "{what}");
    }
}

#[test]
fn every_text_reads_back_as_it_was() {
    let texts = [
        "x,y",
        "x;y",
        "say \"hi\"",
        "two\nlines",
        "a lone\rreturn",
        "both\r\n",
        " spaces ",
        "東京",
        "'quoted'",
        "-",
        "",
    ];
    for separator in [",", ";", "\t", "|"] {
        let records: Vec<Value> = texts.iter().map(|text| json!({"a": text, "b": text})).collect();
        let options = json!({"separator": separator, "bom": false});
        let text = written(&json!([{"field": "a"}, {"field": "b"}]), &records, &options, "en");
        let mut reader = ReaderBuilder::new().delimiter(separator.as_bytes()[0]).from_reader(text.as_bytes());
        let read: Vec<Vec<String>> =
            reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect();
        let expected: Vec<Vec<String>> = texts.iter().map(|text| vec![(*text).to_owned(); 2]).collect();
        assert_eq!(read, expected, "{separator:?}");
    }
}

#[test]
fn a_formula_is_shown_rather_than_run() {
    let records = [json!({"=a": "=1+1"}), json!({"=a": "+49 30 1234"}), json!({"=a": {"b": "=1"}})];
    let text = written(&json!([{"field": "=a"}]), &records, &json!({"bom": false}), "en");
    assert_eq!(text, "'=A\r\n'=1+1\r\n+49 30 1234\r\n\"{\"\"b\"\":\"\"=1\"\"}\"\r\n");
}

#[test]
fn a_formula_is_none_either_where_the_file_is_split_at_another_separator() {
    let cases = [
        ("a;=1+1;b", "a;'=1+1;b"),
        ("a,@SUM(A1)", "\"a,'@SUM(A1)\""),
        ("a\t=1", "a\t'=1"),
        ("a\n=1+1\nb", "\"a\n'=1+1\nb\""),
        ("a,\"=1", "\"a,'\"\"=1\""),
        ("Still to do:\n- a\n- b", "\"Still to do:\n- a\n- b\""),
        ("-1,234.56", "\"-1,234.56\""),
        ("Berlin;+49 30 1", "Berlin;+49 30 1"),
        ("-cmd|'/C calc'!A0", "'-cmd|'/C calc'!A0"),
    ];
    for (value, expected) in cases {
        let text = written(&json!([{"field": "a"}]), &[json!({"a": value})], &json!({"bom": false}), "en");
        assert_eq!(text, format!("A\r\n{expected}\r\n"), "{value:?}");
    }
}
