//! Templates with the data of a report.

use std::collections::BTreeSet;

use pulldown_cmark::{Event, Tag, TagEnd};
use serde_json::json;

use super::*;

fn templates() -> Templates {
    let data = r#"{"revenue": 1200.5, "rows": [{"a": 1}, {"a": 2}], "name": "<b>", "none": null, "paid": true, "sum": 1200.0, "big": 1e21,
        "tiny": 1.2e-7, "id": 9223372036854775807, "long": 12345678901234567890.12345678901234567890, "tags": ["a", null, 1.0], "url": "a_b",
        "words": "**a**\n# b"}"#;
    let data: Value = serde_json::from_str(data).unwrap();
    let params = json!({"quarter": "Q1"}).as_object().unwrap().clone();
    let writing = Writing::new("en", jiff::tz::TimeZone::UTC, "2026-03-31T10:00:00Z".parse().unwrap());
    Templates::new(&data, &params, "Sales", Arc::new(writing))
}

#[test]
fn a_lone_expression_keeps_its_type() {
    let cases = [
        ("a number", json!("{{ data.revenue }}"), json!(1200.5)),
        ("a list", json!("{{- data.rows -}}"), json!([{"a": 1}, {"a": 2}])),
        ("arithmetic", json!("{{ data.rows|length + 1 }}"), json!(3)),
        ("words around it make a text", json!("{{ data.revenue }} EUR"), json!("1200.5 EUR")),
        ("two expressions make a text", json!("{{ 1 }}{{ 2 }}"), json!("12")),
        ("a number stays as it is", json!(3), json!(3)),
        ("null", json!("{{ data.none }}"), json!(null)),
        ("an object", json!("{{ data.rows[0] }}"), json!({"a": 1})),
        ("a long number", json!("{{ data.long }}"), templates_number("12345678901234567890.12345678901234567890")),
    ];
    for (what, template, value) in cases {
        assert_eq!(templates().value(&template, "here").unwrap(), value, "{what}");
    }
}

