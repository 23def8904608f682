//! Bars, lines and areas over an axis of values.

use domain::definition::{Chart, ChartKind};
use jiff::civil::DateTime;

use super::across::{self, Foot};
use super::data::{Across, Data};
use super::number::Numbers;
use super::scale::Scale;
use super::scene::{Area, LINE, Label, Mark, Part, Scene, Side};
use super::time::{Times, seconds};
use super::{Setting, WORDS, legend, rows, shapes};
use crate::error::RenderError;

/// From the words of the axis of values to the plot.
pub const GAP: f64 = 6.0;
/// Above the plot, for the upper half of the topmost label.
pub const TOP: f64 = 5.0;
/// Below the plot, for one line of names; what needs more makes the picture higher.
const FOOT: f64 = 16.0;
/// A plot is never lower than this.
const LEAST: f64 = 40.0;
/// The length of the lines that lead to names.
const TICK: f64 = 3.0;
/// A step of the axis is about as high as this.
const STEP: f64 = 30.0;
/// From the ends of an axis of time to the first and last point.
const INSET: f64 = 10.0;

/// Draws the axes and what is between them.
///
/// # Errors
/// When a format cannot be used.
pub fn scene<'a>(setting: &Setting<'a>, chart: &Chart, data: &Data) -> Result<Scene<'a>, RenderError> {
    let grid = (chart.height.unwrap_or(super::HEIGHT).min(setting.most) - TOP - FOOT).max(LEAST);
    let scene = scene_of(setting, chart, data, grid)?;
    // Long names and a legend add to the height: where a page has too little for them, the plot gives way.
    let over = scene.height - setting.most;
    if over > 0.0 && grid > LEAST { scene_of(setting, chart, data, (grid - over).max(LEAST)) } else { Ok(scene) }
}

fn scene_of<'a>(setting: &Setting<'a>, chart: &Chart, data: &Data, grid: f64) -> Result<Scene<'a>, RenderError> {
    let format_error = |message| RenderError::report(format!("{}.format", setting.place), message);
    let numbers = Numbers::new(setting.writing, chart.format.as_ref()).map_err(format_error)?;
    let scale = Scale::of(data.values(), chart.chart != ChartKind::Line, (grid / STEP).round() as usize);
    let labels = numbers.marks(&scale).map_err(format_error)?;
    let mut plan = Plan::new(setting, labels, grid);
    let places = Places::of(data, &plan.plot, chart.chart == ChartKind::Bar);
    let Some(foot) = foot(setting, chart, data, &plan.plot, &places)? else {
        return rows::scene(setting, chart, data, &numbers).map_err(format_error);
    };
    plan.draw_axes(setting, &scale, &foot);
    shapes::draw(setting, chart.chart, data, &scale, &places, &mut plan.scene);
    plan.draw_base(setting, &scale);
    Ok(plan.finish(setting, chart, data, foot))
}

/// A picture while it is drawn.
struct Plan<'a> {
    scene: Scene<'a>,
    plot: Area,
    labels: Vec<(f64, String)>,
}

/// Where the records are along the plot.
pub struct Places {
    pub at: Vec<f64>,
    /// What each of them has for itself.
    pub band: f64,
    /// The start of an axis of time, its length in seconds, and where it starts in the picture and how long it is there.
    time: Option<(f64, f64, f64, f64)>,
}

impl Places {
    pub fn of(data: &Data, plot: &Area, bars: bool) -> Places {
        match &data.across {
            Across::Names(names) => Places::even(names.len(), plot.x, plot.width),
            Across::Times(times) => Places::by_time(times, plot, bars),
        }
    }

    /// Places in the middle of equal parts of a length.
    pub fn even(count: usize, start: f64, length: f64) -> Places {
        let band = length / count.max(1) as f64;
        Places { at: (0..count).map(|n| start + band * (n as f64 + 0.5)).collect(), band, time: None }
    }

    fn by_time(times: &[DateTime], plot: &Area, bars: bool) -> Places {
        let moments: Vec<f64> = times.iter().map(|time| seconds(*time)).collect();
        let (first, last) = (moments.first().copied().unwrap_or(0.0), moments.last().copied().unwrap_or(0.0));
        let nearest =
            moments.windows(2).map(|two| two[1] - two[0]).filter(|gap| *gap > 0.0).fold(f64::INFINITY, f64::min);
        // A bar needs half of what is between two on both sides; a line ends a little before the plot.
        let nearest = if nearest.is_finite() { nearest } else { 1.0 };
        let (from, range, start, length) = if bars {
            (first - nearest / 2.0, last - first + nearest, plot.x, plot.width)
        } else if last > first {
            (first, last - first, plot.x + INSET, plot.width - 2.0 * INSET)
        } else {
            (first - 0.5, 1.0, plot.x, plot.width)
        };
        let time = (from, range, start, length);
        let at = moments.iter().map(|moment| start + (moment - from) / range * length).collect();
        Places { at, band: nearest / range * length, time: Some(time) }
    }

