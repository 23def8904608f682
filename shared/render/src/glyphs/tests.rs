use serde_json::json;

use crate::tests::{blocks, job, sales, typst};
use crate::{Cause, Rendered, render};

/// A letter of a script for which there is no font here, and one of nobody.
const PHOENICIAN: char = '\u{10900}';
const PRIVATE: char = '\u{f0000}';

fn warnings(rendered: &Rendered) -> Vec<String> {
    rendered.warnings.iter().map(ToString::to_string).collect()
}

#[test]
fn a_character_without_a_glyph_is_named_with_its_block() {
    let table = json!({"kind": "table", "data": "rows", "columns": [{"field": "region", "title": format!("Region {PRIVATE}")}]});
    let deep = json!({"kind": "columns", "columns": [[], [{"kind": "heading", "text": format!("{PHOENICIAN}")}]]});
    let rendered = blocks(json!([{"kind": "heading", "text": "Plain"}, table, deep])).unwrap();
    let end = "each is printed as a box; add a font that has them to the report or to its workspace";
    assert_eq!(
        warnings(&rendered),
        [
            format!("blocks[2].columns[1][0]: No font has `{PHOENICIAN}` (U+10900): {end}"),
            format!("blocks[1]: No font has U+F0000: {end}"),
        ]
    );
}

#[test]
fn the_title_and_the_words_around_the_pages_are_places_too() {
    let definition = json!({"title": format!("Title {PHOENICIAN}"), "blocks": []});
    let rendered = render(&job(&definition, sales())).unwrap();
    assert!(warnings(&rendered)[0].starts_with("title: No font has"), "{:?}", rendered.warnings);
}

#[test]
fn many_characters_are_named_up_to_a_number() {
    let text: String = (0x10900_u32..0x10916).chain(0x10920..0x1093a).filter_map(char::from_u32).collect();
    let rendered = blocks(json!([{"kind": "heading", "text": text}])).unwrap();
    let warning = &warnings(&rendered)[0];
    assert_eq!(warning.matches("(U+").count(), 20, "{warning}");
    assert!(warning.contains(" and 28 more characters: "), "{warning}");
}

#[test]
fn a_template_of_the_users_own_is_warned_of_by_its_page() {
    let rendered = typst(&format!("one\n#pagebreak()\n{PHOENICIAN}")).unwrap();
    assert!(warnings(&rendered)[0].starts_with("page 2: No font has"), "{:?}", rendered.warnings);
}

#[test]
fn words_that_every_font_has_bring_no_warning() {
    let rendered =
        blocks(json!([{"kind": "text", "markdown": "Größe – “naïve” Ωμέγα Москва\n\n- 1 → 2\n\n`code`"}])).unwrap();
    assert_eq!(warnings(&rendered), Vec::<String>::new());
}

#[test]
fn a_report_that_is_strict_about_glyphs_is_refused_with_the_place() {
    let report = |strict: bool| {
        let text = json!({"kind": "text", "markdown": format!("a {PHOENICIAN}")});
        job(&json!({"strictGlyphs": strict, "blocks": [text]}), sales())
    };
    assert!(render(&report(false)).is_ok());
    let error = render(&report(true)).unwrap_err();
    assert_eq!((error.cause, error.place.as_str()), (Cause::Report, "blocks[0]"));
    assert!(error.message.contains("(U+10900)"), "{error}");
}
