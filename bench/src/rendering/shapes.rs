//! The shapes of the dashboard's charts as SVG, for the document of Typst alone: as many of each kind as `shared/render` draws.

use serde_json::Value;
use std::{collections::BTreeMap, f64::consts::TAU, fmt::Write};

const COLOURS: [&str; 4] = ["#0f766e", "#e0912f", "#3b6fb6", "#b4532a"];
const WIDTH: f64 = 202.0;
const HEIGHT: f64 = 149.0;

/// The files by name.
pub fn files(data: &Value) -> BTreeMap<String, String> {
    let years = [values(data, "months", "this_year"), values(data, "months", "last_year")];
    let above_175: Vec<f64> = values(data, "weeks", "orders").iter().map(|orders| orders - 175.0).collect();
    [
        ("months.svg".to_owned(), bars(&years, 500_000.0, 5)),
        ("weeks.svg".to_owned(), line(&above_175, 150.0, 6)),
        ("segments.svg".to_owned(), ring(&values(data, "segments", "revenue"))),
    ]
    .into()
}

fn values(data: &Value, rows: &str, field: &str) -> Vec<f64> {
    let rows = data[rows].as_array().into_iter().flatten();
    rows.map(|row| row[field].as_f64().unwrap_or_default()).collect()
}

/// The height of a value on the paper.
fn y(value: f64, top: f64) -> f64 {
    3.0 + (HEIGHT - 6.0) * (1.0 - value / top)
}

fn bars(series: &[Vec<f64>], top: f64, steps: usize) -> String {
    let mut svg = open(WIDTH, HEIGHT) + &grid(steps);
    let band = WIDTH / series[0].len().max(1) as f64;
    for (n, values) in series.iter().enumerate() {
        for (m, value) in values.iter().enumerate() {
            let (x, width) = (band * (m as f64 + 0.12 + 0.39 * n as f64), band * 0.36);
            let (y, height) = (y(*value, top), y(0.0, top) - y(*value, top));
            let colour = COLOURS[n % COLOURS.len()];
            write!(
                svg,
                r#"<rect x="{x:.2}" y="{y:.2}" width="{width:.2}" height="{height:.2}" rx="2" fill="{colour}"/>"#
            )
            .ok();
        }
    }
    svg + "</svg>"
}

fn line(values: &[f64], top: f64, steps: usize) -> String {
    let mut svg = open(WIDTH, HEIGHT) + &grid(steps);
    let band = WIDTH / values.len().max(1) as f64;
    let points: Vec<_> =
        values.iter().enumerate().map(|(n, value)| (band * (n as f64 + 0.5), y(*value, top))).collect();
    let path: Vec<_> = points.iter().map(|(x, y)| format!("{x:.2},{y:.2}")).collect();
    write!(svg, r#"<polyline points="{}" fill="none" stroke="{}" stroke-width="1.8"/>"#, path.join(" "), COLOURS[0])
        .ok();
    for (x, y) in points {
        write!(
            svg,
            r##"<circle cx="{x:.2}" cy="{y:.2}" r="2.5" fill="#ffffff" stroke="{}" stroke-width="1.8"/>"##,
            COLOURS[0]
        )
        .ok();
    }
    svg + "</svg>"
}

fn ring(values: &[f64]) -> String {
    const CENTRE: f64 = 52.5;
    const OUTER: f64 = 52.5;
    const INNER: f64 = 30.45;
    let (mut svg, total) = (open(105.0, 105.0), values.iter().sum::<f64>().max(f64::MIN_POSITIVE));
    let at = |share: f64, radius: f64| (CENTRE + radius * (share * TAU).sin(), CENTRE - radius * (share * TAU).cos());
    let mut from = 0.0;
    for (n, value) in values.iter().enumerate() {
        let to = from + value / total;
        let ((a, b), (c, d), (e, f), (g, h)) = (at(from, OUTER), at(to, OUTER), at(to, INNER), at(from, INNER));
        let (large, colour) = (u8::from(to - from > 0.5), COLOURS[n % COLOURS.len()]);
        let outer = format!("M{a:.2} {b:.2} A{OUTER} {OUTER} 0 {large} 1 {c:.2} {d:.2}");
        let inner = format!("L{e:.2} {f:.2} A{INNER} {INNER} 0 {large} 0 {g:.2} {h:.2} Z");
        write!(svg, r#"<path d="{outer} {inner}" fill="{colour}"/>"#).ok();
        from = to;
    }
    svg + "</svg>"
}

fn open(width: f64, height: f64) -> String {
    format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">"#
    )
}

fn grid(steps: usize) -> String {
    let line = |n| {
        let y = y(n as f64, steps as f64);
        format!(r##"<line x1="0" y1="{y:.2}" x2="{WIDTH}" y2="{y:.2}" stroke="#dce2e8" stroke-width="0.6"/>"##)
    };
    (0..=steps).map(line).collect()
}
