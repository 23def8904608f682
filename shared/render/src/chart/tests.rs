//! Charts of any data: every value has its mark, nothing leaves its place, and no word touches another.

use domain::definition::{Chart, Definition};
use domain::theme::Theme;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

mod any;
mod faults;

use faults::{faults, holds};

use super::scene::{Area, Mark, Part, Point, Scene};
use super::words::Words;
use super::{Setting, compose, data, svg};
use crate::warning::{Warning, Warnings};
use crate::writing::Writing;
use crate::{Job, render};

fn chart(chart: &str, series: usize) -> Value {
    let y: Vec<String> = (0..series).map(|n| format!("y{n}")).collect();
    json!({"chart": chart, "data": "rows", "x": "x", "y": y})
}

/// Draws a chart, and looks at it.
fn draw<T>(
    lang: &str,
    chart: &Value,
    rows: Value,
    width: f64,
    look: impl FnOnce(&Scene<'_>, &str, &[Warning]) -> T,
) -> Result<T, String> {
    let chart: Chart = serde_json::from_value(chart.clone()).unwrap();
    let zone = TimeZone::get("Europe/Berlin").unwrap();
    let writing = Writing::new(lang, zone, "2026-03-31T10:00:00Z".parse().unwrap());
    let (warnings, theme) = (Warnings::default(), Theme::default());
    let (writing, warnings, words) = (&writing, &warnings, Words::of(lang));
    let setting =
        Setting { writing, words, theme: &theme, warnings, place: "blocks[0]".to_owned(), width, most: 600.0 };
    let data = data::read(&setting, &chart, &json!({"rows": rows})).map_err(|error| error.to_string())?;
    let (scene, alt) = compose(&setting, &chart, None, &data).map_err(|error| error.to_string())?;
    Ok(look(&scene, &alt, &setting.warnings.take()))
}

/// One series over names.
fn rows(pairs: &[(&str, Value)]) -> Value {
    pairs.iter().map(|(x, y)| json!({"x": x, "y0": y})).collect()
}

/// The words of a part.
fn labels(scene: &Scene<'_>, part: Part) -> Vec<String> {
    scene.labels.iter().filter(|label| label.part == part).map(|label| label.text.clone()).collect()
}

fn bars(scene: &Scene<'_>) -> Vec<Area> {
    let bars = |mark: &Mark<'_>| if let Mark::Bars { areas, .. } = mark { areas.clone() } else { Vec::new() };
    scene.marks.iter().flat_map(bars).collect()
}

/// The points of lines that stand for values: grid, axes and their ticks are thin.
fn line_points(scene: &Scene<'_>) -> Vec<Point> {
    let points = |mark: &Mark<'_>| match mark {
        Mark::Line { points, width, .. } if *width > 1.0 => points.clone(),
        _ => Vec::new(),
    };
    scene.marks.iter().flat_map(points).collect()
}

#[test]
fn a_line_of_meter_readings_rises_evenly() {
    let readings: Vec<(String, Value)> = (0..10).map(|n| (format!("k{n}"), json!(1_200_000_000 + 5 * n))).collect();
    let readings: Vec<(&str, Value)> = readings.iter().map(|(x, y)| (x.as_str(), y.clone())).collect();
    let (points, labels) = draw("en", &chart("line", 1), rows(&readings), 480.0, |scene, _, _| {
        (line_points(scene), labels(scene, Part::Values))
    })
    .unwrap();
    let steps: Vec<f64> = points.windows(2).map(|two| two[0].1 - two[1].1).collect();
    assert_eq!(steps.len(), 9);
    assert!(steps.iter().all(|step| (step - steps[0]).abs() < 1e-6 && *step > 5.0), "{steps:?}");
    assert_eq!(labels[1], "1,200,000,010");
}

#[test]
fn numbers_of_any_size_are_drawn() {
    for (first, second) in [(2.1e16, 3.2e16), (1e308, -1e308), (1e-300, 2e-300), (5e-324, 1e-320), (0.0, 1.7e308)] {
        let data = rows(&[("a", json!(first)), ("b", json!(second))]);
        for kind in ["bar", "line", "area"] {
            let what = format!("{kind} of {first:e} and {second:e}");
            let faults = draw("en", &chart(kind, 1), data.clone(), 480.0, |scene, _, _| faults(scene)).expect(&what);
            assert_eq!(faults, [""; 0], "{what}");
        }
    }
}