fn templates_number(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn values_are_printed_as_people_write_them() {
    let cases = [
        ("Dear {{ data.none }}!", "Dear !"),
        ("paid: {{ data.paid }}, {{ not data.paid }}", "paid: true, false"),
        ("{{ data.sum }} and {{ data.sum / 5 }}", "1200 and 240"),
        ("{{ data.big }}; {{ data.tiny }}", "1000000000000000000000; 0.00000012"),
        ("no. {{ data.id }}", "no. 9223372036854775807"),
        (
            "{{ data.long }} {{ data.long|fmt('number:2') }}",
            "12345678901234567890.12345678901234567890 12,345,678,901,234,567,890.12",
        ),
        ("{{ data.tags }}", "a, , 1"),
        ("{{ 7 // 2 }} {{ 7 / 2 }} {{ 0.1 + 0.2 }}", "3 3.5 0.30000000000000004"),
    ];
    for (template, expected) in cases {
        assert_eq!(templates().text(template, "here").unwrap(), expected, "{template}");
    }
    let refused = templates().text("{{ 1e308 * 10 }}.", "here").unwrap_err();
    assert!(refused.message.contains("no finite number"), "{refused}");
}

#[test]
fn data_makes_no_markup_unless_it_is_asked_to() {
    let nodes = |template: &str| markdown::tree(&templates().markdown(template, "here").unwrap(), 500.0);
    let text = |words: &str| json!({"t": "text", "v": words});
    let paragraph = |nodes: Value| vec![json!({"t": "p", "c": nodes})];
    let cases = [
        ("{{ data.name }}", paragraph(json!([text("<b>")]))),
        ("{{ data.words }}", paragraph(json!([text("**a**"), {"t": "br"}, text("# b")]))),
        ("**{{ data.url }}**", paragraph(json!([{"t": "strong", "c": [text("a_b")]}]))),
        ("{{ '*a*'|markdown }}", paragraph(json!([{"t": "emph", "c": [text("a")]}]))),
        ("{{ data.revenue|fmt('currency:EUR') }}", paragraph(json!([text("€1,200.50")]))),
    ];
    for (template, expected) in cases {
        assert_eq!(nodes(template), expected, "{template}");
    }
    assert_eq!(nodes("{{ data.words|markdown }}").last().unwrap()["t"], "heading");
}

#[test]
fn texts_see_data_parameters_and_the_date_and_are_not_escaped() {
    let text = templates().text("{{ params.quarter }} {{ data.name }} {{ today }} {{ report }}", "here");
    assert_eq!(text.unwrap(), "Q1 <b> 2026-03-31 Sales");
    let written = templates().text("{{ data.revenue|fmt('currency:EUR') }}", "here");
    assert_eq!(written.unwrap(), "€1,200.50");
}

#[test]
fn every_filter_that_a_saved_template_may_use_exists() {
    let templates = templates();
    let mut state = templates.environment.empty_state();
    for name in template::FILTERS {
        let error = state.apply_filter(name, &[]).unwrap_err();
        assert_ne!(error.kind(), ErrorKind::UnknownFilter, "{name}");
    }
}

#[test]
fn a_wrong_template_says_where_and_what_to_change() {
    let cases = [
        (
            "an unknown name",
            "Total {{ data.revenu }}",
            "undefined value in `Total {{ data.revenu }}`: there is data.revenue, data.rows, data.name, data.none",
        ),
        ("an unknown name alone", "{{ data.revenu }}", "undefined value in `{{ data.revenu }}`"),
        ("a syntax error", "{{ data. }}", "syntax error in `{{ data. }}`"),
        ("an unknown filter", "{{ 1|nope }} ", "unknown filter"),
        ("a wrong format", "{{ 1|fmt('roman') }} ", "unknown format `roman`"),
        ("a file", "{% include '/etc/passwd' %}", "in `{% include '/etc/passwd' %}`"),
        ("a giant range", "{% for i in range(1000000000) %}x{% endfor %}", "range has too many elements"),
        (
            "an endless loop",
            "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}",
            "takes too long",
        ),
    ];
    for (what, template, message) in cases {
        let error = templates().value(&json!(template), "blocks[0].text").unwrap_err();
        assert_eq!(error.place.as_str(), "blocks[0].text", "{what}");
        assert!(error.message.contains(message), "{what}: {}", error.message);
    }
}

/// What each filter of MiniJinja prints of values that are no texts. `{}` in a template is the value.
const FILTERS: [(&str, [&str; 4]); 59] = [
    // Texts: of null, true, 1200.0 and ["a", null, 1.0].
    ("{}|capitalize", ["", "True", "1200", "A, , 1"]),
    ("{}|e", ["", "true", "1200", "a, , 1"]),
    ("{}|escape", ["", "true", "1200", "a, , 1"]),
    ("{}|indent(2)", ["", "true", "1200", "a, , 1"]),
    ("{}|lines", ["", "true", "1200", "a, , 1"]),
    ("{}|lower", ["", "true", "1200", "a, , 1"]),
    ("{}|replace('1', '2')", ["", "true", "2200", "a, , 2"]),
    ("'1-1'|replace('1', {})", ["-", "true-true", "1200-1200", "a, , 1-a, , 1"]),
    ("'1200'|replace({}, '!')", ["!1!2!0!0!", "1200", "!", "1200"]),
    ("{}|safe", ["", "true", "1200", "a, , 1"]),
    ("{}|split", ["", "true", "1200", "a,, ,, 1"]),
    ("{}|string", ["", "true", "1200", "a, , 1"]),
    ("{}|title", ["", "True", "1200", "A, , 1"]),
    ("{}|trim", ["", "true", "1200", "a, , 1"]),
    ("{}|upper", ["", "TRUE", "1200", "A, , 1"]),
    ("{}|markdown", ["", "true", "1200", "a, , 1"]),
    ("'%s.'|format({})", [".", "true.", "1200.", "a, , 1."]),
    ("'%(a)s.'|format(a={})", [".", "true.", "1200.", "a, , 1."]),
    ("'%(a)s.'|format({'a': {}})", [".", "true.", "1200.", "a, , 1."]),
    ("[{}, {}]|join('-')", ["-", "true-true", "1200-1200", "a, , 1-a, , 1"]),
    ("[1, 2]|join({})", ["12", "1true2", "112002", "1a, , 12"]),
    ("[{'a': {'b': {}}}]|join('-', attribute='a.b')", ["", "true", "1200", "a, , 1"]),
    ("[{'a': {}}]|map(attribute='a')|join", ["", "true", "1200", "a, , 1"]),
    ("[{}]|map('upper')", ["", "TRUE", "1200", "A, , 1"]),
    // Values as they are.
    ("{}|attr('a')|default('-')", ["-", "-", "-", "-"]),
    ("{}|default('-')", ["", "true", "1200", "a, , 1"]),
    ("{}|d('-', true)", ["-", "true", "1200", "a, , 1"]),
    ("[{}]|first", ["", "true", "1200", "a, , 1"]),
    ("[{}]|last", ["", "true", "1200", "a, , 1"]),
    ("[{}]|list", ["", "true", "1200", "a, , 1"]),
    ("[{}]|sort", ["", "true", "1200", "a, , 1"]),
    ("[{}, {}]|unique", ["", "true", "1200", "a, , 1"]),
    ("[{}]|reverse", ["", "true", "1200", "a, , 1"]),
    ("[{}]|batch(2, '-')", [", -", "true, -", "1200, -", "a, , 1, -"]),
    ("[{}]|slice(1)", ["", "true", "1200", "a, , 1"]),
    ("[{}]|chain([{}])", [", ", "true, true", "1200, 1200", "a, , 1, a, , 1"]),
    ("[{}]|zip([1])", [", 1", "true, 1", "1200, 1", "a, , 1, 1"]),
    ("[{}]|select", ["", "true", "1200", "a, , 1"]),
    ("[{}]|reject", ["", "", "", ""]),
    ("[{}]|select('none')|length", ["1", "0", "0", "0"]),
    ("[{'a': {}}]|selectattr('a', 'none')|length", ["1", "0", "0", "0"]),
    ("[{'a': {}}]|rejectattr('a', 'none')|length", ["0", "1", "1", "1"]),
    ("[{'a': {}}]|groupby('a')|map(attribute='grouper')", ["", "true", "1200", "a, , 1"]),
    ("{'a': {}}|dictsort", ["a, ", "a, true", "a, 1200", "a, a, , 1"]),
    ("{'a': {}}|items", ["a, ", "a, true", "a, 1200", "a, a, , 1"]),
    ("{}|tojson", ["null", "true", "1200.0", r#"["a", null, 1.0]"#]),
    ("{}|pprint|length > 0", ["true", "true", "true", "true"]),
    ("{}|bool", ["false", "true", "true", "true"]),
    // Numbers; a dash is a refusal.
    ("{}|fmt('number:1')", ["", "-", "1,200.0", "-"]),
    ("{}|fmt('percent')", ["", "-", "120,000.0%", "-"]),
    ("{}|fmt('date')", ["", "-", "-", "-"]),
    ("{}|round(1)", ["", "-", "1200", "-"]),
    ("{}|abs", ["", "-", "1200", "-"]),
    ("{}|int", ["0", "1", "1200", "-"]),
    ("{}|float", ["0", "1", "1200", "-"]),
    ("{}|length", ["0", "-", "-", "3"]),
    ("{}|count", ["0", "-", "-", "3"]),
    ("[1, {}]|sum", ["1", "2", "1201", "-"]),
    ("[{'a': 1}, {'a': {}}]|sum(attribute='a')", ["1", "2", "1201", "-"]),
];

#[test]
fn values_are_printed_by_filters_as_they_are_printed_alone() {
    const VALUES: [&str; 4] = ["data.none", "data.paid", "data.sum", "data.tags"];
    for (filter, printed) in FILTERS {
        for (value, expected) in VALUES.into_iter().zip(printed) {
            let template = format!("{{{{ {} }}}}", filter.replace("{}", value));
            for found in [templates().text(&template, "here"), alone(&template), in_markdown(&template)] {
                match found {
                    Ok(text) => assert_eq!(text, expected, "{template}"),
                    Err(error) => assert_eq!("-", expected, "{template}: {error}"),
                }
            }
        }
    }
}

/// The text of an expression that keeps its type.
fn alone(template: &str) -> Result<String, RenderError> {
    let value = templates().value(&json!(template), "here")?;
    Ok(shown(&variable(&value)).unwrap().into_owned())
}

/// The text of Markdown that has no markup.
fn in_markdown(template: &str) -> Result<String, RenderError> {
    let markdown = templates().markdown(template, "here")?;
    let words = markdown::events(&markdown).filter_map(|event| match event {
        Event::Text(words) => Some(words.into_string()),
        _ => None,
    });
    Ok(words.collect())
}

#[test]
fn every_filter_of_minijinja_has_been_looked_at() {
    let environment = format!("{:?}", template::environment());
    let names = environment.split_once("filters: [").unwrap().1.split_once(']').unwrap().0;
    let names: BTreeSet<&str> = names.split(',').map(|name| name.trim().trim_matches('"')).collect();
    assert!(names.contains("upper"), "{names:?}");
    let unseen: Vec<_> =
        names.into_iter().filter(|name| !FILTERS.iter().any(|(template, _)| is_used(name, template))).collect();
    assert_eq!(unseen, ["max", "min"], "they have a test of their own");
}

fn is_used(filter: &str, template: &str) -> bool {
    let mut filters =
        template.split('|').skip(1).map(|rest| rest.split(|c: char| !c.is_alphanumeric()).next().unwrap());
    filters.any(|name| name == filter)
}

#[test]
fn values_are_joined_as_they_are_printed() {
    let cases = [
        ("'[' ~ data.none ~ ']'", "[]"),
        ("data.none ~ data.none", ""),
        ("data.paid ~ '/' ~ (not data.paid)", "true/false"),
        ("data.sum ~ ' and ' ~ data.sum / 5", "1200 and 240"),
        ("data.big ~ '; ' ~ data.tiny", "1000000000000000000000; 0.00000012"),
        ("'no. ' ~ data.id", "no. 9223372036854775807"),
        ("data.long ~ ''", "12345678901234567890.12345678901234567890"),
        ("data.tags ~ '!'", "a, , 1!"),
        ("'a' ~ 1 + 2 ~ 'b'", "a12b"),
        ("'%s of %d, %.2f'|format(data.none, data.sum, data.revenue)", " of 1200, 1200.50"),
        ("data.tags|join(' - ')", "a -  - 1"),
    ];
    for (expression, expected) in cases {
        let template = format!("{{{{ {expression} }}}}");
        for found in [templates().text(&template, "here"), alone(&template), in_markdown(&template)] {
            match found {
                Ok(text) => assert_eq!(text, expected, "{template}"),
                Err(error) => assert!(expression.contains('+'), "{template}: {error}"),
            }
        }
    }
    let inside = [
        ("{% macro both(a, b) %}<{{ a ~ b }}>{% endmacro %}{{ both(data.none, data.sum) }}", "<1200>"),
        ("{% block a %}{{ data.none ~ '.' }}{% endblock %}", "."),
        ("{% set a = data.none ~ data.paid %}{{ a }}", "true"),
        ("{% filter upper %}{{ data.none ~ 'a' }}{% endfilter %}", "A"),
        ("{% for a in data.tags %}{{ a ~ ';' }}{% endfor %}", "a;;1;"),
        ("{{ 'a' if data.none ~ '' == '' }}", "a"),
    ];
    for (template, expected) in inside {
        assert_eq!(templates().text(template, "here").unwrap(), expected, "{template}");
    }
}

#[test]
fn null_is_neither_smaller_nor_larger_than_anything() {
    let cases = [
        ("data.none < 0", false),
        ("data.none <= 0", false),
        ("data.none > -1", false),
        ("data.none >= data.none", false),
        ("0 < data.none", false),
        ("0 <= data.none <= 1", false),
        ("data.none == 0", false),
        ("data.none == none", true),
        ("data.none != ''", true),
        ("data.none is none and data.none is defined", true),
        ("data.none is lt(1)", false),
        ("data.none is startingwith('N')", false),
        ("data.sum > 5 and data.sum >= 1200 and data.sum < 1200.5 and data.sum <= 1200", true),
        ("0 < data.sum < 1201", true),
        ("'a' < 'b' and not 'b' < 'a'", true),
        ("data.paid is startingwith('tr') and data.sum is endingwith('00')", true),
        ("[1, none, 3]|select('<', 2)|list == [1]", true),
        ("[{'a': none}, {'a': 5}]|selectattr('a', 'lt', 9)|length == 1", true),
    ];
    for (expression, expected) in cases {
        let template = format!("{{{{ 'yes' if {expression} else 'no' }}}}");
        let words = if expected { "yes" } else { "no" };
        assert_eq!(templates().text(&template, "here").unwrap(), words, "{expression}");
    }
    assert!(templates().text("{{ data.revenu < 1 }}.", "here").is_err(), "what is not there is no null");
    assert!(templates().text("{{ data.revenu ~ 'a' }}", "here").is_err());
    assert!(templates().text("{{ data.revenu|upper }}", "here").is_err());
}

#[test]
fn null_among_numbers_is_not_counted_in() {
    let cases = [
        ("[3, none, 1]|min", "1"),
        ("[3, none, 1]|max", "3"),
        ("[none]|max", ""),
        ("[{'a': none}, {'a': 2}]|min(attribute='a')", "a"),
        ("[3, none, 1]|sum", "4"),
        ("data.none|sum", "0"),
        ("[]|max|default('-')", "-"),
        ("data.none|first|default('-')", "-"),
        ("data.none|items|list|length", "0"),
    ];
    for (expression, expected) in cases {
        let found = templates().text(&format!("{{{{ {expression} }}}}"), "here").unwrap();
        assert!(found == expected || found.contains(&format!("\"{expected}\":2")), "{expression}: {found}");
    }
}

#[test]
fn what_is_blank_has_no_number_and_no_date() {
    for format in ["text", "number", "number:2", "integer", "percent", "percent:0", "currency:EUR", "date", "date:%Y"] {
        for blank in ["data.none", "''", "' '"] {
            let found = templates().text(&format!("{{{{ {blank}|fmt('{format}') }}}}"), "here").unwrap();
            assert_eq!(found.trim(), "", "{blank} as {format}");
        }
    }
}

#[test]
fn markdown_that_is_joined_stays_markdown_and_data_beside_it_stays_text() {
    let cases = [
        ("{{ '*a*'|markdown ~ '*b*' }}", "<em>a</em>*b*"),
        ("{{ '*b*' ~ '*a*'|markdown }}", "*b*<em>a</em>"),
        ("{{ '*a*' ~ '*b*' }}", "*a**b*"),
        ("{% macro m(a) %}*{{ a }}*{% endmacro %}{{ m('_a_') ~ '*b*' }}", "<em>_a_</em>*b*"),
        ("{{ ['*a*'|markdown, '*b*']|join(' ') }}", "<em>a</em> *b*"),
        ("{{ '*a*'|tojson }}", "\"*a*\""),
        ("{{ '*a*'|upper }}", "*A*"),
        ("{{ '*a*'|e }}", "*a*"),
        ("{% set a %}{{ data.revenue }}{% endset %}{{ a|fmt('number:1') }}", "1,200.5"),
        ("{% filter upper %}**{{ '*a*' }}**{% endfilter %}", "<strong>*A*</strong>"),
    ];
    for (template, expected) in cases {
        let markdown = templates().markdown(template, "here").unwrap();
        let shown: String = markdown::events(&markdown).map(marked).collect();
        assert_eq!(shown, expected, "{template}");
    }
}

fn marked(event: Event<'_>) -> String {
    match event {
        Event::Start(Tag::Emphasis) => "<em>".to_owned(),
        Event::End(TagEnd::Emphasis) => "</em>".to_owned(),
        Event::Start(Tag::Strong) => "<strong>".to_owned(),
        Event::End(TagEnd::Strong) => "</strong>".to_owned(),
        Event::Text(words) => words.into_string(),
        _ => String::new(),
    }
}
