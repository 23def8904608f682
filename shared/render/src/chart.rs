//! Charts: the shapes are drawn by charts-rs as SVG without a letter in it; all words are placed by the layout, so that they are
//! set in the report's typeface, can be selected, and are written in the report's language.

use charts_rs::{BarChart, Box as Margin, Color, LineChart, PieChart, Series, Symbol, YAxisConfig};
use domain::definition::{Chart, ChartKind};
use serde_json::{Value, json};

use crate::error::RenderError;
use crate::measure::{self, Weight};
use crate::writing::{decimal, plain};
use crate::{Report, records};

mod scale;

use scale::Scale;

/// A chart ready for the layout.
pub struct Drawn {
    /// The words and their places.
    pub layout: Value,
    /// The shapes.
    pub svg: String,
}

const LABEL_SIZE: f64 = 7.5;
const LABEL_GAP: f64 = 6.0;
const HEIGHT: f64 = 165.0;
/// Below the plot, for the labels of the horizontal axis.
const FOOT: f64 = 16.0;
/// Above and below the grid, so that the outer lines are not cut in half.
const EDGE: f64 = 3.0;
/// Beside a narrower pie there is room for the shares only.
const WIDE_PIE: f64 = 300.0;
/// More points than this are not drawn: no paper could show them.
const MAX_POINTS: usize = 2_000;

/// The numbers of a chart: a label a record, and a list of values a series.
struct Data {
    labels: Vec<String>,
    series: Vec<(String, Vec<Option<f64>>)>,
}

/// Draws a chart for the width at hand.
///
/// # Errors
/// When the records or a field are missing, or a value is no number.
pub fn draw(report: &Report<'_>, chart: &Chart, place: &str, width: f64) -> Result<Drawn, RenderError> {
    let data = read(report, chart, place)?;
    let title = report.templates.optional(chart.title.as_deref(), &format!("{place}.title"))?;
    let mut drawn = match chart.chart {
        ChartKind::Pie => draw_pie(report, chart, &data, place, width)?,
        ChartKind::Bar | ChartKind::Line | ChartKind::Area => draw_axes(report, chart, &data, place, width)?,
    };
    drawn.layout["alt"] = describe(chart.chart, title.as_deref(), &data).into();
    drawn.layout["title"] = title.into();
    Ok(drawn)
}

fn read(report: &Report<'_>, chart: &Chart, place: &str) -> Result<Data, RenderError> {
    let records = records::find(&chart.data, &report.job.data, place)?;
    if records.len() > MAX_POINTS {
        let message = format!(
            "`{}` has {} records, more than the {MAX_POINTS} a chart can show: summarise them",
            chart.data.as_str(),
            records.len()
        );
        return Err(RenderError::report(format!("{place}.data"), message));
    }
    records::check_field(records, &chart.x, &format!("{place}.x"))?;
    let labels = records.iter().map(|record| plain(records::field(record, &chart.x))).collect();
    let mut series = Vec::with_capacity(chart.y.len());
    for (n, field) in chart.y.iter().enumerate() {
        let place = format!("{place}.y[{n}]");
        records::check_field(records, field, &place)?;
        let values: Result<Vec<Option<f64>>, RenderError> =
            records.iter().map(|record| number(records::field(record, field), field, &place)).collect();
        series.push((records::words(field), values?));
    }
    Ok(Data { labels, series })
}

/// A number to draw; none for what is blank.
fn number(value: &Value, field: &str, place: &str) -> Result<Option<f64>, RenderError> {
    let refuse =
        || RenderError::report(place, format!("`{field}` holds {value}, which is no number and cannot be drawn"));
    let Some(decimal) = decimal(value).map_err(|_| refuse())? else { return Ok(None) };
    let number = decimal.to_string().parse().ok().filter(|number: &f64| number.is_finite());
    number.map(Some).ok_or_else(refuse)
}

