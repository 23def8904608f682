//! The words below a plot: a name for every bar or point, or dates; turned or thinned out where they do not fit side by side.

use jiff::civil::DateTime;

use super::order::is_ordered;
use super::scene::{Area, LINE, Label, Part, Side};
use super::time::{self, Text, Times, Unit};
use super::{Setting, WORDS};

/// Between names side by side.
const GAP: f64 = 5.0;
/// From the plot to its words.
const DROP: f64 = 5.0;
/// The longest name that is turned.
const TURNED: f64 = 84.0;
/// The most lines of a name.
const LINES: usize = 3;
/// Names of which some may stand for all are no longer than this: `2026`, `Week 12`.
const COUNTED: f64 = 48.0;

/// The words below a plot, and where lines of the axis lead to them.
#[derive(Debug, Default, PartialEq)]
pub struct Foot {
    pub labels: Vec<Label>,
    pub ticks: Vec<f64>,
    pub height: f64,
}

/// Names at places of equal distance; none if they do not fit and may not be left out.
pub fn names(setting: &Setting<'_>, names: &[String], places: &[f64], plot: &Area) -> Option<Foot> {
    let room = plot.width / names.len().max(1) as f64 - GAP;
    let widest = names.iter().map(|name| WORDS.width(name)).fold(0.0, f64::max);
    let longest_word = || names.iter().map(|name| WORDS.longest_word(name)).fold(0.0, f64::max);
    if widest <= room {
        return Some(side_by_side(names, places, plot, room, 1));
    }
    if longest_word() <= room && names.iter().all(|name| !WORDS.wrap(name, room, LINES).cut) {
        return Some(side_by_side(names, places, plot, room, LINES));
    }
    (names.len() > 12 && widest <= COUNTED && is_ordered(names)).then(|| thinned(setting, names, places, plot))
}

/// Names that are turned to be read from below, or thinned out where even that is too much.
pub fn names_anyhow(setting: &Setting<'_>, names: &[String], places: &[f64], plot: &Area) -> Foot {
    let band = plot.width / names.len().max(1) as f64;
    if band >= LINE + 1.0 {
        return turned(setting, names, places, plot);
    }
    let foot = thinned(setting, names, places, plot);
    let message = format!(
        "{} of {} names are written, the others do not fit: use a table, fewer records, or a chart of its own for each part",
        foot.labels.len(),
        names.len()
    );
    setting.warnings.add(&setting.place, message);
    foot
}

fn side_by_side(names: &[String], places: &[f64], plot: &Area, room: f64, most: usize) -> Foot {
    let mut foot = Foot::default();
    for (name, place) in names.iter().zip(places) {
        let lines = WORDS.wrap(name, room, most).lines;
        for (n, line) in lines.iter().enumerate().filter(|(_, line)| !line.is_empty()) {
            let area = Area::new(place - room / 2.0, plot.bottom() + DROP + n as f64 * LINE, room, LINE);
            foot.labels.push(Label::new(line, area, Side::Centre, Part::Across));
        }
        foot.height = foot.height.max(lines.len() as f64 * LINE + DROP);
    }
    foot
}

fn turned(setting: &Setting<'_>, names: &[String], places: &[f64], plot: &Area) -> Foot {
    let mut foot = Foot::default();
    let most = if plot.width / names.len().max(1) as f64 > 2.0 * LINE + 2.0 { 2 } else { 1 };
    let wrapped: Vec<Vec<String>> = names.iter().map(|name| WORDS.wrap(name, TURNED, most).lines).collect();
    warn_if_alike(setting, names, &wrapped.iter().map(|lines| lines.join(" ")).collect::<Vec<_>>());
    for (lines, place) in wrapped.iter().zip(places) {
        let left = place - lines.len() as f64 * LINE / 2.0;
        for (n, line) in lines.iter().enumerate().filter(|(_, line)| !line.is_empty()) {
            let height = WORDS.width(line) + 1.0;
            let area = Area::new(left + n as f64 * LINE, plot.bottom() + DROP, LINE, height);
            foot.labels.push(Label { upright: true, ..Label::new(line, area, Side::Right, Part::Across) });
            foot.height = foot.height.max(height + DROP);
        }
    }
    foot
}

/// Shortened names must still be told apart.
pub fn warn_if_alike(setting: &Setting<'_>, names: &[String], short: &[String]) {
    let distinct = |names: &[String]| names.iter().collect::<std::collections::HashSet<_>>().len();
    if distinct(short) < distinct(names) {
        let message = "names are shortened until some look alike: use shorter names, or a wider chart";
        setting.warnings.add(&setting.place, message);
    }
}

