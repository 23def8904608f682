//! Numbers from the JSON of the data to the page and the rows, and values that are none.

use serde_json::{Value, json};

use super::{job, text_of};
use crate::{Job, RenderError, Rendered, render};

fn table(columns: &Value, totals: &Value, data: &str) -> Result<Rendered, RenderError> {
    let block = json!({"kind": "table", "data": "rows", "columns": columns, "totals": totals});
    let csv = json!({"bom": false, "separator": ",", "decimal": "."});
    render(&job(&json!({"csv": csv, "blocks": [block]}), serde_json::from_str(data).unwrap()))
}

#[test]
fn digits_reach_the_page_and_the_rows() {
    let cases = [
        ("a large float", "1.2e16", "12,000,000,000,000,000", "12000000000000000"),
        ("a small float", "0.00000012", "0.00000012", "0.00000012"),
        ("64 bits", "18446744073709551615", "18,446,744,073,709,551,615", "18446744073709551615"),
        (
            "a long decimal",
            "12345678901234567890.12345678901234567890",
            "12,345,678,901,234,567,890.1234567890123456789",
            "12345678901234567890.12345678901234567890",
        ),
        ("a float beyond all words", "1e300", "1E300", "1e+300"),
    ];
    for (what, number, page, row) in cases {
        let rendered =
            table(&json!([{"field": "v"}]), &json!(["v"]), &format!("{{\"rows\": [{{\"v\": {number}}}]}}")).unwrap();
        let text = text_of(&rendered);
        assert_eq!(text.matches(page).count(), 2, "{what}, the cell and the total: {text}");
        assert_eq!(rendered.tables[0].csv, format!("V\r\n{row}\r\n"), "{what}");
    }
}

#[test]
fn blank_values_are_blank_cells() {
    let columns =
        json!([{"field": "name"}, {"field": "amount", "format": "number:2"}, {"field": "due", "format": "date"}]);
    let data = r#"{"rows": [{"name": "a", "amount": 1.5, "due": "2026-03-01"}, {"name": "b", "amount": "", "due": ""},
        {"name": "c", "amount": "NaN", "due": null}]}"#;
    let rendered = table(&columns, &json!(["amount"]), data).unwrap();
    let text = text_of(&rendered);
    assert!(text.contains("a\t1.50\tMar 1, 2026") && text.contains("Total\t1.50"), "{text}");
    let refused =
        table(&columns, &json!([]), r#"{"rows": [{"name": "a", "amount": "n/a", "due": null}]}"#).unwrap_err();
    assert_eq!(refused.to_string(), "blocks[0].columns[1]: `n/a` is no number, in record 1 of `rows`");
}

#[test]
fn a_column_of_dates_has_no_total() {
    let columns = json!([{"field": "d", "format": "date"}, {"field": "k"}]);
    let refused = table(&columns, &json!(["d"]), r#"{"rows": [{"d": "2026-01-01", "k": "a"}]}"#).unwrap_err();
    assert_eq!(refused.to_string(), "blocks[0].totals: `d` has no total: it holds dates, in record 1 of `rows`");
}

#[test]
fn null_and_truths_are_no_words_of_a_program() {
    let definition = json!({"title": "Report for {{ data.none }}", "blocks": [
        {"kind": "heading", "text": "Customer {{ data.none }}"},
        {"kind": "text", "markdown": "paid: {{ data.paid }}; sum: {{ data.sum }}; _{{ data.words }}_"},
        {"kind": "kpis", "items": [{"label": "rate", "value": "{{ data.rate }}"}, {"label": "none", "value": "{{ data.none }}", "format": "number"},
            {"label": "change", "value": -0.125, "format": "percent:1", "delta": -0.125}]}
    ]});
    let data = r#"{"none": null, "paid": true, "sum": 1200.0, "rate": 1.2e-7, "words": "*a* <b>"}"#;
    let rendered = render(&job(&definition, serde_json::from_str(data).unwrap())).unwrap();
    let text = text_of(&rendered);
    for words in ["paid: true; sum: 1200; *a* <b>", "0.00000012", "–", "−12.5%"] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(!text.to_lowercase().replace("none\n", "").contains("none") && !text.contains("-12.5%"), "{text}");
    assert_eq!(rendered.title, "Report for ");
}

#[test]
fn a_template_reads_numbers_as_numbers() {
    let cases = [
        ("#(data.whole + 1)", "8"),
        ("#(data.half * 2)", "1"),
        ("#data.id", "18446744073709551615"),
        ("#type(json(\"data.json\").half)", "float"),
        ("#(json(\"/data.json\").whole + 1)", "8"),
        ("#json(bytes(\"[1, 2.5]\")).last()", "2.5"),
        ("#json.encode((a: 1, b: 2.5), pretty: false)", "{\"a\":1,\"b\":2.5}"),
    ];
    let data: Value = serde_json::from_str(r#"{"whole": 7, "half": 0.5, "id": 18446744073709551615}"#).unwrap();
    for (source, expected) in cases {
        let rendered = render(&job(&json!({"typst": source}), data.clone())).unwrap();
        assert_eq!(text_of(&rendered), expected, "{source}");
    }
}

#[test]
fn a_language_is_known_in_any_case() {
    let block = json!({"kind": "table", "data": "rows", "columns": [{"field": "k"}, {"field": "v", "format": "currency:EUR"},
        {"field": "d", "format": "date"}], "totals": ["v"]});
    let data = json!({"rows": [{"k": "a", "v": 1234.5, "d": "2026-03-05"}]});
    let plain = job(&json!({"lang": "DE", "blocks": [block]}), data);
    for lang in [None, Some("De".to_owned()), Some("de".to_owned())] {
        let rendered = render(&Job { lang, ..plain.clone() }).unwrap();
        assert_eq!(rendered.lang, "de");
        let text = text_of(&rendered);
        assert!(text.contains("1.234,50\u{a0}€\t05.03.2026") && text.contains("Summe"), "{text}");
    }
}

#[test]
fn a_job_reaches_the_child_with_all_its_digits() {
    let definition = json!({"params": [{"name": "rate", "type": "number", "default": 0.1}],
        "blocks": [{"kind": "kpis", "items": [{"label": "a", "value": 1.5}]}]});
    let data = serde_json::from_str(r#"{"id": 18446744073709551616, "rate": 0.10000000000000000001, "big": 1e300}"#);
    let params = json!({"rate": 2.5}).into();
    let sent = Job { params, ..job(&definition, data.unwrap()) };
    let mut bytes = Vec::new();
    ciborium::into_writer(&sent, &mut bytes).unwrap();
    assert_eq!(ciborium::from_reader::<Job, _>(bytes.as_slice()).unwrap(), sent);
}
