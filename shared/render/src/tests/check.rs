//! What a check of a report needs of a rendering: every error, and columns that may be empty.

use super::*;

#[test]
fn a_rendering_finds_the_errors_of_all_blocks() {
    let wrong = json!([
        {"kind": "text", "markdown": "{{ data.missing }}"},
        {"kind": "columns", "columns": [
            [{"kind": "table", "data": "nowhere", "columns": [{"field": "region"}]}],
            [{"kind": "table", "data": "rows", "columns": [{"field": "x"}, {"field": "region"}, {"field": "y"}]}],
        ]},
        {"kind": "kpis", "items": [{"label": "{{ data.a }}", "value": 1}, {"label": "b", "value": "{{ data.b }}"}]},
    ]);
    let error = blocks(wrong).unwrap_err();
    let places: Vec<&str> = [&error].into_iter().chain(&error.others).map(|error| error.place.as_str()).collect();
    assert_eq!(
        places,
        [
            "blocks[0].markdown",
            "blocks[1].columns[0][0].data",
            "blocks[1].columns[1][0].columns[0].field",
            "blocks[1].columns[1][0].columns[2].field",
            "blocks[2].items[0].label",
            "blocks[2].items[1].value",
        ]
    );
}

#[test]
fn an_optional_column_is_empty_when_no_record_has_its_field() {
    let table = |optional: bool| {
        blocks(
            json!([{"kind": "table", "data": "rows", "columns": [{"field": "region"}, {"field": "later", "optional": optional}]}]),
        )
    };
    assert_eq!(table(true).unwrap().tables[0].csv, "\u{feff}Region,Later\r\nNorth,\r\nSouth,\r\n");
    assert!(table(false).unwrap_err().message.contains("`optional: true`"));
}

#[test]
fn data_that_is_a_list_is_shown_by_a_dot() {
    let definition = json!({"blocks": [{"kind": "table", "data": ".", "columns": [{"field": "a"}]}]});
    let rendered = render(&job(&definition, json!([{"a": 1}, {"a": 2}]))).unwrap();
    assert_eq!(
        (rendered.tables[0].name.as_str(), rendered.tables[0].csv.as_str()),
        ("data.csv", "\u{feff}A\r\n1\r\n2\r\n")
    );
}
