//! The items of lists, as the official clients read them.

use super::*;
use crate::samples::{of_type, report, types};
use domain::report::{Details, Report};
use serde_json::{Value, json};

fn item(report: &Report) -> Value {
    serde_json::to_value(ReportItem::new(&Listed::from(report), &types(), &Theme::built_in(), &Template::built_in()))
        .unwrap()
}

#[test]
fn a_report_has_the_fields_of_the_official_clients() {
    assert_eq!(
        item(&report(17, "Sales by month")),
        json!({
            "id": 17, "name": "Sales by month", "reportTypeId": 11, "reportTypeName": "Sales",
            "reportTemplateName": "Default", "previewImage": null, "themeName": "Default", "isDefault": true,
            "uid": "00000000-0000-0000-0000-000000000011", "naturalId": "team:report-17",
        })
    );
}

#[test]
fn a_report_is_of_a_type_by_its_code_or_its_number() {
    let table = [
        ("a code", Some("stock"), json!([12, "Stock", false])),
        ("a number", Some("11"), json!([11, "Sales", true])),
        ("a type that the workspace does not have", Some("archive"), json!([null, "archive", false])),
        ("no type", None, json!([null, null, false])),
        ("an empty word", Some(""), json!([null, null, false])),
    ];
    for (what, kind, expected) in table {
        let item = item(&of_type(report(17, "x"), kind));
        assert_eq!(json!([item["reportTypeId"], item["reportTypeName"], item["isDefault"]]), expected, "{what}");
    }
    assert_eq!(item(&report(18, "x"))["isDefault"], false, "another report of the type");
}

#[test]
fn a_theme_and_a_template_are_told_by_name_or_by_the_report_s_own_word() {
    let table = [
        ("by code", "dark-blue", Some("default"), "Dark blue", "Default"),
        ("by number", "2", Some("1"), "Dark blue", "Default"),
        ("not there", "neon", Some("letter"), "neon", "letter"),
        ("none", "", None, "Default", "Default"),
    ];
    for (what, theme, template, theme_name, template_name) in table {
        let plain = report(17, "x");
        let template = template.map(str::to_owned);
        let details = Details { theme: theme.into(), template, ..plain.details.clone() };
        let item = item(&Report { details, ..plain });
        assert_eq!(
            (&item["themeName"], &item["reportTemplateName"]),
            (&json!(theme_name), &json!(template_name)),
            "{what}"
        );
    }
}

#[test]
fn a_type_tells_the_report_that_stands_for_it() {
    let types = types();
    let told = |default| serde_json::to_value(ReportTypeItem::new(&types[0], default)).unwrap();
    let alone = json!({"id": 11, "name": "Sales", "description": "All sales", "code": "sales",
        "defaultReportId": null, "defaultReportName": null});
    assert_eq!(told(None), alone);
    let item = told(Some(&Listed::from(&report(17, "Sales by month"))));
    assert_eq!((&item["defaultReportId"], &item["defaultReportName"]), (&json!(17), &json!("Sales by month")));
}

#[test]
fn a_theme_in_a_list_has_three_fields() {
    let themes: Vec<PresetItem> = Theme::built_in().iter().map(PresetItem::from).collect();
    let expected =
        json!([{"id": 1, "code": "default", "name": "Default"}, {"id": 2, "code": "dark-blue", "name": "Dark blue"}]);
    assert_eq!(serde_json::to_value(themes).unwrap(), expected);
}

#[test]
fn a_page_without_a_title_is_called_by_its_number() {
    let page = |title| serde_json::to_value(PageItem::new(3, title)).unwrap();
    assert_eq!(page(Some("Revenue")), json!({"id": 3, "number": 3, "title": "Revenue"}));
    assert_eq!(page(None)["title"], "Page 3");
    assert_eq!(page(Some(" "))["title"], "Page 3");
}

#[test]
fn a_workspace_has_the_fields_of_the_official_clients() {
    let workspace = Workspace {
        code: "acme".into(),
        number: 4,
        name: "Acme".into(),
        description: "All of Acme".into(),
        updated_at: None,
    };
    let item = serde_json::to_value(WorkspaceItem::from(workspace)).unwrap();
    assert_eq!(item, json!({"id": 4, "name": "Acme", "description": "All of Acme", "code": "acme"}));
}