#[test]
fn bars_that_have_long_names_lie_and_all_are_named() {
    let names: Vec<String> = (0..12)
        .map(|n| {
            format!(
                "{} {n}",
                ["Directorate-General for Agriculture and Rural Development", "Human Resources", "IT"][n % 3]
            )
        })
        .collect();
    let data: Vec<(&str, Value)> = names.iter().map(|name| (name.as_str(), json!(name.len()))).collect();
    draw("en", &chart("bar", 1), rows(&data), 499.0, |scene, _, warnings| {
        let words = labels(scene, Part::Across).join(" ");
        for name in &names {
            assert!(words.contains(name), "{name} is not in {words}");
        }
        let bars = bars(scene);
        assert_eq!(bars.len(), 12);
        assert!(bars.iter().all(|bar| bar.width > bar.height && (bar.x - scene.plot.x).abs() < 0.01), "{bars:?}");
        assert_eq!((faults(scene), warnings), (Vec::new(), &[][..]));
    })
    .unwrap();
}

#[test]
fn names_are_never_left_out_without_a_word() {
    let many = |name: fn(usize) -> String| -> Value { (0..150).map(|n| json!({"x": name(n), "y0": n})).collect() };
    type Case = (&'static str, &'static str, fn(usize) -> String, bool);
    let cases: [Case; 4] = [
        ("weeks", "line", |n| format!("Week {n}"), false),
        ("years as bars", "bar", |n| (1850 + n).to_string(), false),
        ("anything", "line", |n| format!("{} place", n * 7919 % 151), true),
        ("anything as bars", "bar", |n| format!("{} place", n * 7919 % 151), true),
    ];
    for (what, kind, name, warned) in cases {
        draw("en", &chart(kind, 1), many(name), 480.0, |scene, _, warnings| {
            let named = labels(scene, Part::Across).len();
            assert!((5..60).contains(&named), "{what}: {named}");
            assert_eq!(!warnings.is_empty(), warned, "{what}: {warnings:?}");
            assert_eq!(faults(scene), [""; 0], "{what}");
        })
        .unwrap();
    }
}

#[test]
fn dates_are_as_far_apart_as_they_are() {
    let data =
        rows(&[("2026-12-31", json!(4)), ("2026-01-01", json!(1)), ("2026-01-02", json!(2)), ("2026-06-01", json!(3))]);
    draw("en", &chart("line", 1), data, 480.0, |scene, alt, _| {
        let x: Vec<f64> = line_points(scene).iter().map(|point| point.0).collect();
        let days = |n: usize| (x[n] - x[0]) / (x[3] - x[0]) * 364.0;
        assert!((days(1) - 1.0).abs() < 0.01 && (days(2) - 151.0).abs() < 0.01, "{x:?}");
        assert!(alt.contains("Y0: Jan 1, 2026 1, Jan 2, 2026 2"), "in the order of time: {alt}");
    })
    .unwrap();
}

#[test]
fn dates_are_written_in_the_language_and_zone_of_the_report() {
    // The last one is the first of April in Berlin.
    let data = rows(&[("2026-02-28T23:00:00Z", json!(1)), ("2026-03-31T22:30:00.000Z", json!(3))]);
    let months = rows(&[("2026-02-01", json!(1)), ("2026-04-01", json!(3))]);
    let cases = [
        ("en", None, data.clone(), vec!["00:00", "00:30", "Mar 1, 2026", "Apr 1, 2026"]),
        ("de", Some("date:%d.%m."), data.clone(), vec!["01.03.", "01.04."]),
        ("en", None, months.clone(), vec!["Feb", "Apr", "2026"]),
        ("de", Some("date:%m/%Y"), months, vec!["02/2026", "04/2026"]),
        ("en", Some("text"), data, vec!["2026-02-28T23:00:00Z", "2026-03-31T22:30:00.000Z"]),
    ];
    for (lang, format, data, expected) in cases {
        let mut chart = chart("line", 1);
        if let Some(format) = format {
            chart["xFormat"] = format.into();
        }
        let words = draw(lang, &chart, data, 480.0, |scene, _, _| labels(scene, Part::Across)).unwrap();
        assert_eq!(words, expected, "{lang} by {format:?}");
    }
}

