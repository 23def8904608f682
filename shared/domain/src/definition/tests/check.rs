//! What is only refused when a definition is sent, and that all of it is found at once.

use super::*;

/// The places and words of everything that is wrong.
fn mistakes(value: Value) -> Vec<String> {
    Definition::check(&value).expect_err("is wrong").iter().map(ToString::to_string).collect()
}

#[test]
fn every_mistake_of_a_definition_is_found_at_once() {
    let told = mistakes(json!({
        "lang": "klingon!", "colour": 1, "page": {"size": "a9"},
        "params": [{"name": "my param", "type": "money"}, {"name": "b", "type": "number", "default": "1"}],
        "blocks": [
            {"kind": "chart", "chart": "baar", "data": "sales", "x": "month", "y": []},
            {"kind": "tabel"},
            {"kind": "heading", "level": 9, "text": "a {{ 1|nope }}"},
            {"kind": "columns", "columns": [["text"], [{"kind": "text", "markdown": "{{ data. }}", "size": 1}]]},
        ]
    }));
    let places: Vec<&str> = told.iter().map(|told| told.split(": ").next().unwrap()).collect();
    let expected = [
        "definition.colour",
        "definition.page.size",
        "definition.params[0].type",
        "definition.lang",
        "definition.params[0].name",
        "definition.params[1].default",
        "definition.blocks[0].chart",
        "definition.blocks[0].y",
        "definition.blocks[1].kind",
        "definition.blocks[2].level",
        "definition.blocks[2].text",
        "definition.blocks[3].columns[0][0]",
        "definition.blocks[3].columns[1][0].size",
        "definition.blocks[3].columns[1][0].markdown",
    ];
    let mut sorted = (places.clone(), expected.to_vec());
    sorted.0.sort_unstable();
    sorted.1.sort_unstable();
    assert_eq!(sorted.0, sorted.1);
}

#[test]
fn every_mistake_of_a_block_is_found_at_once() {
    let table = json!({"kind": "table", "title": "{{ 1|nope }}", "totals": ["z"], "columns": [
        {"field": "a", "format": "roman", "width": "wide"},
        {"title": "b", "align": "justify"},
        "c",
        {"field": 4, "titel": "d"},
    ]});
    assert_eq!(
        mistakes(with_block(table))
            .into_iter()
            .map(|told| told.split(": ").next().unwrap().to_owned())
            .collect::<Vec<_>>(),
        [
            "definition.blocks[1].columns[0].format",
            "definition.blocks[1].columns[0].width",
            "definition.blocks[1].columns[1].align",
            "definition.blocks[1].columns[1].field",
            "definition.blocks[1].columns[2]",
            "definition.blocks[1].columns[3].field",
            "definition.blocks[1].columns[3].titel",
            "definition.blocks[1].data",
            "definition.blocks[1].totals",
            "definition.blocks[1].title",
        ]
    );
}

#[test]
fn templates_are_checked_wherever_a_definition_has_them() {
    let cases = [
        ("the title", json!({"title": "{{ 1|nope }}", "blocks": []}), "definition.title"),
        (
            "a figure",
            with_block(json!({"kind": "kpis", "items": [{"label": "a", "value": "{{ 1|nope }}"}]})),
            "definition.blocks[1].items[0].value",
        ),
        (
            "the head of a column",
            with_block(json!({"kind": "table", "data": "r", "columns": [{"field": "a", "title": "{{ x is nope }}"}]})),
            "definition.blocks[1].columns[0].title",
        ),
        (
            "an alternative text",
            with_block(json!({"kind": "image", "asset": "a", "alt": "{{ nope() }}"})),
            "definition.blocks[1].alt",
        ),
        (
            "a format in a template",
            with_block(json!({"kind": "text", "markdown": "{{ 1|fmt('roman') }}"})),
            "definition.blocks[1].markdown",
        ),
    ];
    for (what, value, place) in cases {
        let told = mistakes(value.clone());
        assert!(told.len() == 1 && told[0].starts_with(&format!("{place}: ")), "{what}: {told:?}");
        assert!(Definition::parse(&value).is_ok(), "{what} stays readable where it was stored before");
    }
    let names = json!({"kind": "table", "data": "r", "columns": [{"field": "{{ a"}]});
    assert!(Definition::check(&with_block(names)).is_ok(), "names of fields are no templates");
}

#[test]
fn columns_that_have_no_sum_are_refused_in_totals() {
    let table = |format: &str| {
        with_block(
            json!({"kind": "table", "data": "r", "columns": [{"field": "d", "format": format}], "totals": ["d"]}),
        )
    };
    for (format, kind) in [("date", "dates"), ("date:%Y", "dates"), ("text", "text")] {
        let told = format!(
            "definition.blocks[1].totals: `d` is a column of {kind}, which has no sum: take it out of `totals`"
        );
        assert_eq!(mistakes(table(format)), [told]);
        assert!(Definition::parse(&table(format)).is_ok());
    }
    assert!(Definition::check(&table("integer")).is_ok());
}

#[test]
fn a_definition_may_name_its_schema() {
    let definition = json!({"$schema": "https://reports.example.com/schema/report.json", "blocks": []});
    assert!(Definition::check(&definition).is_ok());
    assert_eq!(mistakes(json!({"$schema": 1, "blocks": []})).len(), 1);
}

#[test]
fn a_name_in_brackets_has_an_end() {
    let told = mistakes(with_block(json!({"kind": "table", "data": "r", "columns": [{"field": "[\"a.b"}]})));
    assert!(told[0].starts_with("definition.blocks[1].columns[0].field: "), "{told:?}");
}
