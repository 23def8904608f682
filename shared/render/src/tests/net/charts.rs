//! Every value of a chart has its mark, inside the axes and where its number belongs.
//!
//! The checks know nothing of how a chart finds its places. They read the definition and the records, and look whether the marks are where
//! the same axis puts them all: values along a straight line, names at equal distances, dates as far apart as they are.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde_json::Value;

use super::{Outcome, ensure};
use crate::chart::scene::{Area, Mark, Part, Point, Scene, Tone};

mod axis;
mod pie;

use axis::{Fit, label_value};

/// Two lengths that are the same on paper, in points.
const SAME: f64 = 0.02;
/// A bar of a value that is not zero is seen, however short it ought to be.
const THINNEST: f64 = 0.8;
/// The lines of values are thicker than those of axes.
const THICK: f64 = 1.0;

/// A chart, its records, and what was drawn of them.
pub struct Drawn<'a> {
    pub chart: &'a Value,
    pub records: &'a [Value],
    pub scene: &'a Scene<'a>,
    pub zone: TimeZone,
    pub lang: &'a str,
}

/// The records in the order along the axis, each with its place there: its number, or its time in seconds.
struct Across {
    records: Vec<(usize, f64)>,
    is_time: bool,
}

/// A value with its place across and its mark.
struct Marked {
    at: f64,
    value: f64,
    across: (f64, f64),
    up: (f64, f64),
}

/// Turns a picture so that its values grow upwards and its names go to the right, whichever way it was drawn.
struct View {
    /// The width of a picture that is read from right to left, which is a mirror image.
    mirror: Option<f64>,
    lying: bool,
}

