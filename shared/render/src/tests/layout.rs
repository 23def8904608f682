//! What reports of real data need of the layout: each was printed wrong once, here or by another report server.

use domain::definition::Definition;
use serde_json::{Value, json};

use super::net::words;
use super::text_of;
use crate::{Job, RenderError, Rendered, layout_of, render};

fn job(definition: &Value, data: Value) -> Job {
    Job::new("Layout", Definition::parse(definition).unwrap(), data, "2026-03-31T10:00:00Z".parse().unwrap())
}

/// Renders a report in which no word stands over another or off the page.
fn rendered(definition: &Value, data: Value) -> Rendered {
    let job = job(definition, data);
    assert_eq!(words::faults(&layout_of(&job).unwrap()), [""; 0]);
    render(&job).unwrap()
}

fn table(columns: &Value, rows: &Value) -> Rendered {
    rendered(&json!({"blocks": [{"kind": "table", "data": "rows", "columns": columns}]}), json!({"rows": rows}))
}

/// Columns of amounts in millions, with cents.
fn amounts(count: usize) -> (Value, Value) {
    let names: Vec<String> = (0..count).map(|n| format!("m{n}")).collect();
    let columns: Vec<Value> = names.iter().map(|name| json!({"field": name, "format": "number:2"})).collect();
    let row: serde_json::Map<String, Value> = names.iter().map(|name| (name.clone(), json!(-1_234_567.89))).collect();
    let columns = [vec![json!({"field": "line", "title": "Item"})], columns].concat();
    let mut row = row;
    row.insert("line".to_owned(), json!("Cost of goods sold"));
    (Value::Array(columns), json!([row]))
}

#[test]
fn an_income_statement_is_printed_in_smaller_type_or_in_parts() {
    let (columns, rows) = amounts(7);
    let narrow = table(&columns, &rows);
    assert!(narrow.warnings.is_empty() && text_of(&narrow).matches("Item").count() == 1);
    let (columns, rows) = amounts(13);
    let wide = table(&columns, &rows);
    assert_eq!(text_of(&wide).matches("Item").count(), 2, "the first column is repeated");
    assert_eq!(text_of(&wide).matches("−1,234,567.89").count(), 13);
    let warning = &wide.warnings[0];
    assert_eq!(warning.place, "blocks[0]");
    assert!(warning.message.contains("in 2 parts"), "{warning:?}");
}

#[test]
fn a_page_is_turned_when_it_may_be_and_a_table_needs_it() {
    let (columns, rows) = amounts(10);
    let size = |orientation: &str, columns: &Value, rows: &Value| {
        let block = json!({"kind": "table", "data": "rows", "columns": columns});
        let definition = json!({"page": {"orientation": orientation}, "blocks": [block]});
        let page = rendered(&definition, json!({"rows": rows})).pages.remove(0);
        page.width > page.height
    };
    assert!(!size("portrait", &columns, &rows));
    assert!(size("auto", &columns, &rows));
    let (columns, rows) = amounts(3);
    assert!(!size("auto", &columns, &rows), "a narrow table stays as it is");
}

#[test]
fn what_no_paper_holds_is_refused_with_the_columns_and_what_would_help() {
    let refused = |orientation: &str| -> RenderError {
        let columns = json!([{"field": "a"}, {"field": "b", "format": "number:0", "title": "Big\nnumber"}]);
        let block = json!({"kind": "table", "data": "rows", "columns": columns});
        let definition = json!({"page": {"size": "a5", "orientation": orientation}, "blocks": [block]});
        let data = format!("{{\"rows\": [{{\"a\": \"x\", \"b\": {}}}]}}", "1234567890".repeat(15));
        render(&job(&definition, serde_json::from_str(&data).unwrap())).unwrap_err()
    };
    for orientation in ["portrait", "auto"] {
        let error = refused(orientation);
        assert_eq!(error.place.as_str(), "blocks[0].columns[1]");
        assert!(error.message.contains("`Big number` cannot be printed; use a larger page"), "{error}");
    }
}

#[test]
fn rows_of_a_workbook_do_not_depend_on_the_paper() {
    let (columns, rows) = amounts(30);
    let definition = json!({"page": {"size": "a5"}, "blocks": [{"kind": "table", "data": "rows", "columns": columns}]});
    let outputs = crate::Outputs::tables();
    let rendered = render(&Job { outputs, ..job(&definition, json!({"rows": rows})) }).unwrap();
    assert!(rendered.tables[0].csv.contains("Cost of goods sold") && rendered.warnings.is_empty());
}

#[test]
fn long_references_are_broken_inside_their_cell() {
    let hash = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    let columns =
        json!([{"field": "file"}, {"field": "hash"}, {"field": "by"}, {"field": "size", "format": "integer"}]);
    let rows = json!([{"file": "https://example.org/a/very/long/path/to/the/file-of-the-month.pdf", "hash": hash,
        "by": "firstname.lastname@department.example.org", "size": 123_456}]);
    let text = text_of(&table(&columns, &rows));
    assert!(text.contains(hash), "the text alternative has the reference whole: {text}");
}

#[test]
fn every_sign_that_ends_a_line_makes_the_row_higher() {
    let columns = json!([{"field": "a"}, {"field": "b"}]);
    for end in ["\n", "\r", "\r\n", "\u{2028}", "\u{b}"] {
        let lines = ["one", "two", "three"].join(end);
        let rows = json!([{"a": "before", "b": "x"}, {"a": lines, "b": "x"}, {"a": "after", "b": "x"}]);
        let text = text_of(&table(&columns, &rows));
        assert!(text.contains("one two three"), "{end:?}: {text}");
    }
}

