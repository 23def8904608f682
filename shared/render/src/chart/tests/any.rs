//! Random charts, of hostile sizes and names.

use jiff::tz::TimeZone;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{chart, draw, faults};
use crate::tests::net::charts::Drawn;

/// Values that charts get: ordinary ones, and any.
fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        6 => (-1000..100_000i32).prop_map(|n| json!(f64::from(n) / 10.0)),
        3 => (-9.99..9.99f64, -300..300i32).prop_map(|(digits, power)| json!(format!("{digits}e{power}"))),
        1 => Just(Value::Null),
        1 => Just(json!("")),
    ]
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        "[A-Z][a-z]{1,7}",
        "[A-Z][a-z]{1,12}( [a-z]{1,16}){0,12}",
        "[a-z0-9]{30,120}",
        "[a-z]{1,9}(\r\n|\r|\u{2028})[a-z]{1,9}",
        "[ぁ-ん一-龠]{1,40}",
        "[ا-ي]{1,20}( [ا-ي]{1,12}){0,3}",
        "\\PC{0,30}",
    ]
}

/// Names of one sort, or dates, of which no two are the same.
fn across(count: usize) -> impl Strategy<Value = Vec<String>> {
    let date = |(n, month): (usize, u32)| format!("{}-{month:02}-{:02}", 1990 + n % 40, n / 40 + 1);
    prop_oneof![
        proptest::collection::vec(name(), count),
        proptest::collection::vec(1..13u32, count).prop_map(move |months| months
            .into_iter()
            .enumerate()
            .map(date)
            .collect()),
        Just((0..count).map(|n| format!("2026-03-{:02}T{:02}:15:00Z", n / 24 % 28 + 1, n % 24)).collect()),
        Just((0..count).map(|n| format!("Week {n}")).collect()),
    ]
}

fn table() -> impl Strategy<Value = (usize, Vec<Value>)> {
    let count = prop_oneof![0..12usize, 0..40usize, 0..200usize];
    (1..=8usize, count).prop_flat_map(|(series, count)| {
        let values = proptest::collection::vec(proptest::collection::vec(value(), series), count);
        (across(count), values).prop_map(move |(names, values)| {
            let row = |(name, values): (String, Vec<Value>)| {
                let mut row = json!({"x": name});
                for (n, value) in values.into_iter().enumerate() {
                    row[format!("y{n}")] = value;
                }
                row
            };
            (series, names.into_iter().zip(values).map(row).collect())
        })
    })
}

/// The numbers of a table.
fn numbers(rows: &[Value], series: usize) -> Vec<f64> {
    let number = |value: &Value| value.as_f64().or_else(|| value.as_str()?.parse().ok());
    rows.iter().flat_map(|row| (0..series).filter_map(move |n| number(&row[format!("y{n}")]))).collect()
}

proptest! {
    #[test]
    fn nothing_leaves_its_place_and_every_value_has_a_mark(
        (series, rows) in table(),
        kind in prop::sample::select(vec!["bar", "line", "area", "pie"]),
        lang in prop::sample::select(vec!["en", "de", "ja", "ar"]),
        format in prop::sample::select(vec!["number", "currency:EUR", "percent"]),
        width in prop_oneof![90.0..760.0f64, Just(499.0)],
        height in prop::option::of(80.0..700.0f64),
    ) {
        let series = if kind == "pie" { 1 } else { series };
        let mut chart = chart(kind, series);
        chart["format"] = format.into();
        chart["height"] = height.into();
        let numbers = numbers(&rows, series);
        let outcome = draw(lang, &chart, rows.iter().cloned().collect(), width, |scene, _, _| {
            let scene = if lang == "ar" { scene.clone().mirrored() } else { scene.clone() };
            let zone = TimeZone::get("Europe/Berlin").unwrap();
            let drawn = Drawn { chart: &chart, records: &rows, scene: &scene, zone, lang };
            (faults(&scene), scene.height, drawn.check())
        });
        if kind == "pie" && numbers.iter().any(|number| *number < 0.0) {
            let error = outcome.err().unwrap_or_default();
            prop_assert!(error.contains("a pie has no negative slices"), "{}", error);
            return Ok(());
        }
        let (faults, height, marks) = outcome.map_err(TestCaseError::fail)?;
        prop_assert_eq!(&faults, &[""; 0]);
        prop_assert!(height <= 600.01, "{} high, more than a page has", height);
        prop_assert_eq!(marks, Ok(()), "every value has its mark");
    }
}
