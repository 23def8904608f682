//! Bodies and answers of the calls that manage presets.

use super::*;
use domain::preset::PresetKind;
use serde::de::DeserializeOwned;
use serde_json::json;
use uuid::Uuid;

/// What a body comes to, or the words of its refusal.
fn told<T: DeserializeOwned, R>(body: Value, check: impl Fn(T, &str) -> Outcome<R>) -> Result<R, String> {
    let fields = serde_json::from_value(body).map_err(|error| error.to_string())?;
    check(fields, "mine").map_err(|problem| problem.to_string())
}

#[test]
fn a_type_names_its_default_report_in_any_way() {
    let uid = Uuid::from_u128(7);
    let table = [
        ("a number", json!(17), Some("17".to_owned())),
        ("a number in a text", json!("17"), Some("17".to_owned())),
        ("a uid", json!(uid), Some(uid.to_string())),
        ("a natural id", json!(" team:sales "), Some("team:sales".to_owned())),
        ("an empty text", json!(""), None),
        ("null", json!(null), None),
    ];
    for (what, id, expected) in table {
        let body = json!({"name": "Mine", "description": "d", "defaultReportId": id});
        let (name, details, default) = told(body, ReportTypeFields::check).unwrap();
        assert_eq!(default.map(|report| report.to_string()), expected, "{what}");
        assert_eq!(
            (name.as_str(), details.description.as_str(), details.default_report),
            ("Mine", "d", None),
            "{what}"
        );
    }
    assert_eq!(told(json!({"name": "Mine"}), ReportTypeFields::check).unwrap().2, None, "left out");
}

#[test]
fn a_wrong_type_names_its_field() {
    let table = [
        ("no name", json!({"name": " "}), "name: "),
        ("a missing name", json!({}), "missing field `name`"),
        ("a long description", json!({"name": "x", "description": "x".repeat(2_001)}), "description: use at most 2000"),
        ("no report", json!({"name": "x", "defaultReportId": "Sales!"}), "defaultReportId: write a number, a uid"),
        ("a negative number", json!({"name": "x", "defaultReportId": -1}), "write a number, a uid or a natural id"),
        ("another key", json!({"name": "x", "defaultReport": 1}), "unknown field `defaultReport`"),
    ];
    for (what, body, expected) in table {
        let problem = told(body, ReportTypeFields::check).unwrap_err();
        assert!(problem.starts_with(expected), "{what}: {problem}");
    }
    let fields: ReportTypeFields = serde_json::from_value(json!({"name": "x"})).unwrap();
    assert!(fields.check("17").unwrap_err().to_string().starts_with("code: "), "a code that is a number");
}

#[test]
fn a_theme_is_filled_from_the_default_and_answered_in_full() {
    for key in ["colours", "colors"] {
        let (name, theme) = told(json!({"name": "Mine", key: {"accent": "#aa0000"}}), ThemeFields::check).unwrap();
        assert_eq!((name.as_str(), &theme), ("Mine", &Theme { accent: "#aa0000".into(), ..Theme::default() }), "{key}");
    }
    assert_eq!(told(json!({"name": "Mine"}), ThemeFields::check).unwrap().1, Theme::default());
    let item = serde_json::to_value(ThemeItem::from(&Theme::built_in()[1])).unwrap();
    assert_eq!((&item["id"], &item["code"], &item["name"]), (&json!(2), &json!("dark-blue"), &json!("Dark blue")));
    assert_eq!(item["colours"], serde_json::to_value(Theme::named("dark-blue")).unwrap());
}

#[test]
fn a_wrong_theme_names_the_colour() {
    let table = [
        ("a word", json!({"ink": "black"}), "colours.ink: `black` is no colour: use #rrggbb, such as #0f766e."),
        ("a series", json!({"palette": ["#000000", "x"]}), "colours.palette[1]: "),
        ("another key", json!({"acent": "#000000"}), "colours.acent: unknown field"),
        (
            "a dark page alone",
            json!({"background": "#101010"}),
            "colours.accent: `#0f766e` is hard to see on the background",
        ),
        ("a list", json!(["#000000"]), "colours: write an object"),
        ("a text", json!("#000000"), "colours: write an object"),
    ];
    for (what, colours, expected) in table {
        let problem = told(json!({"name": "Mine", "colours": colours}), ThemeFields::check).unwrap_err();
        assert!(problem.starts_with(expected), "{what}: {problem}");
    }
    assert!(told(json!({"name": "Mine", "accent": "#000000"}), ThemeFields::check).is_err(), "beside the name");
    let both = json!({"name": "Mine", "colours": {}, "colors": {}});
    assert!(told(both, ThemeFields::check).is_err(), "in both spellings");
}

#[test]
fn a_template_says_what_it_changes_and_shows_null_for_the_rest() {
    let body = json!({"name": "Mine", "size": "letter", "orientation": "landscape", "footer": "{{ params.quarter }}"});
    let (name, details) = told(body, TemplateFields::check).unwrap();
    let preset = Preset { code: "mine".into(), number: 11, name, details };
    let expected = json!({"id": 11, "code": "mine", "name": "Mine", "size": "letter", "orientation": "landscape",
        "header": null, "footer": "{{ params.quarter }}"});
    assert_eq!(serde_json::to_value(TemplateItem::from(&preset)).unwrap(), expected);
}

#[test]
fn a_wrong_template_is_refused() {
    let table = [
        ("a size that is none", json!({"name": "x", "size": "a9"}), "unknown variant `a9`"),
        ("two lines", json!({"name": "x", "header": "a\nb"}), "header: use one line"),
        ("another key", json!({"name": "x", "margin": 1}), "unknown field `margin`"),
    ];
    for (what, body, expected) in table {
        let problem = told(body, TemplateFields::check).unwrap_err();
        assert!(problem.starts_with(expected), "{what}: {problem}");
    }
}
