//! Reports as workbooks, read back.

use domain::rendition::Form;
use serde_json::{Value, json};

use super::{job, part, sales};
use crate::file::outputs_for;
use crate::{Cause, Job, render};

fn workbook(definition: &Value, data: Value) -> Job {
    Job { outputs: outputs_for(Form::Xlsx), time_zone: "Europe/Berlin".into(), ..job(definition, data) }
}

fn every_column() -> (Value, Value) {
    let column = |field: &str, format: &str| json!({"field": field, "format": format});
    let definition = json!({"title": "Every column", "lang": "de", "blocks": [
        {"kind": "table", "data": "rows", "title": "All [sorts]", "totals": ["amount"], "columns": [
            {"field": "name", "title": "=HEAD()"}, column("amount", "currency:EUR"), column("share", "percent"),
            column("count", "integer"), column("at", "date"), {"field": "paid"}, column("code", "text"), {"field": "number"}
        ]},
        {"kind": "columns", "columns": [[{"kind": "table", "data": "rows", "columns": [{"field": "name"}]}], []]}
    ]});
    let data = json!({"rows": [
        {"name": "=1+1", "amount": 10.25, "share": 0.125, "count": "12", "at": "2026-03-31T23:30:00Z", "paid": true,
         "code": 7, "number": 1234.5},
        {"name": "<b>&\u{1}\u{ffff}", "amount": "5", "share": null, "count": 3, "at": "2026-03-05", "paid": false,
         "code": "+49", "number": 12_345_678_901_234_567_u64},
        {"name": "@sum", "amount": -0.25, "share": 1, "count": -1, "at": "1815-06-18", "paid": null, "code": "", "number": [1]}
    ]});
    (definition, data)
}

#[test]
fn a_workbook_holds_values_and_no_formulas_but_totals() {
    let (definition, data) = every_column();
    let xlsx = render(&workbook(&definition, data)).unwrap().xlsx;
    let sheet = part(&xlsx, "xl/worksheets/sheet1.xml");
    let strings = part(&xlsx, "xl/sharedStrings.xml");
    let formulas: Vec<&str> = sheet.split("<f").skip(1).filter_map(|rest| rest.split("</f>").next()).collect();
    assert_eq!(formulas, [">SUBTOTAL(109,B2:B4)"], "{sheet}");
    let cell = |reference: &str| {
        let (_, rest) =
            sheet.split_once(&format!("<c r=\"{reference}\"")).unwrap_or_else(|| panic!("{reference}: {sheet}"));
        let (tag, rest) = rest.split_once('>').unwrap();
        let kind = tag.split_once("t=\"").map_or("n", |(_, kind)| &kind[..1]).to_owned();
        let rest = rest.split_once("</f>").filter(|_| rest.starts_with("<f>")).map_or(rest, |(_, rest)| rest);
        let value = rest.strip_prefix("<v>").and_then(|rest| rest.split_once("</v>")).map_or("", |(value, _)| value);
        (kind, value.to_owned())
    };
    let text = |reference: &str| {
        let (kind, index) = cell(reference);
        assert_eq!(kind, "s", "{reference}");
        let string = strings.split("<si>").nth(index.parse::<usize>().unwrap() + 1).unwrap();
        string.split_once('>').unwrap().1.split_once("</t>").unwrap().0.to_owned()
    };
    let texts = [
        ("A1", "=HEAD()"),
        ("B1", "Amount"),
        ("A2", "=1+1"),
        ("A3", "&lt;b&gt;&amp;_x0001_\u{fffd}"),
        ("A4", "@sum"),
        ("E4", "1815-06-18"),
        ("G2", "7"),
        ("G3", "+49"),
        ("H3", "12345678901234567"),
        ("H4", "[1]"),
        ("A5", "Summe"),
    ];
    for (reference, expected) in texts {
        assert_eq!(text(reference), expected, "{reference}");
    }
    // 2026-04-01 01:30 in Berlin, and 2026-03-05.
    let numbers = [
        ("B2", "n", "10.25"),
        ("B3", "n", "5"),
        ("B4", "n", "-0.25"),
        ("C2", "n", "0.125"),
        ("D2", "n", "12"),
        ("E2", "n", "46113.0625"),
        ("E3", "n", "46086"),
        ("F2", "b", "1"),
        ("F3", "b", "0"),
        ("H2", "n", "1234.5"),
        ("B5", "n", "15"),
    ];
    for (reference, kind, value) in numbers {
        assert_eq!(cell(reference), (kind.to_owned(), value.to_owned()), "{reference}");
    }
    for reference in ["C3", "F4"] {
        assert_eq!(cell(reference).1, "", "{reference} is empty");
    }
}