/// Every second name, or third and so on; a line leads to each that is left.
fn thinned(setting: &Setting<'_>, names: &[String], places: &[f64], plot: &Area) -> Foot {
    let row = Row::of(setting, plot, 0);
    // A name may come in lines.
    let names: Vec<String> = names.iter().map(|name| name.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    for every in 1..=names.len().max(1) {
        let chosen: Vec<(f64, &str)> =
            places.iter().zip(&names).step_by(every).map(|(place, name)| (*place, name.as_str())).collect();
        if let Some(labels) = row.labels(&chosen) {
            let ticks = chosen.into_iter().map(|(place, _)| place).collect();
            return Foot { labels, ticks, height: LINE + DROP };
        }
    }
    Foot::default()
}

/// A line of labels below a plot.
struct Row {
    top: f64,
    width: f64,
}

impl Row {
    fn of(setting: &Setting<'_>, plot: &Area, line: usize) -> Row {
        Row { top: plot.bottom() + DROP + line as f64 * LINE, width: setting.width }
    }

    /// Labels centred below their places, moved inside the picture; none if they would touch each other.
    fn labels(&self, texts: &[(f64, &str)]) -> Option<Vec<Label>> {
        let mut labels: Vec<Label> = Vec::with_capacity(texts.len());
        for (place, text) in texts {
            let width = WORDS.width(text) + 1.0;
            let left = (place - width / 2.0).min(self.width - width).max(0.0);
            let free = labels.last().is_none_or(|label| label.area.right() + GAP <= left);
            if !free || width > self.width {
                return None;
            }
            let area = Area::new(left, self.top, width, LINE);
            labels.push(Label::new(*text, area, Side::Centre, Part::Across));
        }
        Some(labels)
    }
}

/// Dates below a plot: those of the records where all of them fit, else round ones.
///
/// # Errors
/// When the chart's pattern cannot be used.
pub fn times(
    setting: &Setting<'_>,
    writer: &Times<'_>,
    times: &[DateTime],
    plot: &Area,
    place: impl Fn(DateTime) -> f64,
) -> Result<Foot, String> {
    let (Some(first), Some(last)) = (times.first(), times.last()) else { return Ok(Foot::default()) };
    let mut own = times.to_vec();
    own.dedup();
    let unit = Unit::of(&own);
    let written = |unit: Unit, marks: &[DateTime]| -> Result<Option<Foot>, String> {
        let places: Vec<f64> = marks.iter().map(|mark| place(*mark)).collect();
        Ok(two_rows(setting, &places, &writer.texts(unit, marks)?, plot))
    };
    if own.len() <= 24
        && let Some(foot) = written(unit, &own)?
    {
        return Ok(foot);
    }
    let most = (plot.width / 24.0).max(2.0) as usize;
    for (unit, marks) in time::choices(*first, *last, most).filter(|(_, marks)| marks.len() >= 2) {
        if let Some(foot) = written(unit, &marks)? {
            return Ok(foot);
        }
    }
    ends(setting, writer, (*first, *last), plot, place)
}

/// The first and the last date in full, or the first alone.
fn ends(
    setting: &Setting<'_>,
    writer: &Times<'_>,
    (first, last): (DateTime, DateTime),
    plot: &Area,
    place: impl Fn(DateTime) -> f64,
) -> Result<Foot, String> {
    let (from, to) = (writer.full(first)?, writer.full(last)?);
    let both = [(place(first), from.as_str()), (place(last), to.as_str())];
    let row = Row::of(setting, plot, 0);
    let labels = row.labels(&both).or_else(|| row.labels(&both[..1])).unwrap_or_default();
    let ticks = both.iter().take(labels.len()).map(|(place, _)| *place).collect();
    Ok(Foot { labels, ticks, height: LINE + DROP })
}

fn two_rows(setting: &Setting<'_>, places: &[f64], texts: &[Text], plot: &Area) -> Option<Foot> {
    // A pattern may write the same for two marks: an axis would seem to stand still.
    if texts.windows(2).any(|two| two[0].0 == two[1].0 && two[1].1.is_none()) {
        return None;
    }
    let upper: Vec<(f64, &str)> = places.iter().zip(texts).map(|(place, text)| (*place, text.0.as_str())).collect();
    let lower: Vec<(f64, &str)> =
        places.iter().zip(texts).filter_map(|(place, text)| Some((*place, text.1.as_deref()?))).collect();
    let mut labels = Row::of(setting, plot, 0).labels(&upper)?;
    let lines = if lower.is_empty() { 1.0 } else { 2.0 };
    labels.extend(Row::of(setting, plot, 1).labels(&lower)?);
    Some(Foot { labels, ticks: places.to_vec(), height: lines * LINE + DROP })
}
