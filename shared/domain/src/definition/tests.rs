//! What a definition may be, and the place and words of what it may not.

use serde_json::{Value, json};

use super::{Body, Definition, Format, Length};

mod check;

fn with_block(block: Value) -> Value {
    json!({"blocks": [{"kind": "pagebreak"}, block]})
}

fn nested(depth: usize) -> Value {
    (1..depth).fold(
        json!({"kind": "heading", "text": "deep"}),
        |inner, _| json!({"kind": "columns", "columns": [[inner], []]}),
    )
}

/// A description, a definition, and the place and words of what is wrong with it.
type Case = (&'static str, Value, &'static str, &'static str);

fn refuses<const N: usize>(cases: [Case; N]) {
    for (what, value, field, message) in cases {
        let error = Definition::parse(&value).expect_err(what);
        assert_eq!(error.field, field, "{what}: {}", error.message);
        assert!(error.message.contains(message), "{what}: {}", error.message);
    }
}

#[test]
fn a_wrong_definition_is_refused_with_its_place() {
    refuses([
        ("not an object", json!([]), "definition", "must be an object"),
        ("neither body", json!({}), "definition", "needs `blocks`"),
        ("both bodies", json!({"blocks": [], "typst": "a"}), "definition", "keep one of them"),
        ("an empty source", json!({"typst": " "}), "definition.typst", "is empty"),
        (
            "an unknown key",
            json!({"blocks": [], "colour": 1}),
            "definition.colour",
            "unknown field `colour`, expected one of",
        ),
        ("blocks that are no list", json!({"blocks": {}}), "definition.blocks", "expected a sequence"),
        (
            "an unknown size",
            json!({"blocks": [], "page": {"size": "a9"}}),
            "definition.page.size",
            "unknown variant `a9`, expected one of `a3`, `a4`",
        ),
        (
            "a language that is none",
            json!({"blocks": [], "lang": "klingon!"}),
            "definition.lang",
            "such as en, de or en-GB",
        ),
        (
            "the name of a language",
            json!({"blocks": [], "lang": "english"}),
            "definition.lang",
            "`english` is no language",
        ),
    ]);
}

#[test]
fn a_list_is_no_object() {
    let column = json!({"kind": "table", "data": "rows", "columns": [["region"]]});
    let cases = [
        (json!({"blocks": [], "csv": [null, null]}), "definition.csv"),
        (json!({"blocks": [], "page": ["a4"]}), "definition.page"),
        (json!({"blocks": [], "params": [["quarter"]]}), "definition.params[0]"),
        (json!({"blocks": [column]}), "definition.blocks[0].columns[0]"),
        (json!({"blocks": [{"kind": "kpis", "items": [["a", 1]]}]}), "definition.blocks[0].items[0]"),
    ];
    for (value, field) in cases {
        let mistakes = Definition::check(&value).unwrap_err();
        let told = mistakes.iter().find(|mistake| mistake.field == field);
        assert!(told.is_some_and(|mistake| mistake.message.contains("must be an object")), "{field}: {mistakes:?}");
    }
}

#[test]
fn a_wrong_block_is_refused_with_its_place() {
    refuses([
        (
            "a block that is no object",
            with_block(json!("text")),
            "definition.blocks[1]",
            "must be an object with a `kind`",
        ),
        (
            "a block without kind",
            with_block(json!({"text": "a"})),
            "definition.blocks[1].kind",
            "use heading, text, kpis",
        ),
        (
            "an unknown kind",
            with_block(json!({"kind": "video"})),
            "definition.blocks[1].kind",
            "unknown kind `video`: use heading, text, kpis, chart, table, image, columns or pagebreak",
        ),
        ("a missing key", with_block(json!({"kind": "heading"})), "definition.blocks[1].text", "is missing"),
        (
            "a wrong type",
            with_block(json!({"kind": "text", "markdown": 3})),
            "definition.blocks[1].markdown",
            "invalid type: number, expected a string",
        ),
        (
            "an unknown key of a block",
            with_block(json!({"kind": "text", "markdown": "", "size": 3})),
            "definition.blocks[1].size",
            "unknown field `size`, expected `markdown`",
        ),
        (
            "a fourth level",
            with_block(json!({"kind": "heading", "text": "a", "level": 4})),
            "definition.blocks[1].level",
            "must be 1, 2 or 3, not 4",
        ),
        (
            "no figures",
            with_block(json!({"kind": "kpis", "items": []})),
            "definition.blocks[1].items",
            "needs 1 to 12 figures, not 0",
        ),
        (
            "a figure that is a list",
            with_block(json!({"kind": "kpis", "items": [{"label": "a", "value": []}]})),
            "definition.blocks[1].items[0].value",
            "must be a number or a string",
        ),
        (
            "a key missing in a figure",
            with_block(json!({"kind": "kpis", "items": [{"label": "a"}]})),
            "definition.blocks[1].items[0].value",
            "is missing",
        ),
    ]);
}

#[test]
fn a_wrong_chart_is_refused_with_its_place() {
    let chart = |key: &str, value: Value| {
        let mut chart = json!({"kind": "chart", "chart": "bar", "data": "sales", "x": "month", "y": ["amount"]});
        chart[key] = value;
        with_block(chart)
    };
    refuses([
        (
            "an unknown chart",
            chart("chart", json!("radar")),
            "definition.blocks[1].chart",
            "unknown variant `radar`, expected one of `bar`, `line`, `area`, `pie`",
        ),
        ("a chart of nothing", chart("y", json!([])), "definition.blocks[1].y", "needs 1 to 8 fields to draw, not 0"),
        ("an empty path", chart("data", json!("a..b")), "definition.blocks[1].data", "`a..b` is no path"),
        (
            "an unknown format of dates",
            chart("xFormat", json!("dates")),
            "definition.blocks[1].xFormat",
            "unknown format `dates`",
        ),
        ("a chart too high", chart("height", json!(5000)), "definition.blocks[1].height", "must be 80 to 700 points"),
    ]);
}

#[test]
fn a_wrong_table_is_refused_with_its_place() {
    let column =
        |column: Value| with_block(json!({"kind": "table", "data": "rows", "columns": [{"field": "a"}, column]}));
    refuses([
        (
            "no columns",
            with_block(json!({"kind": "table", "data": "rows", "columns": []})),
            "definition.blocks[1].columns",
            "needs 1 to 40 columns, not 0",
        ),
        (
            "an unknown format",
            column(json!({"field": "b", "format": "roman"})),
            "definition.blocks[1].columns[1].format",
            "unknown format `roman`: use text, number",
        ),
        (
            "too many digits",
            column(json!({"field": "b", "format": "number:99"})),
            "definition.blocks[1].columns[1].format",
            "between 0 and 12",
        ),
        (
            "a currency in words",
            column(json!({"field": "b", "format": "currency:euro"})),
            "definition.blocks[1].columns[1].format",
            "three capital letters",
        ),
        (
            "a currency that does not exist",
            column(json!({"field": "b", "format": "currency:XXQ"})),
            "definition.blocks[1].columns[1].format",
            "`XXQ` is no currency",
        ),
        (
            "a date pattern without fields",
            column(json!({"field": "b", "format": "date:yyyy"})),
            "definition.blocks[1].columns[1].format",
            "strftime",
        ),
        (
            "an unknown alignment",
            column(json!({"field": "b", "align": "justify"})),
            "definition.blocks[1].columns[1].align",
            "expected one of `left`, `right`, `center`",
        ),
        (
            "a width that is none",
            column(json!({"field": "b", "width": "wide"})),
            "definition.blocks[1].columns[1].width",
            "use auto, 2fr, 60%",
        ),
        (
            "a total of no column",
            with_block(json!({"kind": "table", "data": "r", "columns": [{"field": "a"}], "totals": ["b"]})),
            "definition.blocks[1].totals",
            "`b` is not the field of a column",
        ),
    ]);
}

#[test]
fn wrong_nesting_is_refused_with_its_place() {
    refuses([
        (
            "one column of blocks",
            with_block(json!({"kind": "columns", "columns": [[]]})),
            "definition.blocks[1].columns",
            "needs 2 to 4 lists of blocks, not 1",
        ),
        (
            "a mistake inside columns",
            with_block(json!({"kind": "columns", "columns": [[], [{"kind": "heading", "text": 1}]]})),
            "definition.blocks[1].columns[1][0].text",
            "expected a string",
        ),
        (
            "nesting too deep",
            with_block(nested(5)),
            "definition.blocks[1].columns[0][0].columns[0][0].columns[0][0].columns[0]",
            "more than 4 deep",
        ),
        (
            "too many blocks",
            json!({"blocks": vec![json!({"kind": "pagebreak"}); 1001]}),
            "definition.blocks",
            "more than 1000 blocks",
        ),
    ]);
}

#[test]
fn a_wrong_parameter_is_refused_with_its_place() {
    let param = |param: Value| json!({"blocks": [], "params": [{"name": "a"}, param]});
    refuses([
        (
            "a parameter with a space",
            param(json!({"name": "my param"})),
            "definition.params[1].name",
            "letters, digits and _",
        ),
        ("a parameter twice", param(json!({"name": "a"})), "definition.params[1].name", "used by an earlier parameter"),
        (
            "an unknown type",
            param(json!({"name": "b", "type": "money"})),
            "definition.params[1].type",
            "unknown variant `money`",
        ),
        (
            "a default of another type",
            param(json!({"name": "b", "type": "number", "default": "1"})),
            "definition.params[1].default",
            "must be a number",
        ),
        (
            "a default that is no date",
            param(json!({"name": "b", "type": "date", "default": "2026-02-30"})),
            "definition.params[1].default",
            "must be a date",
        ),
    ]);
}

#[test]
fn a_whole_definition_survives_the_way_out_and_in() {
    let value = json!({
        "title": "Sales {{ params.quarter }}", "lang": "de",
        "page": {"size": "letter", "orientation": "landscape"},
        "params": [{"name": "quarter", "type": "string", "default": "Q1"}],
        "blocks": [
            {"kind": "heading", "text": "Overview", "level": 2},
            {"kind": "text", "markdown": "**grew**"},
            {"kind": "kpis", "items": [{"label": "a", "value": "{{ data.a }}", "format": "currency:EUR", "hint": "b", "delta": 0.1}]},
            {"kind": "chart", "chart": "line", "data": "a.b", "x": "m", "xFormat": "date:%b %Y", "y": ["n", "o"], "title": "t", "format": "integer", "height": 200.0},
            {"kind": "table", "data": "rows", "columns": [{"field": "a", "title": "A", "format": "date:%d.%m.", "align": "right", "width": "2fr"}], "totals": ["a"]},
            {"kind": "image", "asset": "logo.png", "width": "50%", "alt": "logo"},
            {"kind": "columns", "columns": [[{"kind": "pagebreak"}], []]}
        ]
    });
    let definition = Definition::parse(&value).unwrap();
    assert_eq!(serde_json::to_value(&definition).unwrap(), value);
    assert_eq!(serde_json::from_value::<Definition>(value).unwrap(), definition);
}

#[test]
fn a_short_definition_gets_the_defaults() {
    let definition = Definition::parse(&json!({"typst": "= Hello"})).unwrap();
    assert_eq!(definition.body, Body::Typst("= Hello".to_owned()));
    assert_eq!(serde_json::to_value(definition.page).unwrap(), json!({"size": "a4", "orientation": "portrait"}));
}

#[test]
fn a_language_is_kept_in_its_usual_case() {
    let definition = Definition::parse(&json!({"blocks": [], "lang": "EN-us"})).unwrap();
    assert_eq!(definition.lang.as_deref(), Some("en-US"));
}

#[test]
fn currencies_in_force_and_of_the_past_are_known() {
    for code in ["EUR", "XAU", "DEM", "XOF", "CLF"] {
        assert!(format!("currency:{code}").parse::<Format>().is_ok(), "{code}");
    }
    for code in ["XXX", "XTS", "eur", "EU", "", "EUR USD"] {
        assert!(format!("currency:{code}").parse::<Format>().is_err(), "{code}");
    }
}

#[test]
fn four_levels_of_blocks_are_allowed() {
    assert!(Definition::parse(&with_block(nested(4))).is_ok());
}

#[test]
fn every_format_reads_back_what_it_writes() {
    for text in [
        "text",
        "number",
        "number:0",
        "number:2",
        "integer",
        "currency:JPY",
        "currency:EUR:0",
        "percent",
        "percent:1",
        "date",
        "date:%H:%M",
    ] {
        assert_eq!(text.parse::<Format>().unwrap().to_string(), text);
    }
}

#[test]
fn widths_are_turned_into_points() {
    let cases = [("1in", 72.0), ("25.4mm", 72.0), ("2.54cm", 72.0), ("72pt", 72.0)];
    for (text, points) in cases {
        let Length::Points(actual) = text.parse().unwrap() else { panic!("{text}") };
        assert!((actual - points).abs() < 1e-9, "{text}: {actual}");
    }
    assert_eq!(Length::try_from(json!(40)), Ok(Length::Points(40.0)));
    for text in ["-1pt", "NaNpt", "101%", "infpt", "5000mm", ""] {
        assert!(text.parse::<Length>().is_err(), "{text}");
    }
}