#[test]
fn a_workbook_is_easy_to_read() {
    let (definition, data) = every_column();
    let xlsx = render(&workbook(&definition, data)).unwrap().xlsx;
    let book = part(&xlsx, "xl/workbook.xml");
    assert!(book.contains("<sheet name=\"All sorts\"") && book.contains("<sheet name=\"rows\""), "{book}");
    let sheet = part(&xlsx, "xl/worksheets/sheet1.xml");
    for words in
        ["<autoFilter ref=\"A1:H4\"/>", "ySplit=\"1\"", "state=\"frozen\"", "<cols>", "numberStoredAsText=\"1\""]
    {
        assert!(sheet.contains(words), "{words} is not in {sheet}");
    }
    let styles = part(&xlsx, "xl/styles.xml");
    for words in ["#,##0.00\u{a0}&quot;€&quot;", "0.0%", "dd.mm.yyyy", "<b/>"] {
        assert!(styles.contains(words), "{words} is not in {styles}");
    }
    let core = part(&xlsx, "docProps/core.xml");
    for words in ["<dc:title>Every column</dc:title>", "<dc:creator>Sales team</dc:creator>", "2026-03-31T10:00:00Z"] {
        assert!(core.contains(words), "{words} is not in {core}");
    }
}

#[test]
fn a_total_is_a_formula_where_all_rows_are_numbers() {
    let column = |field: &str| json!({"field": field, "format": "integer"});
    let (columns, totals) = (json!([column("a"), column("b"), column("c")]), json!(["a", "b", "c"]));
    let definition = json!({"blocks": [{"kind": "table", "data": "rows", "columns": columns, "totals": totals}]});
    let data = json!({"rows": [{"a": 1, "b": 1, "c": null}, {"a": "2", "b": 9_007_199_254_740_993_u64, "c": null}]});
    let sheet = part(&render(&workbook(&definition, data)).unwrap().xlsx, "xl/worksheets/sheet1.xml");
    assert!(sheet.contains("<f>SUBTOTAL(109,A2:A3)</f><v>3</v>"), "{sheet}");
    assert!(sheet.contains("<f>SUBTOTAL(109,C2:C3)</f><v>0</v>"), "{sheet}");
    assert!(!sheet.contains("B2:B3"), "a row that is text would not be counted: {sheet}");
    let empty = part(&render(&workbook(&definition, json!({"rows": []}))).unwrap().xlsx, "xl/worksheets/sheet1.xml");
    assert!(!empty.contains("<f>"), "there is nothing to count: {empty}");
}