fn draw_axes(report: &Report<'_>, chart: &Chart, data: &Data, place: &str, width: f64) -> Result<Drawn, RenderError> {
    let values = data.series.iter().flat_map(|(_, values)| values.iter().flatten().copied());
    let scale = Scale::of(values, chart.chart != ChartKind::Line);
    let ticks = ticks(report, chart, &scale, place)?;
    let label_width = ticks.iter().map(|text| measure::width(text, LABEL_SIZE, Weight::Regular)).fold(0.0, f64::max);
    let (left, height) = (label_width + LABEL_GAP, chart.height.unwrap_or(HEIGHT));
    let (plot_width, plot_height) = ((width - left).max(40.0), height - FOOT);
    let svg = shapes(report, chart.chart, data, &scale, plot_width, plot_height);
    let grid = plot_height - 2.0 * EDGE;
    let y_labels: Vec<Value> = ticks
        .iter()
        .enumerate()
        .map(|(n, text)| json!({"text": text, "y": EDGE + grid * (1.0 - n as f64 / scale.steps as f64)}))
        .collect();
    let layout = json!({
        "kind": "chart", "left": left, "width": plot_width, "height": plot_height, "foot": FOOT, "size": LABEL_SIZE,
        "y_labels": y_labels,
        "x_labels": x_labels(&data.labels, plot_width),
        "legend": legend(report, data),
    });
    Ok(Drawn { layout, svg: svg.map_err(|error| RenderError::report(place, format!("cannot be drawn: {error}")))? })
}

fn ticks(report: &Report<'_>, chart: &Chart, scale: &Scale, place: &str) -> Result<Vec<String>, RenderError> {
    let tick = |n| report.writing.axis(scale.low + scale.step * n as f64, chart.format.as_ref(), scale.step);
    let ticks: Result<Vec<String>, String> = (0..=scale.steps).map(tick).collect();
    ticks.map_err(|message| RenderError::report(format!("{place}.format"), message))
}

/// The labels of the horizontal axis: as many as fit side by side.
fn x_labels(labels: &[String], width: f64) -> Vec<Value> {
    let band = width / labels.len().max(1) as f64;
    let widest = labels.iter().map(|label| measure::width(label, LABEL_SIZE, Weight::Regular)).fold(1.0, f64::max);
    let every = ((widest + LABEL_GAP) / band).ceil().max(1.0) as usize;
    let labels = labels.iter().enumerate().step_by(every);
    labels.map(|(n, label)| json!({"text": label, "x": band * (n as f64 + 0.5)})).collect()
}

fn legend(report: &Report<'_>, data: &Data) -> Vec<Value> {
    if data.series.len() < 2 {
        return Vec::new();
    }
    let named = data.series.iter().enumerate();
    named.map(|(n, (name, _))| json!({"name": name, "color": colour(report, n)})).collect()
}

fn shapes(
    report: &Report<'_>,
    kind: ChartKind,
    data: &Data,
    scale: &Scale,
    width: f64,
    height: f64,
) -> charts_rs::Result<String> {
    // In steps of the scale the values are small numbers, which charts-rs' 32-bit floats hold exactly enough.
    let scaled = |value: &Option<f64>| value.map(|value| (value / scale.step) as f32);
    let series = data.series.iter().enumerate().map(|(n, (_, values))| {
        let mut series = Series::new_nullable(String::new(), values.iter().map(scaled).collect());
        series.index = Some(n);
        series
    });
    let (series, labels): (Vec<Series>, _) = (series.collect(), vec![String::new(); data.labels.len()]);
    let axis = |axes: &mut Vec<YAxisConfig>| {
        for axis in axes {
            axis.min = Some((scale.low / scale.step).round() as f32);
            axis.max = Some((scale.low / scale.step).round() as f32 + scale.steps as f32);
            axis.split_number = scale.steps;
        }
    };
    if kind == ChartKind::Bar {
        let mut bars = BarChart::new(series, labels);
        bars.radius = Some(2.0);
        axis(&mut bars.y_axis_configs);
        style(&mut bars.base, report, width, height);
        return bars.svg();
    }
    let mut lines = LineChart::new(series, labels);
    axis(&mut lines.y_axis_configs);
    style(&mut lines.base, report, width, height);
    lines.series.fill = kind == ChartKind::Area;
    lines.series.stroke_width = 1.8;
    lines.series.symbol = Some(if data.labels.len() > 40 {
        Symbol::None
    } else {
        lines.base.series.symbol.clone().unwrap_or(Symbol::None)
    });
    lines.svg()
}

