//! Whole renderings, in this process.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use domain::definition::Definition;
use serde_json::{Value, json};
use zip::ZipArchive;

use crate::{Job, RenderError, Rendered, render, shared};

mod check;
mod files;
mod layout;
mod letter;
mod look;
pub mod net;
mod numbers;
mod own_fonts;
mod pictures;
mod rendition;
mod snapshots;
mod workbook;

const PIXEL: &[u8] = include_bytes!("tests/pixel.png");

pub fn job(definition: &Value, data: Value) -> Job {
    let date = "2026-03-31T10:00:00Z".parse().unwrap();
    let assets = BTreeMap::from([
        ("logo.png".to_owned(), PIXEL.to_vec()),
        ("part.typ".to_owned(), b"#let part = 1\n\n#let broken() = 1 + \"a\"\n".to_vec()),
        ("notes.txt".to_owned(), b"words".to_vec()),
    ]);
    let author = Some("Sales team".to_owned());
    Job {
        assets: shared(assets),
        author,
        ..Job::new("Monthly report", Definition::parse(definition).unwrap(), data, date)
    }
}

pub fn sales() -> Value {
    json!({
        "revenue": 1200.5,
        "rows": [{"region": "North", "amount": 10.25, "day": "2026-01-31"}, {"region": "South", "amount": 5, "day": null}]
    })
}

pub fn blocks(blocks: Value) -> Result<Rendered, RenderError> {
    render(&job(&json!({"blocks": blocks}), sales()))
}

pub fn typst(source: &str) -> Result<Rendered, RenderError> {
    render(&job(&json!({"typst": source}), sales()))
}

pub fn text_of(rendered: &Rendered) -> String {
    rendered.pages.iter().map(|page| page.text.as_str()).collect::<Vec<_>>().join("\n")
}

fn holds(bytes: &[u8], words: &str) -> bool {
    bytes.windows(words.len()).any(|window| window == words.as_bytes())
}

/// The parts of a file that is a ZIP, by name.
fn parts(bytes: &[u8]) -> Vec<(String, String)> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let part = |n| {
        let mut part = archive.by_index(n).unwrap();
        let mut content = Vec::new();
        part.read_to_end(&mut content).unwrap();
        (part.name().unwrap().into_owned(), String::from_utf8_lossy(&content).into_owned())
    };
    (0..ZipArchive::new(Cursor::new(bytes)).unwrap().len()).map(part).collect()
}

fn part(bytes: &[u8], name: &str) -> String {
    let parts = parts(bytes);
    let names: Vec<_> = parts.iter().map(|(name, _)| name.clone()).collect();
    parts.into_iter().find(|part| part.0 == name).unwrap_or_else(|| panic!("{name} is not in {names:?}")).1
}

fn every_block() -> Value {
    let columns =
        json!([{"field": "region"}, {"field": "amount", "format": "currency:EUR"}, {"field": "day", "format": "date"}]);
    let chart = |kind: &str| json!({"kind": "chart", "chart": kind, "data": "rows", "x": "region", "y": ["amount"], "title": kind});
    json!([
        {"kind": "heading", "text": "Over{{ 'view' }}"},
        {"kind": "text", "markdown": "Some **strong** words, `code`, ~~struck~~, a [link](https://example.com).\n\n1. one\n2. two\n\n> quoted\n\n| a | b |\n|---|--:|\n| c | d |\n\n```\npre\n```\n\n---\n\n## Inner"},
        {"kind": "kpis", "items": [{"label": "Revenue", "value": "{{ data.revenue }}", "format": "currency:EUR", "delta": -0.05, "hint": "in March"}]},
        {"kind": "columns", "columns": [[chart("bar"), chart("line")], [chart("area"), chart("pie")]]},
        {"kind": "pagebreak"},
        {"kind": "table", "data": "rows", "columns": columns, "totals": ["amount"], "title": "By region"},
        {"kind": "image", "asset": "logo.png", "width": "20mm", "alt": "Our logo"}
    ])
}

