//! The checks find what they are for: faults are planted into what was made of a right report.

use serde_json::{Value, json};

use super::{Made, Report, made};
use crate::chart::scene::{Area, Label, Mark, Part, Scene};

fn report(lang: &str) -> Report {
    let records: Vec<Value> = (0..12)
        .map(|n| json!({"x": format!("מכר {n}"), "day": format!("2026-03-{:02}", n + 1), "a": n + 1, "b": 30 - n, "id": 9_007_199_254_740_993_u64}))
        .collect();
    let chart = |kind: &str, y: Value| json!({"kind": "chart", "chart": kind, "data": "rows", "x": "x", "y": y});
    let columns = json!([{"field": "x"}, {"field": "a", "format": "integer"}, {"field": "id"}, {"field": "day", "format": "date"}]);
    let blocks = json!([
        chart("bar", json!(["a", "b"])), chart("line", json!(["a", "b"])), chart("area", json!(["a"])), chart("pie", json!(["a"])),
        {"kind": "heading", "text": "Net sales"}, {"kind": "text", "markdown": "Words of a paragraph."},
        {"kind": "table", "data": "rows", "columns": columns, "totals": ["a"]}
    ]);
    let plain = json!({"bom": false, "separator": ",", "decimal": "."});
    Report {
        definition: json!({"lang": lang, "title": "Net", "csv": plain, "blocks": blocks}),
        data: json!({"rows": records}),
    }
}

fn with(lang: &str, look: impl FnOnce(&mut Made<'_>)) {
    made(&report(lang), |made| {
        assert_eq!(made.check(), Ok(()), "the report is right in {lang}");
        look(made);
    })
    .unwrap();
}

fn nth_mark<'a, 'b>(scene: &'b mut Scene<'a>, is_meant: impl Fn(&Mark<'a>) -> bool) -> &'b mut Mark<'a> {
    scene.marks.iter_mut().find(|mark| is_meant(mark)).unwrap()
}

fn plant_in_bars(scene: &mut Scene<'_>, plant: impl FnOnce(&mut Vec<Area>)) {
    if let Mark::Bars { areas, .. } = nth_mark(scene, |mark| matches!(mark, Mark::Bars { .. })) {
        plant(areas);
    }
}

fn plant_in_line(scene: &mut Scene<'_>, plant: impl FnOnce(&mut Vec<(f64, f64)>)) {
    let is_line = |mark: &Mark<'_>| matches!(mark, Mark::Line { width, .. } if *width > 1.0);
    if let Mark::Line { points, .. } = nth_mark(scene, is_line) {
        plant(points);
    }
}

fn number_label<'a>(scene: &'a mut Scene<'_>) -> &'a mut Label {
    scene.labels.iter_mut().find(|label| label.part == Part::Values).unwrap()
}

fn plant_in_slice(scene: &mut Scene<'_>, plant: impl FnOnce(&mut f64)) {
    if let Mark::Slice { to, .. } = nth_mark(scene, |mark| matches!(mark, Mark::Slice { .. })) {
        plant(to);
    }
}

#[test]
fn a_mark_that_is_missing_or_astray_is_found() {
    type Plant = fn(&mut Scene<'_>);
    let plants: [(&str, usize, Plant); 12] = [
        ("a bar is missing", 0, |scene| plant_in_bars(scene, |bars| bars.truncate(11))),
        ("a bar is too long", 0, |scene| {
            plant_in_bars(scene, |bars| (bars[3].y, bars[3].height) = (bars[3].y - 2.0, bars[3].height + 2.0))
        }),
        ("a bar does not begin at zero", 0, |scene| plant_in_bars(scene, |bars| bars[3].y -= 2.0)),
        ("two bars change places", 0, |scene| plant_in_bars(scene, |bars| bars.swap(2, 5))),
        ("bars leave the axes", 0, |scene| scene.plot.width -= 40.0),
        ("a label is at another number", 0, |scene| number_label(scene).area.y -= 3.0),
        ("a point is missing", 1, |scene| plant_in_line(scene, |points| points.truncate(11))),
        ("a point is too high", 1, |scene| plant_in_line(scene, |points| points[4].1 -= 1.0)),
        ("a point is at another name", 1, |scene| plant_in_line(scene, |points| points[4].0 += 1.0)),
        ("an area ends elsewhere", 2, |scene| plant_in_line(scene, |points| points[4].1 += 1.0)),
        ("a slice is too large", 3, |scene| plant_in_slice(scene, |to| *to += 0.01)),
        ("a slice is missing", 3, |scene| drop(scene.marks.remove(0))),
    ];
    for lang in ["en", "he"] {
        for (what, chart, plant) in plants {
            with(lang, |made| {
                plant(&mut made.resolved.charts[chart]);
                let found = made.check_charts().is_err();
                // Only English labels are read.
                assert!(found || what.contains("label") && lang != "en", "{what}, in {lang}");
            });
        }
    }
}

#[test]
fn a_cell_that_is_another_in_the_workbook_is_found() {
    with("en", |made| {
        let (xlsx, definition, writing) = (&made.rendered.xlsx, &made.tried.definition, &made.report.writing);
        let another = [
            ("x", json!("מכר 99")),
            ("a", json!(7)),
            ("id", json!(9_007_199_254_740_992_u64)),
            ("day", json!("2026-03-31")),
            ("a", Value::Null),
        ];
        for (field, value) in another {
            let mut data = made.tried.data.clone();
            data["rows"][4][field] = value;
            assert!(super::workbook::check(xlsx, definition, &data, writing).is_err(), "{field}");
        }
        let mut shorter = made.tried.data.clone();
        shorter["rows"].as_array_mut().unwrap().pop();
        assert!(super::workbook::check(xlsx, definition, &shorter, writing).is_err());
    });
}

#[test]
fn words_that_are_read_in_another_order_are_found() {
    for lang in ["en", "he", "ar"] {
        with(lang, |made| {
            let lines: Vec<String> = made.rendered.pages.last().unwrap().text.lines().map(str::to_owned).collect();
            let row = lines.iter().position(|line| line.starts_with("מכר 4\t")).unwrap();
            let cells = |line: &str| line.split('\t').rev().collect::<Vec<_>>().join("\t");
            let plants: [(&str, Vec<String>); 3] = [
                ("rows", [&lines[..row], &lines[row + 1..=row + 1], &lines[row..=row], &lines[row + 2..]].concat()),
                ("cells", [&lines[..row], &[cells(&lines[row])], &lines[row + 1..]].concat()),
                ("letters", [&lines[..row], &[lines[row].chars().rev().collect()], &lines[row + 1..]].concat()),
            ];
            for (what, lines) in plants {
                made.rendered.pages.last_mut().unwrap().text = lines.join("\n");
                assert!(made.check_order().is_err(), "{what} in {lang}");
            }
        });
    }
}