    fn of_time(&self, time: DateTime) -> f64 {
        let (from, range, start, length) = self.time.unwrap_or((0.0, 1.0, 0.0, 0.0));
        start + (seconds(time) - from) / range * length
    }
}

/// The words below the plot; none if bars have to lie so that their names can be read.
fn foot(
    setting: &Setting<'_>,
    chart: &Chart,
    data: &Data,
    plot: &Area,
    places: &Places,
) -> Result<Option<Foot>, RenderError> {
    let names = match &data.across {
        Across::Names(names) => names,
        Across::Times(times) => {
            let writer = Times { writing: setting.writing, format: chart.x_format.as_ref() };
            let foot = across::times(setting, &writer, times, plot, |time| places.of_time(time));
            let error = |message| RenderError::report(format!("{}.xFormat", setting.place), message);
            return foot.map(Some).map_err(error);
        }
    };
    if let Some(foot) = across::names(setting, names, &places.at, plot) {
        return Ok(Some(foot));
    }
    let lying = chart.chart == ChartKind::Bar && rows::fit(setting, chart, data);
    Ok((!lying).then(|| across::names_anyhow(setting, names, &places.at, plot)))
}

impl<'a> Plan<'a> {
    fn new(setting: &Setting<'a>, labels: Vec<(f64, String)>, grid: f64) -> Plan<'a> {
        let widest = labels.iter().map(|(_, text)| WORDS.width(text) + 1.0).fold(0.0, f64::max);
        let (labels, left) = if widest + GAP <= setting.width * 0.6 {
            (labels, widest + GAP)
        } else {
            setting
                .warnings
                .add(&setting.place, "the chart is too narrow for the numbers of its axis: give it more width");
            (Vec::new(), 0.0)
        };
        let plot = Area::new(left, TOP, setting.width - left, grid);
        Plan { scene: Scene { width: setting.width, plot, ..Scene::default() }, plot, labels }
    }

    fn draw_axes(&mut self, setting: &Setting<'a>, scale: &Scale, foot: &Foot) {
        let plot = self.plot;
        for (place, _) in scale.marks() {
            let y = plot.bottom() - place * plot.height;
            self.scene.marks.push(hairline(setting, vec![(plot.x, y), (plot.right(), y)]));
        }
        for (place, text) in std::mem::take(&mut self.labels) {
            let y = plot.bottom() - place * plot.height;
            let area = Area::new(0.0, y - LINE / 2.0, plot.x - GAP, LINE);
            self.scene.labels.push(Label::new(text, area, Side::Right, Part::Values));
        }
        for x in &foot.ticks {
            let points = vec![(*x, plot.bottom()), (*x, plot.bottom() + TICK)];
            self.scene.marks.push(base_line(setting, points));
        }
    }

    /// The dark line is where zero is: an axis without it has none.
    fn draw_base(&mut self, setting: &Setting<'a>, scale: &Scale) {
        if scale.holds_zero() {
            let y = self.plot.bottom() - scale.base() * self.plot.height;
            self.scene.marks.push(base_line(setting, vec![(self.plot.x, y), (self.plot.right(), y)]));
        }
    }

    fn finish(mut self, setting: &Setting<'a>, chart: &Chart, data: &Data, foot: Foot) -> Scene<'a> {
        let top = self.plot.bottom() + foot.height.max(FOOT);
        self.scene.labels.extend(foot.labels);
        self.scene.height = top + legend::add(setting, &mut self.scene, chart.chart, &data.series, top);
        self.scene
    }
}

pub fn hairline<'a>(setting: &Setting<'a>, points: Vec<(f64, f64)>) -> Mark<'a> {
    Mark::Line { points, colour: &setting.theme.line, width: 0.6, dash: &[] }
}

pub fn base_line<'a>(setting: &Setting<'a>, points: Vec<(f64, f64)>) -> Mark<'a> {
    Mark::Line { points, colour: &setting.theme.muted, width: 0.75, dash: &[] }
}