#[test]
fn a_tab_keeps_words_apart() {
    let text = text_of(&table(&json!([{"field": "a"}]), &json!([{"a": "Springfield\tEast"}])));
    assert!(text.contains("Springfield\u{2003}East"), "{text}");
}

#[test]
fn a_table_ends_after_its_last_row_and_says_when_it_has_none() {
    let height = |rows: &Value| {
        let definition = json!({"blocks": [{"kind": "table", "data": "rows", "columns": [{"field": "a"}]},
            {"kind": "text", "markdown": "END"}]});
        let document = layout_of(&job(&definition, json!({"rows": rows}))).unwrap();
        let words = words::of_page(&document.pages()[0].frame);
        words.iter().find(|word| word.text == "END").unwrap().y.0
    };
    let row = height(&json!([{"a": 1}, {"a": 2}])) - height(&json!([{"a": 1}]));
    assert!((row - 17.0).abs() < 0.1, "a row is as high as each other: {row}");
    let above = height(&json!([{"a": 1}])) - row;
    assert!(above < 150.0, "no empty row follows: {above}");
    let empty = text_of(&table(&json!([{"field": "a"}]), &json!([])));
    assert!(empty.contains("A\nNo data"), "{empty}");
}

#[test]
fn totals_are_never_alone_on_a_page() {
    for count in 20..60 {
        let rows: Vec<Value> = (0..count).map(|n| json!({"a": format!("row {n}"), "b": n})).collect();
        let block =
            json!({"kind": "table", "data": "rows", "totals": ["b"], "columns": [{"field": "a"}, {"field": "b"}]});
        let rendered = rendered(&json!({"blocks": [block]}), json!({"rows": rows}));
        let last = rendered.pages.iter().find(|page| page.text.contains("Total")).unwrap();
        let beside = last.text.matches("row ").count();
        assert!(beside >= 2, "{count} rows: {beside} beside the total");
    }
}

#[test]
fn a_heading_stays_with_the_rows_below_it() {
    for count in 25..45 {
        let rows: Vec<Value> = (0..count).map(|n| json!({"a": format!("row {n}")})).collect();
        let table = |title: &str| json!({"kind": "table", "data": "rows", "title": title, "columns": [{"field": "a"}]});
        let definition =
            json!({"blocks": [table("First"), {"kind": "heading", "text": "Second part"}, table("Second")]});
        let rendered = rendered(&definition, json!({"rows": rows}));
        let page = rendered.pages.iter().find(|page| page.text.contains("Second part")).unwrap();
        let (_, below) = page.text.rsplit_once("Second part").unwrap();
        assert!(below.contains("row 0"), "{count} rows: {below}");
    }
}

/// A random report, in which all rows stood over each other.
#[test]
fn a_title_and_a_head_that_fill_a_page_together_leave_room_for_the_rows() {
    let report: Value = serde_json::from_str(include_str!("net/overlap.json")).unwrap();
    rendered(&report["definition"], report["data"].clone());
}

#[test]
fn markdown_that_says_nothing_is_printed() {
    let texts = [
        "```\n```",
        "    ",
        "#",
        "[](https://example.com)",
        "-",
        "- [ ]",
        "1.",
        ">",
        "****",
        "``",
        "| |\n|-|",
        "| |\n|-|\n| |",
        "---",
        "\u{a0}",
        "\\",
        "- ```\n  ```",
        "> #",
        "~~~~",
    ];
    for text in texts {
        let definition = json!({"blocks": [{"kind": "text", "markdown": text}, {"kind": "text", "markdown": "words"}]});
        let made = render(&job(&definition, json!({})));
        assert!(made.is_ok(), "{text:?}: {:?}", made.err());
    }
}

#[test]
fn a_head_of_a_markdown_table_that_is_higher_than_a_page_goes_on_on_the_next() {
    let words = "A head of many words, which a column has no room for. ".repeat(60);
    let markdown = format!("| {words} | b |\n|---|---|\n| END | d |");
    let definition =
        json!({"page": {"size": "a5", "orientation": "landscape"}, "blocks": [{"kind": "text", "markdown": markdown}]});
    let text = text_of(&rendered(&definition, json!({})));
    assert_eq!(text.matches("room").count(), 60, "it is not repeated: {text}");
    assert!(text.contains("END"), "{text}");
}

#[test]
fn cards_grow_with_their_words() {
    let card = |n: usize| {
        json!({"label": "Average revenue per paying customer ".repeat(n), "value": "{{ data.v }}", "format": "currency:EUR",
            "hint": "against the same month of last year ".repeat(n), "delta": 0.03})
    };
    for count in [1, 4, 40] {
        let definition = json!({"page": {"size": "a5"}, "blocks": [{"kind": "kpis", "items": [card(count), card(1), card(2)]},
            {"kind": "text", "markdown": "Text below"}]});
        let text = text_of(&rendered(&definition, json!({"v": 1e15})));
        assert!(text.contains("Text below"), "{text}");
    }
}

#[test]
fn titles_headers_and_footers_have_room_or_are_refused() {
    let with = |header: String, footer: Option<String>| {
        let template = domain::rendition::Template { header: Some(header), footer, ..Default::default() };
        Job { template, ..job(&json!({"title": "T", "blocks": [{"kind": "pagebreak"}]}), json!({})) }
    };
    for words in ["Confidential ".repeat(60), "x".repeat(400), "a\nb\rc\r\nd".to_owned()] {
        let document = layout_of(&with(words.clone(), Some(words))).unwrap();
        assert_eq!(words::faults(&document), [""; 0]);
    }
    let error = render(&with("Confidential ".repeat(2_000), None)).unwrap_err();
    assert_eq!(error.place.as_str(), "template.header");
    let title = "An endless title ".repeat(40);
    rendered(&json!({"title": title, "blocks": [{"kind": "pagebreak"}]}), json!({}));
}