/// Shapes only: no title, no legend, no labels, no ground.
fn style(base: &mut charts_rs::ChartBase, report: &Report<'_>, width: f64, height: f64) {
    base.width = width as f32;
    base.height = height as f32;
    base.margin = Margin { top: EDGE as f32, bottom: EDGE as f32, left: 0.0, right: 0.0 };
    base.background_color = Color::transparent();
    base.title.text = String::new();
    base.legend.show = Some(false);
    base.x_axis.hidden = true;
    base.y_axis_hidden = true;
    base.grid.stroke_color = report.job.theme.line.as_str().into();
    base.grid.stroke_width = 0.6;
    base.series.colors = report.job.theme.palette.iter().map(|colour| colour.as_str().into()).collect();
}

fn draw_pie(report: &Report<'_>, chart: &Chart, data: &Data, place: &str, width: f64) -> Result<Drawn, RenderError> {
    let values: Vec<f64> =
        data.series.iter().flat_map(|(_, values)| values.iter().map(|value| value.unwrap_or(0.0))).collect();
    if let Some(negative) = values.iter().find(|value| **value < 0.0) {
        return Err(RenderError::report(
            format!("{place}.y"),
            format!("holds {negative}: a pie has no negative slices; use a bar chart"),
        ));
    }
    let total: f64 = values.iter().sum();
    let share = |value: f64| if total > 0.0 { value / total } else { 0.0 };
    let mut items = Vec::with_capacity(values.len());
    for (n, (label, value)) in data.labels.iter().zip(&values).enumerate() {
        let written = report.writing.format(&Value::from(*value), chart.format.as_ref());
        let written = written.map_err(|message| RenderError::report(format!("{place}.format"), message))?;
        items.push(json!({"name": label, "color": colour(report, n), "value": written, "share": report.writing.share(share(*value))}));
    }
    let size = chart.height.unwrap_or(HEIGHT * 0.85).min(width * 0.45);
    let slices = values.iter().enumerate().map(|(n, value)| {
        let mut series = Series::new(String::new(), vec![share(*value) as f32]);
        series.index = Some(n);
        series
    });
    let svg = ring(report, slices.collect(), size)
        .map_err(|error| RenderError::report(place, format!("cannot be drawn: {error}")))?;
    Ok(Drawn { layout: json!({"kind": "pie", "size": size, "items": items, "values": width >= WIDE_PIE}), svg })
}

fn ring(report: &Report<'_>, slices: Vec<Series>, size: f64) -> charts_rs::Result<String> {
    let mut pie = PieChart::new(slices);
    // charts-rs leaves a tenth of the canvas free on each side for its labels; drawn larger, and cut by the layout's frame.
    let canvas = size / 0.8;
    style(&mut pie.base, report, canvas, canvas);
    pie.margin = Margin::default();
    pie.rose_type = Some(false);
    pie.radius = (size / 2.0) as f32;
    pie.inner_radius = (size * 0.29) as f32;
    pie.border_radius = Some(0.0);
    // More than a full turn: no slice gets a label.
    pie.min_show_label_angle = 400.0;
    pie.svg()
}

fn colour<'a>(report: &'a Report<'_>, n: usize) -> &'a str {
    let palette = &report.job.theme.palette;
    palette.get(n % palette.len().max(1)).map_or("#000000", String::as_str)
}

/// The chart in words, for those who cannot see it.
fn describe(kind: ChartKind, title: Option<&str>, data: &Data) -> String {
    const MAX_VALUES: usize = 24;
    let kind = match kind {
        ChartKind::Bar => "Bar chart",
        ChartKind::Line => "Line chart",
        ChartKind::Area => "Area chart",
        ChartKind::Pie => "Pie chart",
    };
    let mut text = title.map_or_else(|| kind.to_owned(), |title| format!("{kind}: {title}"));
    for (name, values) in &data.series {
        let point = |(label, value): (&String, &Option<f64>)| value.map(|value| format!("{label} {value}"));
        let points: Vec<String> = data.labels.iter().zip(values).filter_map(point).collect();
        let more = points.len().saturating_sub(MAX_VALUES);
        text.push_str(&format!(". {name}: {}", points[..points.len() - more].join(", ")));
        if more > 0 {
            text.push_str(&format!(" and {more} more"));
        }
    }
    text
}