#[test]
fn a_sheet_is_named_after_its_title_or_the_heading_before_it() {
    let table =
        |path: &str, title: &str| json!({"kind": "table", "data": path, "title": title, "columns": [{"field": "a"}]});
    let heading = |text: &str| json!({"kind": "heading", "text": text});
    let blocks = json!([
        table("rows.0", ""), heading("Sales of {{ data.year }}"), {"kind": "text", "markdown": "Words."}, table("rows.0", ""),
        table("rows.0", ""), table("rows.0", "Own title"),
        {"kind": "columns", "columns": [[heading("Left"), table("rows.0", "")], [heading("Right"), table("rows.0", "")]]},
        heading(" "), table("rows.0", "")
    ]);
    let data = json!({"year": 2026, "rows": {"0": [{"a": 1}]}});
    let book = part(&render(&workbook(&json!({"blocks": blocks}), data)).unwrap().xlsx, "xl/workbook.xml");
    let names: Vec<&str> = book.split("<sheet name=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let expected = ["rows.0", "Sales of 2026", "Sales of 2026 (2)", "Own title", "Left", "Right", "rows.0 (2)"];
    assert_eq!(names, expected);
}

/// The sheet of a table with so many columns, and the workbook's own part.
fn printed(definition: &Value, columns: usize) -> (String, String) {
    let columns: Vec<_> = (0..columns).map(|n| json!({"field": "region", "title": format!("Region {n}")})).collect();
    let mut definition = definition.clone();
    definition["title"] = "Profit & loss".into();
    definition["blocks"] = json!([{"kind": "table", "data": "rows", "columns": columns}]);
    let xlsx = render(&workbook(&definition, sales())).unwrap().xlsx;
    (part(&xlsx, "xl/worksheets/sheet1.xml"), part(&xlsx, "xl/workbook.xml"))
}

#[test]
fn a_sheet_prints_as_wide_as_the_paper_with_its_head_on_each_page() {
    let cases = [
        ("a few columns", json!({}), 3, "paperSize=\"9\"", false),
        ("many columns", json!({}), 12, "paperSize=\"9\"", true),
        ("a landscape report", json!({"page": {"orientation": "landscape"}}), 3, "paperSize=\"9\"", true),
        ("another paper", json!({"page": {"size": "letter"}}), 3, "", false),
        ("a large paper", json!({"page": {"size": "a3"}}), 3, "paperSize=\"8\"", false),
    ];
    for (what, definition, columns, paper, landscape) in cases {
        let (sheet, book) = printed(&definition, columns);
        let setup = sheet.split("<pageSetup").nth(1).unwrap().split("/>").next().unwrap();
        assert!(setup.contains(paper) && setup.contains("fitToHeight=\"0\""), "{what}: {setup}");
        assert_eq!(setup.contains("orientation=\"landscape\""), landscape, "{what}: {setup}");
        assert!(sheet.contains("<pageSetUpPr fitToPage=\"1\"/>"), "{what}: {sheet}");
        assert!(sheet.contains("<oddHeader>&amp;LProfit &amp;&amp; loss&amp;R&amp;A</oddHeader>"), "{what}: {sheet}");
        assert!(sheet.contains("<oddFooter>&amp;CPage &amp;P of &amp;N</oddFooter>"), "{what}: {sheet}");
        assert!(book.contains("_xlnm.Print_Titles") && book.contains("rows!$1:$1"), "{what}: {book}");
    }
}

#[test]
fn a_sheet_begins_at_the_right_where_people_read_from_there() {
    for (lang, at_the_right) in
        [("ar-EG", true), ("he", true), ("fa", true), ("ur", true), ("de", false), ("ja", false)]
    {
        let (sheet, _) = printed(&json!({"lang": lang}), 1);
        assert_eq!(sheet.contains("rightToLeft=\"1\""), at_the_right, "{lang}: {sheet}");
    }
}

#[test]
fn the_same_job_gives_the_same_workbook() {
    let (definition, data) = every_column();
    let job = workbook(&definition, data);
    let first = render(&job).unwrap().xlsx;
    std::thread::sleep(std::time::Duration::from_millis(1_100));
    assert_eq!(first, render(&job).unwrap().xlsx);
}

#[test]
fn a_table_without_records_is_a_sheet_with_its_head() {
    let definition =
        json!({"blocks": [{"kind": "table", "data": "rows", "columns": [{"field": "a"}], "totals": ["a"]}]});
    let xlsx = render(&workbook(&definition, json!({"rows": []}))).unwrap().xlsx;
    assert!(part(&xlsx, "xl/worksheets/sheet1.xml").contains("<autoFilter ref=\"A1\"/>"));
}

#[test]
fn what_no_workbook_takes_is_refused() {
    let table = json!({"kind": "table", "data": "rows", "columns": [{"field": "a"}]});
    let one = json!({"blocks": [table]});
    let long = |text: String| json!({"rows": [{"a": "short"}, {"a": text}]});
    let cases = [
        ("no tables", workbook(&json!({"blocks": []}), sales()), Cause::Report, "format: the report has no tables"),
        ("no blocks", workbook(&json!({"typst": "a"}), sales()), Cause::Report, "format: the report has no tables"),
        (
            "a long text",
            workbook(&one, long("a".repeat(32_768))),
            Cause::Limit,
            "blocks[0].columns[0]: record 2 of `rows` has a text of more than the 32,767 letters",
        ),
        (
            "a text of wide letters",
            workbook(&one, long("𝄞".repeat(16_384))),
            Cause::Limit,
            "blocks[0].columns[0]: record 2 of `rows`",
        ),
        (
            "too many tables",
            workbook(&json!({"blocks": vec![table.clone(); 101]}), json!({"rows": [{"a": 1}]})),
            Cause::Limit,
            "blocks[100]: a workbook takes 100 tables",
        ),
    ];
    for (what, job, cause, message) in cases {
        let error = render(&job).unwrap_err();
        assert_eq!(error.cause, cause, "{what}: {error}");
        assert!(error.to_string().starts_with(message), "{what}: {error}");
    }
    assert!(render(&workbook(&one, long("a".repeat(32_767)))).is_ok());
}
