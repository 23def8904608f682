//! Bars that lie, for names that are too long to stand side by side.

use domain::definition::Chart;

use super::across::warn_if_alike;
use super::axes::{GAP, Places, base_line, hairline};
use super::data::{Across, Data};
use super::number::Numbers;
use super::scale::Scale;
use super::scene::{Area, LINE, Label, Mark, Part, Scene, Side};
use super::{Setting, WORDS, legend, shapes, style};

/// The most that names take of the width.
const NAMES: f64 = 0.42;
const LINES: usize = 2;
/// Below the plot, for the numbers of the axis.
const FOOT: f64 = 16.0;
/// Between the lines of two names.
const APART: f64 = 2.5;
/// A bar is not thinner than this where there are several for a name.
const THIN: f64 = 3.5;

/// Whether every name has room on the page, and there is room beside names for bars.
pub fn fit(setting: &Setting<'_>, chart: &Chart, data: &Data) -> bool {
    let height = Names::of(setting, data).height(data);
    setting.width >= 120.0 && height + around(setting, chart, data) <= setting.most
}

/// The height of all but the plot.
fn around(setting: &Setting<'_>, chart: &Chart, data: &Data) -> f64 {
    FOOT + legend::height(setting, chart.chart, &data.series)
}

/// The names in lines.
struct Names {
    lines: Vec<Vec<String>>,
    width: f64,
}

impl Names {
    fn of(setting: &Setting<'_>, data: &Data) -> Names {
        let Across::Names(names) = &data.across else { return Names { lines: Vec::new(), width: 0.0 } };
        let room = setting.width * NAMES;
        let lines: Vec<Vec<String>> = names.iter().map(|name| WORDS.wrap(name, room, LINES).lines).collect();
        let width = lines.iter().flatten().map(|line| WORDS.width(line) + 1.0).fold(0.0, f64::max);
        Names { lines, width: width.min(room + 1.0) }
    }

    /// The height of one name with its bars.
    fn band(&self, data: &Data) -> f64 {
        let most = self.lines.iter().map(Vec::len).max().unwrap_or(1);
        let bars = data.series.len() as f64 * THIN / 0.72;
        (most as f64 * LINE + APART).max(bars)
    }

    fn height(&self, data: &Data) -> f64 {
        self.band(data) * self.lines.len() as f64
    }

    fn warn_if_alike(&self, setting: &Setting<'_>, data: &Data) {
        let short: Vec<String> = self.lines.iter().map(|lines| lines.join(" ")).collect();
        if let Across::Names(names) = &data.across {
            warn_if_alike(setting, names, &short);
        }
    }
}

/// Draws the bars of all names, the first one at the top.
///
/// # Errors
/// When the format cannot be used.
pub fn scene<'a>(
    setting: &Setting<'a>,
    chart: &Chart,
    data: &Data,
    numbers: &Numbers<'_>,
) -> Result<Scene<'a>, String> {
    let names = Names::of(setting, data);
    names.warn_if_alike(setting, data);
    let wanted = (chart.height.unwrap_or(super::HEIGHT) - FOOT).min(setting.most - around(setting, chart, data));
    let mut plot = Area::new(names.width + GAP, 0.0, setting.width - names.width - GAP, names.height(data).max(wanted));
    let (scale, labels) = axis(setting, data, numbers, &mut plot)?;
    let mut scene = Scene { width: setting.width, plot, ..Scene::default() };
    for (place, _) in scale.marks() {
        let x = plot.x + place * plot.width;
        scene.marks.push(hairline(setting, vec![(x, plot.y), (x, plot.bottom())]));
    }
    let places = Places::even(data.len(), plot.y, plot.height);
    for (n, series) in data.series.iter().enumerate() {
        let areas = shapes::bars(series, n, data.series.len(), &places, |across, thickness, value| {
            let (x, width) = shapes::length(&scale, value, plot.x, plot.width);
            Area::new(x, across, width, thickness)
        });
        scene.marks.push(Mark::Bars { areas, colour: style::colour(setting.theme, n) });
    }
    let x = plot.x + scale.base() * plot.width;
    scene.marks.push(base_line(setting, vec![(x, plot.y), (x, plot.bottom())]));
    write_names(&mut scene, names, &places);
    scene.labels.extend(labels);
    let top = plot.bottom() + FOOT;
    scene.height = top + legend::add(setting, &mut scene, chart.chart, &data.series, top);
    Ok(scene)
}

fn write_names(scene: &mut Scene<'_>, names: Names, places: &Places) {
    for (lines, middle) in names.lines.into_iter().zip(&places.at) {
        let top = middle - lines.len() as f64 * LINE / 2.0;
        for (n, line) in lines.into_iter().enumerate().filter(|(_, line)| !line.is_empty()) {
            let area = Area::new(0.0, top + n as f64 * LINE, names.width, LINE);
            scene.labels.push(Label::new(line, area, Side::Right, Part::Across));
        }
    }
}

/// The axis with as many steps as its numbers have room for; the plot makes room for half of the last one.
fn axis(
    setting: &Setting<'_>,
    data: &Data,
    numbers: &Numbers<'_>,
    plot: &mut Area,
) -> Result<(Scale, Vec<Label>), String> {
    for steps in (1..=6).rev() {
        let scale = Scale::of(data.values(), true, steps);
        let marks = numbers.marks(&scale)?;
        let last = marks.last().map_or(0.0, |(_, text)| WORDS.width(text) + 1.0);
        let narrower = Area { width: plot.width - last / 2.0, ..*plot };
        if let Some(labels) = below(&marks, &narrower) {
            *plot = narrower;
            return Ok((scale, labels));
        }
    }
    setting.warnings.add(&setting.place, "the chart is too narrow for the numbers of its axis: give it more width");
    Ok((Scale::of(data.values(), true, 2), Vec::new()))
}

fn below(marks: &[(f64, String)], plot: &Area) -> Option<Vec<Label>> {
    let mut labels: Vec<Label> = Vec::with_capacity(marks.len());
    for (place, text) in marks {
        let width = WORDS.width(text) + 1.0;
        let left = plot.x + place * plot.width - width / 2.0;
        let free = labels.last().map_or(0.0, |label| label.area.right() + GAP);
        if left < free || plot.width < 20.0 {
            return None;
        }
        let area = Area::new(left, plot.bottom() + 5.0, width, LINE);
        labels.push(Label::new(text, area, Side::Centre, Part::Values));
    }
    Some(labels)
}
