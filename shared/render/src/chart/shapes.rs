//! What stands for the values: bars, lines, areas.

use domain::definition::ChartKind;

use super::Setting;
use super::axes::Places;
use super::data::{Data, Series};
use super::scale::Scale;
use super::scene::{Area, Mark, Point, Scene};
use super::style::{self, Style};

/// A bar is never wider than this.
const WIDEST: f64 = 38.0;
/// What the bars of one name take of its band.
const FILLED: f64 = 0.72;
/// A value that is not zero is always seen.
const THINNEST: f64 = 0.8;
/// Signs nearer to each other than this would be a second line.
const SIGNS_APART: f64 = 6.0;
/// The distance of signs on long lines, which tell them apart from others.
const SIGNS_FAR: f64 = 40.0;

/// Draws all series into a plot.
pub fn draw<'a>(
    setting: &Setting<'a>,
    kind: ChartKind,
    data: &Data,
    scale: &Scale,
    places: &Places,
    scene: &mut Scene<'a>,
) {
    let plot = scene.plot;
    if kind == ChartKind::Bar {
        let extent = |value: f64| length(scale, value, plot.bottom(), -plot.height);
        for (n, series) in data.series.iter().enumerate() {
            let areas = bars(series, n, data.series.len(), places, |across, thickness, value| {
                let (y, height) = extent(value);
                Area::new(across, y, thickness, height)
            });
            scene.marks.push(Mark::Bars { areas, colour: style::colour(setting.theme, n) });
        }
        return;
    }
    let lines: Vec<Vec<Run>> = data.series.iter().map(|series| runs(series, scale, places, &plot)).collect();
    if kind == ChartKind::Area {
        let base = plot.bottom() - scale.base() * plot.height;
        for (n, runs) in lines.iter().enumerate() {
            grounds(scene, style::colour(setting.theme, n), runs, base);
        }
    }
    let alone = data.series.len() == 1;
    for (n, runs) in lines.into_iter().enumerate() {
        draw_line(scene, Style::of(setting.theme, n), runs, alone);
    }
}

/// The bars of one series among all, each made from where it starts across, how thick it is, and its value.
pub fn bars(
    series: &Series,
    n: usize,
    count: usize,
    places: &Places,
    area: impl Fn(f64, f64, f64) -> Area,
) -> Vec<Area> {
    let group = (places.band * FILLED).min(WIDEST * count as f64);
    let each = group / count as f64;
    let space = if each > 6.0 { 1.0 } else { 0.0 };
    let values = series.values.iter().zip(&places.at);
    let bar = |(value, at): (&Option<f64>, &f64)| {
        value.map(|value| area(at - group / 2.0 + each * n as f64 + space / 2.0, each - space, value))
    };
    values.filter_map(bar).collect()
}

/// Where a bar starts and how long it is, on an axis from `start` on by `span`, which may be negative.
pub fn length(scale: &Scale, value: f64, start: f64, span: f64) -> (f64, f64) {
    let (base, end) = (start + scale.base() * span, start + scale.place(value) * span);
    let length = if value == 0.0 { 0.0 } else { (end - base).abs().max(THINNEST) };
    // What is shown at least grows away from the base line.
    let towards_start = if end == base { (value < 0.0) == (span > 0.0) } else { end < base };
    let from = if towards_start { base - length } else { base };
    let (low, high) = (start.min(start + span), start.max(start + span));
    (from.min(high - length).max(low), length)
}

/// Points without a gap.
type Run = Vec<Point>;

fn runs(series: &Series, scale: &Scale, places: &Places, plot: &Area) -> Vec<Run> {
    let mut runs: Vec<Run> = vec![Vec::new()];
    for (value, x) in series.values.iter().zip(&places.at) {
        match (value, runs.last_mut()) {
            (Some(value), Some(run)) => run.push((*x, plot.bottom() - scale.place(*value) * plot.height)),
            (None, Some(run)) if !run.is_empty() => runs.push(Vec::new()),
            _ => {}
        }
    }
    runs.retain(|run| !run.is_empty());
    runs
}

fn grounds<'a>(scene: &mut Scene<'a>, colour: &'a str, runs: &[Run], base: f64) {
    for run in runs.iter().filter(|run| run.len() > 1) {
        let ends = [run.last(), run.first()].into_iter().flatten().map(|(x, _)| (*x, base));
        let points = run.iter().copied().chain(ends).collect();
        scene.marks.push(Mark::Ground { points, colour });
    }
}

fn draw_line<'a>(scene: &mut Scene<'a>, style: Style<'a>, runs: Vec<Run>, alone: bool) {
    let points: usize = runs.iter().map(Vec::len).sum();
    let dense = points as f64 * SIGNS_APART > scene.plot.width;
    for run in runs {
        let single = run.len() == 1;
        let mut next = f64::NEG_INFINITY;
        let signs = run.iter().filter(|(x, _)| {
            let shown = single || !dense || !alone && *x >= next;
            if shown {
                next = x + SIGNS_FAR;
            }
            shown
        });
        let signs: Vec<Mark<'a>> = signs.map(|at| style.sign(*at)).collect();
        if !single {
            scene.marks.push(style.line(run, style::STROKE));
        }
        scene.marks.extend(signs);
    }
}