impl Drawn<'_> {
    /// Looks at all marks.
    pub fn check(&self) -> Outcome {
        let across = self.across();
        let series: Vec<Vec<Option<f64>>> = self
            .fields()
            .map(|field| across.records.iter().map(|(n, _)| number(&self.records[*n][field])).collect())
            .collect();
        let none = series.iter().flatten().flatten().next().is_none();
        match self.chart["chart"].as_str() {
            Some("pie") => pie::check(self, &series.concat()),
            _ if none => self.says_that_there_is_nothing(),
            Some("bar") => self.check_bars(&across, &series),
            _ => self.check_lines(&across, &series),
        }
    }

    fn fields(&self) -> impl Iterator<Item = &str> {
        self.chart["y"].as_array().into_iter().flatten().filter_map(Value::as_str)
    }

    fn across(&self) -> Across {
        let x: Vec<&Value> = self.records.iter().map(|record| &record["x"]).collect();
        let is_blank = |x: &Value| x.as_str().is_none_or(|text| text.trim().is_empty());
        let times: Vec<Option<f64>> = x.iter().map(|x| self.seconds(x.as_str()?)).collect();
        let is_time =
            times.iter().any(Option::is_some) && x.iter().zip(&times).all(|(x, time)| is_blank(x) || time.is_some());
        if !is_time {
            return Across { records: (0..x.len()).map(|n| (n, n as f64)).collect(), is_time };
        }
        // A record without a date has no place, which is a warning.
        let mut records: Vec<(usize, f64)> =
            times.into_iter().enumerate().filter_map(|(n, time)| Some((n, time?))).collect();
        records.sort_by(|a, b| a.1.total_cmp(&b.1));
        Across { records, is_time }
    }

    fn seconds(&self, text: &str) -> Option<f64> {
        if text.as_bytes().get(4) != Some(&b'-') || text.len() < 10 {
            return None;
        }
        let instant = text.parse::<Timestamp>().map(|instant| self.zone.to_datetime(instant));
        let time = instant.or_else(|_| text.parse::<DateTime>()).ok()?;
        Some(time.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second() as f64)
    }

    fn says_that_there_is_nothing(&self) -> Outcome {
        let says = self.scene.labels.iter().any(|label| label.part == Part::Note && !label.text.is_empty());
        ensure(says, || format!("a chart of nothing does not say so: {:?}", self.scene))
    }

    fn view(&self) -> View {
        let grid = self.scene.marks.iter().find_map(|mark| match mark {
            Mark::Line { points, width, .. } if *width < THICK => Some(points),
            _ => None,
        });
        let mirror = crate::is_right_to_left(self.lang).then_some(self.scene.width);
        View { mirror, lying: grid.is_some_and(|points| points[0].0 == points[1].0) }
    }

    /// The marks without those of the legend, which is below the plot.
    fn marks(&self) -> impl Iterator<Item = &Mark<'_>> {
        let bottom = self.scene.plot.bottom() + 1.0;
        let top = move |mark: &Mark<'_>| match mark {
            Mark::Bars { areas, .. } => areas.iter().map(|area| area.y).fold(f64::INFINITY, f64::min),
            Mark::Line { points, .. } | Mark::Ground { points, .. } => {
                points.iter().map(|point| point.1).fold(f64::INFINITY, f64::min)
            }
            Mark::Sign { at, .. } => at.1,
            Mark::Slice { .. } => 0.0,
        };
        // A series without values has a mark without bars.
        self.scene.marks.iter().filter(move |mark| top(mark) < bottom || top(mark).is_infinite())
    }

    fn check_bars(&self, across: &Across, series: &[Vec<Option<f64>>]) -> Outcome {
        let view = self.view();
        let bars = self.marks().filter_map(|mark| if let Mark::Bars { areas, .. } = mark { Some(areas) } else { None });
        let bars: Vec<&Vec<Area>> = bars.collect();
        ensure(bars.len() == series.len(), || format!("bars of {} series for {}", bars.len(), series.len()))?;
        let mut marked = Vec::new();
        for (areas, values) in bars.into_iter().zip(series) {
            let values: Vec<(f64, f64)> = present(across, values).collect();
            ensure(areas.len() == values.len(), || format!("{} bars for {} values", areas.len(), values.len()))?;
            let bar = |((at, value), area): (&(f64, f64), &Area)| {
                let (across, up) = view.area(area);
                Marked { at: *at, value: *value, across, up }
            };
            marked.push(values.iter().zip(areas).map(bar).collect());
        }
        self.check_lengths(&marked.iter().flatten().collect::<Vec<_>>(), &view)?;
        self.check_places(&marked, across, &view)?;
        check_neighbours(&marked)
    }

    /// Bars start at zero, and are as long as their values are large.
    fn check_lengths(&self, bars: &[&Marked], view: &View) -> Outcome {
        let mut fit = Fit::default();
        let Some(largest) = bars.iter().max_by(|a, b| a.value.abs().total_cmp(&b.value.abs())) else { return Ok(()) };
        let base = if largest.value < 0.0 { largest.up.1 } else { largest.up.0 };
        if largest.value != 0.0 {
            fit.add(0.0, base);
        }
        for bar in bars {
            let length = bar.up.1 - bar.up.0;
            let (start, end) = if bar.value < 0.0 { (bar.up.1, bar.up.0) } else { bar.up };
            let text = || format!("the bar of {} is {:?}, from {base}", bar.value, bar.up);
            if bar.value == 0.0 {
                ensure(length == 0.0, text)?;
            } else if length > THINNEST + SAME {
                ensure((start - base).abs() < SAME, text)?;
                fit.add(bar.value, end);
            } else {
                let touches = bar.up.0 - THINNEST - SAME <= base && base <= bar.up.1 + THINNEST + SAME;
                let expected = bar.value.abs() / largest.value.abs() * (largest.up.1 - largest.up.0);
                ensure(touches && length > THINNEST - SAME && expected < THINNEST + SAME, text)?;
            }
        }
        self.add_labels(&mut fit, view);
        fit.check()
    }

    fn check_lines(&self, across: &Across, series: &[Vec<Option<f64>>]) -> Outcome {
        let view = self.view();
        let shapes = self.marks().filter(|mark| match mark {
            Mark::Line { width, .. } => *width > THICK,
            mark => matches!(mark, Mark::Sign { .. }),
        });
        let (shapes, mut left): (Vec<_>, _) = (shapes.collect(), 0);
        let (mut marked, mut lines) = (Vec::new(), Vec::new());
        for values in series {
            let mut points = Vec::new();
            let mut runs = runs(values).peekable();
            while let Some(run) = runs.next() {
                points.extend(take_run(&shapes, &mut left, run, runs.peek() == Some(&1))?);
                lines.push(points[points.len() - run..].to_vec());
            }
            let place = |((at, value), point): ((f64, f64), &Point)| {
                let (across, up) = view.point(*point);
                Marked { at, value, across: (across, across), up: (up, up) }
            };
            marked.push(present(across, values).zip(&points).map(place).collect::<Vec<_>>());
        }
        ensure(left == shapes.len(), || format!("{:?} is of no value", shapes[left]))?;
        let mut fit = Fit::default();
        marked.iter().flatten().for_each(|mark| fit.add(mark.value, mark.up.0));
        self.add_labels(&mut fit, &view);
        fit.check()?;
        self.check_grounds(&lines, &fit)?;
        self.check_places(&marked, across, &view)
    }

    /// An area is filled from its line to zero.
    fn check_grounds(&self, lines: &[Vec<Point>], fit: &Fit) -> Outcome {
        let grounds =
            self.marks().filter_map(|mark| if let Mark::Ground { points, .. } = mark { Some(points) } else { None });
        let grounds: Vec<&Vec<Point>> = grounds.collect();
        let filled = self.chart["chart"] == "area";
        let lines: Vec<&Vec<Point>> = lines.iter().filter(|line| filled && line.len() > 1).collect();
        ensure(grounds.len() == lines.len(), || format!("{} grounds of {} lines", grounds.len(), lines.len()))?;
        for (ground, line) in grounds.into_iter().zip(lines) {
            let (top, base) = ground.split_at(ground.len() - 2);
            let ends = [line[line.len() - 1].0, line[0].0];
            let zero = fit.at(0.0).is_none_or(|zero| base.iter().all(|point| (point.1 + zero).abs() < SAME));
            let right = top == line.as_slice() && base.iter().map(|point| point.0).eq(ends) && zero;
            ensure(right, || format!("the ground {ground:?} is not that of {line:?}"))?;
        }
        Ok(())
    }

    /// Marks are inside the axes, and across them where their names or dates are.
    fn check_places(&self, series: &[Vec<Marked>], across: &Across, view: &View) -> Outcome {
        let ((start, end), (bottom, top)) = view.area(&self.scene.plot);
        for mark in series.iter().flatten() {
            let inside = mark.across.0 > start - SAME
                && mark.across.1 < end + SAME
                && mark.up.0 > bottom - SAME
                && mark.up.1 < top + SAME;
            ensure(inside, || format!("the mark of {} leaves the axes: {:?} {:?}", mark.value, mark.across, mark.up))?;
        }
        let middle = |mark: &Marked| f64::midpoint(mark.across.0, mark.across.1);
        for marks in series {
            let mut fit = Fit::default();
            marks.iter().for_each(|mark| fit.add(mark.at, middle(mark)));
            fit.check()?;
            let band = (end - start) / across.records.len() as f64;
            let astray = |mark: &&Marked| (middle(mark) - start - band * (mark.at + 0.5)).abs() > band / 2.0 + SAME;
            if let Some(mark) = marks.iter().find(astray).filter(|_| !across.is_time) {
                return Err(format!(
                    "the mark of {} is not at name {} of {}",
                    mark.value,
                    mark.at,
                    across.records.len()
                ));
            }
        }
        Ok(())
    }

    /// What is written beside the axis is where its number is; English can be read back.
    fn add_labels(&self, fit: &mut Fit, view: &View) {
        for label in self.scene.labels.iter().filter(|label| label.part == Part::Values && self.lang.starts_with("en"))
        {
            if let Some(value) = label_value(&label.text) {
                fit.add(value, view.point(label.area.centre()).1);
            }
        }
    }
}