#[test]
fn every_block_can_be_read_in_order() {
    let rendered = blocks(every_block()).unwrap();
    assert_eq!(rendered.title, "Monthly report");
    let text = text_of(&rendered);
    let mut rest = text.as_str();
    let words = [
        "Monthly report",
        "Overview",
        "Some strong words",
        "1. one",
        "quoted",
        "pre",
        "Inner",
        "Revenue",
        "€1,200.50",
        "−5.0%",
        "in March",
        "North",
        "Page 1 of 2",
        "By region",
        "Region\tAmount\tDay",
        "North\t€10.25\tJan 31, 2026",
        "Total\t€15.25",
        "Our logo",
    ];
    for word in words {
        let Some((_, after)) = rest.split_once(word) else { panic!("`{word}` is not in order in\n{text}") };
        rest = after;
    }
}

#[test]
fn the_same_job_gives_the_same_bytes() {
    let definition = json!({"blocks": every_block()});
    let job = job(&definition, sales());
    let first = render(&job).unwrap();
    assert_eq!(first, render(&job).unwrap());
    let later = Job { date: "2026-04-01T10:00:00Z".parse().unwrap(), ..job };
    assert_ne!(first.pdf, render(&later).unwrap().pdf, "the date of the job is in the document");
}

#[test]
fn the_pdf_says_what_it_is() {
    let pdf = blocks(every_block()).unwrap().pdf;
    for words in [
        "(Imprint)",
        "(Monthly report)",
        "(Sales team)",
        "D:20260331100000",
        "/Lang(en)",
        "/Outlines",
        "(Overview)",
        "/StructTreeRoot",
    ] {
        assert!(holds(&pdf, words), "{words} is not in the PDF");
    }
}

#[test]
fn a_long_table_is_not_tagged_and_repeats_its_head() {
    let rows: Vec<Value> = (0..501).map(|n| json!({"n": n, "name": "a name"})).collect();
    let definition = json!({"lang": "de", "blocks": [{"kind": "table", "data": "rows", "columns": [{"field": "n"}, {"field": "name"}]}]});
    let rendered = render(&job(&definition, json!({"rows": rows}))).unwrap();
    assert!(!holds(&rendered.pdf, "/StructTreeRoot"));
    assert!(rendered.pages.len() > 10);
    for page in &rendered.pages {
        assert!(page.text.contains("N\tName"), "{}", page.text);
    }
    assert!(rendered.pages[1].text.contains(&format!("Seite 2 von {}", rendered.pages.len())));
}

#[test]
fn tables_come_as_csv_with_names_of_their_own() {
    let table = json!({"kind": "table", "data": "rows", "columns": [{"field": "region", "title": "Region"}, {"field": "amount", "format": "currency:EUR"}]});
    let rendered = blocks(json!([table, table])).unwrap();
    let names: Vec<&str> = rendered.tables.iter().map(|table| table.name.as_str()).collect();
    assert_eq!(names, ["rows.csv", "rows-2.csv"]);
    assert_eq!(rendered.tables[0].csv, "\u{feff}Region,Amount\r\nNorth,10.25\r\nSouth,5\r\n");
}

#[test]
fn a_block_that_does_not_fit_the_data_is_named() {
    let cases = [
        (
            "an unknown value",
            json!({"kind": "kpis", "items": [{"label": "a", "value": "{{ data.revenu }}"}]}),
            "blocks[0].items[0].value: undefined value in `{{ data.revenu }}`: there is data.revenue, data.rows",
        ),
        (
            "a text as a number",
            json!({"kind": "kpis", "items": [{"label": "a", "value": "much", "format": "integer"}]}),
            "blocks[0].items[0].value: `much` is no number",
        ),
        (
            "unknown records",
            json!({"kind": "table", "data": "lines", "columns": [{"field": "a"}]}),
            "blocks[0].data: `lines` is not in the data, which holds `revenue`, `rows`",
        ),
        (
            "records that are none",
            json!({"kind": "table", "data": "revenue", "columns": [{"field": "a"}]}),
            "blocks[0].data: `revenue` must be a list of records in the data, not a number",
        ),
        (
            "an unknown field",
            json!({"kind": "table", "data": "rows", "columns": [{"field": "city"}]}),
            "blocks[0].columns[0].field: no record has a field `city`; the first one has `region`, `amount`, `day`",
        ),
        (
            "a cell of another type",
            json!({"kind": "table", "data": "rows", "columns": [{"field": "region", "format": "date"}]}),
            "blocks[0].columns[0]: `North` is no date: use a form such as 2026-03-31 or 2026-03-31T14:30:00Z, in record 1 of `rows`",
        ),
        (
            "words in a chart",
            json!({"kind": "chart", "chart": "bar", "data": "rows", "x": "amount", "y": ["region"]}),
            "blocks[0].y[0]: `region` holds \"North\", which is no number",
        ),
        (
            "an unknown asset",
            json!({"kind": "image", "asset": "photo.png"}),
            "blocks[0].asset: `photo.png` is not an asset of the report; its assets: logo.png, notes.txt, part.typ",
        ),
        (
            "an asset that is no picture",
            json!({"kind": "image", "asset": "notes.txt"}),
            "blocks[0].asset: `notes.txt` is no picture",
        ),
        (
            "deep inside columns",
            json!({"kind": "columns", "columns": [[], [{"kind": "heading", "text": "{{ x }}"}]]}),
            "blocks[0].columns[1][0].text: undefined value",
        ),
    ];
    for (what, block, message) in cases {
        let error = blocks(json!([block])).unwrap_err().to_string();
        assert!(error.starts_with(message), "{what}: {error}");
    }
}