#[test]
fn what_is_no_date_is_refused_where_a_date_is_asked_for() {
    let mut chart = chart("line", 1);
    chart["xFormat"] = "date:%b".into();
    let error = draw("en", &chart, rows(&[("soon", json!(1))]), 480.0, |_, _, _| ()).unwrap_err();
    assert!(error.starts_with("blocks[0].x: `soon` is no date"), "{error}");
}

#[test]
fn the_axis_is_where_zero_is() {
    let data = rows(&[("a", json!(5)), ("b", json!(-3))]);
    draw("en", &chart("bar", 1), data, 480.0, |scene, _, _| {
        let muted = Theme::default().muted;
        let axes: Vec<f64> = scene
            .marks
            .iter()
            .filter_map(|mark| match mark {
                Mark::Line { points, colour, .. } if *colour == muted => Some(points[0].1),
                _ => None,
            })
            .collect();
        let bars = bars(scene);
        assert_eq!(axes.len(), 1);
        assert!((bars[0].bottom() - axes[0]).abs() < 0.01 && (bars[1].y - axes[0]).abs() < 0.01, "{axes:?} {bars:?}");
    })
    .unwrap();
}

#[test]
fn gaps_stay_gaps_and_a_point_alone_is_seen() {
    let values = [json!(1), json!("2.5"), json!(null), json!(4), json!(""), json!("NaN"), json!(3), json!(5)];
    let data: Value = values.iter().enumerate().map(|(n, y)| json!({"x": format!("k{n}"), "y0": y})).collect();
    draw("en", &chart("line", 1), data, 480.0, |scene, _, _| {
        let runs: Vec<usize> = scene
            .marks
            .iter()
            .filter_map(|mark| match mark {
                Mark::Line { points, width, .. } if *width > 1.0 => Some(points.len()),
                _ => None,
            })
            .collect();
        assert_eq!(runs, [2, 2], "lines do not cross a gap");
        assert_eq!(scene.marks.iter().filter(|mark| matches!(mark, Mark::Sign { .. })).count(), 5);
    })
    .unwrap();
    draw("en", &chart("line", 1), rows(&[("only", json!(5))]), 480.0, |scene, _, _| {
        let sign = scene.marks.iter().find_map(|mark| if let Mark::Sign { at, .. } = mark { Some(*at) } else { None });
        assert!(sign.is_some_and(|at| holds(&scene.plot, at)), "{sign:?}");
    })
    .unwrap();
}

#[test]
fn a_chart_of_nothing_says_so_in_the_language() {
    let cases = [
        ("an empty list", "bar", json!([])),
        ("only gaps", "line", rows(&[("a", json!(null)), ("b", json!(""))])),
        ("an empty pie", "pie", json!([])),
        ("a pie of zeros", "pie", rows(&[("a", json!(0)), ("b", json!(null))])),
    ];
    for (what, kind, data) in cases {
        let drawn =
            draw("de", &chart(kind, 1), data, 480.0, |scene, alt, _| (labels(scene, Part::Note), alt.to_owned()));
        let (labels, alt) = drawn.unwrap();
        assert_eq!(labels, ["Keine Daten"], "{what}");
        assert!(alt.ends_with("Keine Daten"), "{what}: {alt}");
    }
}

#[test]
fn a_pie_of_a_hundred_slices_has_eight_and_says_how_many_are_one() {
    let data: Value = (0..100).map(|n| json!({"x": format!("Slice {n}"), "y0": n})).collect();
    draw("en", &chart("pie", 1), data, 480.0, |scene, alt, _| {
        let slices = scene.marks.iter().filter(|mark| matches!(mark, Mark::Slice { .. })).count();
        assert_eq!(slices, 9, "eight, and one for all others");
        assert!(labels(scene, Part::Legend).contains(&"Other (92)".to_owned()));
        assert!(alt.contains("Slice 99 99 (2.0%), Other (92)"), "{alt}");
        assert_eq!(faults(scene), [""; 0]);
    })
    .unwrap();
}

#[test]
fn lines_are_told_apart_without_colour() {
    let data = json!([{"x": "a", "y0": 1, "y1": 2, "y2": 3}, {"x": "b", "y0": 2, "y1": 3, "y2": 4}]);
    let svg = draw("en", &chart("line", 3), data, 480.0, |scene, _, _| svg::write(scene, &Theme::default())).unwrap();
    for dash in [r#"stroke-dasharray="5 2.5""#, r#"stroke-dasharray="1.6 2""#] {
        assert_eq!(svg.matches(dash).count(), 2, "once in the plot and once in the legend: {svg}");
    }
}