/// The values that there are, with their places.
fn present<'a>(across: &'a Across, values: &'a [Option<f64>]) -> impl Iterator<Item = (f64, f64)> + 'a {
    across.records.iter().zip(values).filter_map(|((_, at), value)| Some((*at, (*value)?)))
}

/// The lengths of the runs of values without a gap.
fn runs(values: &[Option<f64>]) -> impl Iterator<Item = usize> + '_ {
    values.split(Option::is_none).map(<[_]>::len).filter(|length| *length > 0)
}

/// The points of one run: those of a line, or of a sign where it is a point alone, as the run after it may be.
fn take_run(shapes: &[&Mark<'_>], at: &mut usize, run: usize, next_is_alone: bool) -> Result<Vec<Point>, String> {
    let mark = shapes.get(*at).copied();
    let points = match mark {
        Some(Mark::Line { points, .. }) if run > 1 => points.clone(),
        Some(Mark::Sign { at, .. }) if run == 1 => vec![*at],
        other => return Err(format!("{other:?} for {run} values")),
    };
    *at += 1;
    ensure(points.len() == run, || format!("a line of {} points for {run} values", points.len()))?;
    // Each sign of a line is at one of its points, in their order, and looks like the line. The last one may be that of the point alone,
    // at the same place.
    let mut left = points.as_slice();
    while let (Some(Mark::Sign { at: place, colour, .. }), Some(Mark::Line { colour: own, .. })) =
        (shapes.get(*at), mark)
        && let Some(n) = left.iter().position(|point| point == place).filter(|_| colour == own)
        && (!next_is_alone || matches!(shapes.get(*at + 1), Some(Mark::Sign { colour, .. }) if colour == own))
    {
        left = &left[n + 1..];
        *at += 1;
    }
    Ok(points)
}

/// The bars of one name stand side by side.
fn check_neighbours(series: &[Vec<Marked>]) -> Outcome {
    for two in series.windows(2) {
        for bar in &two[0] {
            let is_over = |other: &&Marked| other.at == bar.at && other.across.0 < bar.across.1 - SAME;
            if let Some(other) = two[1].iter().find(is_over) {
                return Err(format!("the bar of {} stands in that of {}", bar.value, other.value));
            }
        }
    }
    Ok(())
}

impl View {
    fn point(&self, (x, y): Point) -> (f64, f64) {
        let x = self.mirror.map_or(x, |width| width - x);
        if self.lying { (y, x) } else { (x, -y) }
    }

    fn area(&self, area: &Area) -> ((f64, f64), (f64, f64)) {
        let (a, b) = (self.point((area.x, area.y)), self.point((area.right(), area.bottom())));
        ((a.0.min(b.0), a.0.max(b.0)), (a.1.min(b.1), a.1.max(b.1)))
    }
}

/// A number as the data may have it.
fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok().filter(|number: &f64| number.is_finite()),
        _ => None,
    }
}

/// Only a legend uses tones to distinguish labels.
fn labels_of<'a>(scene: &'a Scene<'_>, tone: Tone) -> impl Iterator<Item = &'a str> {
    scene
        .labels
        .iter()
        .filter(move |label| label.part == Part::Legend && label.tone == tone)
        .map(|label| label.text.as_str())
}