#[test]
fn a_template_has_its_data_parameters_theme_and_assets() {
    let cases = [
        ("a variable", "#data.revenue", "1200.5"),
        ("a file", "#json(\"/data.json\").rows.first().region", "North"),
        ("a parameter", "#params.at(\"q\", default: \"none\")", "none"),
        ("a colour", "#theme.accent", "#0f766e"),
        ("an asset", "#read(\"/assets/notes.txt\")", "words"),
        ("an asset by its bare name", "#read(\"notes.txt\")", "words"),
        ("a source among the assets", "#import \"part.typ\": part\n#part", "1"),
        ("the date of the job", "#datetime.today().display()", "2026-03-31"),
        ("the language", "#context text.lang", "en"),
    ];
    for (what, source, text) in cases {
        assert_eq!(text_of(&typst(source).unwrap()), text, "{what}");
    }
}

#[test]
fn a_mistake_in_a_template_is_found_by_line_and_column() {
    let cases = [
        ("an unknown variable", "= Title\n\n  #dat.revenue", "typst line 3, column 4: unknown variable: dat"),
        ("a syntax error", "#let x = (1,\n= A", "typst line 1, column 10: unclosed delimiter"),
        ("behind wide letters", "äöü #nope", "typst line 1, column 6: unknown variable: nope"),
        (
            "inside an asset",
            "#import \"part.typ\": broken\n#broken()",
            "part.typ line 3, column 17: cannot add integer and string",
        ),
        (
            "an unknown file",
            "#image(\"photo.png\")",
            "typst line 1, column 8: failed to load file (`photo.png` is neither data.json",
        ),
    ];
    for (what, source, message) in cases {
        let error = typst(source).unwrap_err().to_string();
        assert!(error.starts_with(message), "{what}: {error}");
    }
}

#[test]
fn words_of_users_are_never_source() {
    let hostile = "#read(\"/etc/passwd\") $x$ = H *b* \\ @r <l>";
    let rendered = blocks(json!([
        {"kind": "heading", "text": hostile},
        {"kind": "kpis", "items": [{"label": hostile, "value": hostile, "hint": hostile}]}
    ]));
    let text = text_of(&rendered.unwrap()).replace('\n', " ");
    assert!(text.matches("#read(\"/etc/passwd\")").count() >= 2, "{text}");
}

#[test]
fn memory_stays_flat_over_many_long_reports() {
    let rows: Vec<Value> =
        (0..500).map(|n| json!({"n": n, "name": format!("name {n}"), "amount": f64::from(n) * 1.5})).collect();
    let columns = json!([{"field": "n"}, {"field": "name"}, {"field": "amount", "format": "number:2"}]);
    let job = job(&json!({"blocks": [{"kind": "table", "data": "rows", "columns": columns}]}), json!({"rows": rows}));
    let megabytes_after = |times| {
        (0..times).for_each(|_| drop(render(&job).unwrap()));
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1_024
    };
    let early = megabytes_after(3);
    let late = megabytes_after(20);
    assert!(late < early + 60, "{early} MB after 3 reports, {late} MB after 23");
}