#[test]
fn a_language_read_from_the_right_has_its_axis_there() {
    let data = rows(&[("أ", json!(1)), ("ب", json!(2))]);
    draw("ar", &chart("bar", 1), data, 480.0, |scene, _, _| {
        let mirrored = scene.clone().mirrored();
        assert!(mirrored.plot.x.abs() < 0.01 && mirrored.plot.right() < 470.0, "{:?}", mirrored.plot);
        let bars = bars(&mirrored);
        assert!(bars[0].x > bars[1].x, "{bars:?}");
        assert_eq!(faults(&mirrored), [""; 0]);
    })
    .unwrap();
}

#[test]
fn plots_side_by_side_begin_and_end_at_the_same_height() {
    let data = json!([{"x": "North", "y0": 1, "y1": 2}, {"x": "A name in two lines of words", "y0": 2, "y1": -3}]);
    let plot = |kind: &str, series: usize| {
        let plot = draw("en", &chart(kind, series), data.clone(), 235.0, |scene, _, _| scene.plot).unwrap();
        (plot.y, plot.bottom())
    };
    assert_eq!(plot("line", 1), plot("bar", 2));
}

#[test]
fn the_words_of_a_chart_are_on_the_page() {
    let chart = |kind: &str, data: &str| json!({"kind": "chart", "chart": kind, "data": data, "x": "x", "y": ["y0"], "title": kind});
    let blocks = json!([chart("line", "many"), chart("bar", "many"), chart("pie", "few"), chart("area", "none")]);
    let definition = Definition::parse(&json!({"lang": "de", "blocks": blocks})).unwrap();
    let many: Value =
        (0..9).map(|n| json!({"x": format!("A name of some more words, {}", n * 5 % 9), "y0": n})).collect();
    let data = json!({"many": many, "few": rows(&[("Nord", json!(1)), ("Süd", json!(3))]), "none": []});
    let rendered = render(&Job::new("Charts", definition, data, "2026-03-31T10:00:00Z".parse().unwrap())).unwrap();
    let text: String = rendered.pages.iter().map(|page| page.text.as_str()).collect();
    for words in ["Liniendiagramm: line. Y0: A name of some more words, 0 0,", "Nord", "75,0", "Keine Daten"] {
        assert!(text.contains(words), "`{words}` is not in {text}");
    }
}

#[test]
fn the_legend_of_areas_has_their_grounds() {
    let data = json!([{"x": "a", "y0": 1, "y1": 2}, {"x": "b", "y0": 2, "y1": 3}]);
    draw("en", &chart("area", 2), data, 480.0, |scene, _, _| {
        let grounds: Vec<(&str, bool)> = scene
            .marks
            .iter()
            .filter_map(|mark| match mark {
                Mark::Ground { points, colour } => {
                    Some((*colour, points.iter().all(|(_, y)| *y > scene.plot.bottom())))
                }
                _ => None,
            })
            .collect();
        let palette = Theme::default().palette;
        let expected = [(&*palette[0], false), (&*palette[1], false), (&*palette[0], true), (&*palette[1], true)];
        assert_eq!(grounds, expected, "in the plot, and below it");
        assert_eq!(faults(scene), [""; 0]);
    })
    .unwrap();
}

#[test]
fn what_is_summed_up_in_a_pie_has_no_colour_of_the_palette() {
    let data: Value = (0..12).map(|n| json!({"x": format!("Slice {n}"), "y0": n + 1})).collect();
    draw("ar-EG", &chart("pie", 1), data, 480.0, |scene, _, _| {
        let colour = |mark: &Mark<'_>| match mark {
            Mark::Slice { colour, .. } | Mark::Bars { colour, .. } => (*colour).to_owned(),
            _ => String::new(),
        };
        let colours: Vec<String> = scene.marks.iter().map(colour).collect();
        assert_eq!(colours.iter().filter(|colour| *colour == "url(#stripes)").count(), 2, "the slice and its sign");
        assert!(svg::write(scene, &Theme::default()).contains("<pattern id=\"stripes\""));
        assert!(labels(scene, Part::Legend).contains(&"أخرى (٤)".to_owned()));
    })
    .unwrap();
}
