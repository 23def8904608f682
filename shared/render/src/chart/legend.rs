//! Which colour, sign and line is which series: below the plot, so that plots side by side begin and end at the same height.

use domain::definition::ChartKind;

use super::data::Series;
use super::scene::{Area, LINE, Label, Mark, Part, Scene, Side};
use super::style::{self, Style};
use super::{Setting, WORDS};

const ABOVE: f64 = 5.0;
/// Between two entries.
const GAP: f64 = 14.0;
/// Between two rows.
const LEAD: f64 = 3.0;
/// Between a sample and its name.
const SPACE: f64 = 4.0;
const SWATCH: f64 = 7.0;
const SAMPLE: f64 = 18.0;
/// The line of an area is so much above the middle, for its ground.
const RAISED: f64 = 1.5;
/// The lines of a name that is longer than the chart is wide.
const LINES: usize = 2;

/// One entry, measured.
struct Entry {
    lines: Vec<String>,
    width: f64,
}

/// Adds a legend to a picture from `top` on, where there is more than one series, and returns its height.
pub fn add<'a>(setting: &Setting<'a>, scene: &mut Scene<'a>, kind: ChartKind, series: &[Series], top: f64) -> f64 {
    if series.len() < 2 {
        return 0.0;
    }
    let sample = if kind == ChartKind::Bar { SWATCH } else { SAMPLE };
    let (mut x, mut y, mut height) = (0.0, top + ABOVE, LINE);
    for (n, series) in series.iter().enumerate() {
        let entry = Entry::of(&series.name, setting.width - sample - SPACE);
        let width = sample + SPACE + entry.width;
        if x > 0.0 && x + width > setting.width {
            (x, y, height) = (0.0, y + height + LEAD, LINE);
        }
        height = height.max(entry.lines.len() as f64 * LINE);
        draw_sample(scene, Style::of(setting.theme, n), kind, x, y, sample);
        entry.draw(scene, x + sample + SPACE, y);
        x += width + GAP;
    }
    y + height - top
}

/// The height that a legend will have.
pub fn height(setting: &Setting<'_>, kind: ChartKind, series: &[Series]) -> f64 {
    add(setting, &mut Scene::default(), kind, series, 0.0)
}

impl Entry {
    fn of(name: &str, room: f64) -> Entry {
        let lines = WORDS.wrap(name, room, LINES).lines;
        let width = lines.iter().map(|line| WORDS.width(line)).fold(0.0, f64::max).min(room);
        Entry { lines, width }
    }

    fn draw(self, scene: &mut Scene<'_>, x: f64, y: f64) {
        for (n, line) in self.lines.into_iter().enumerate() {
            let area = Area::new(x, y + n as f64 * LINE, self.width, LINE);
            scene.labels.push(Label::new(line, area, Side::Left, Part::Legend));
        }
    }
}

fn draw_sample<'a>(scene: &mut Scene<'a>, style: Style<'a>, kind: ChartKind, x: f64, y: f64, width: f64) {
    let middle = y + LINE / 2.0;
    if kind == ChartKind::Bar {
        let area = Area::new(x, middle - SWATCH / 2.0, SWATCH, SWATCH);
        scene.marks.push(Mark::Bars { areas: vec![area], colour: style.colour });
        return;
    }
    let edge = if kind == ChartKind::Area { middle - RAISED } else { middle };
    if kind == ChartKind::Area {
        let bottom = middle + SWATCH / 2.0;
        let points = vec![(x, edge), (x + width, edge), (x + width, bottom), (x, bottom)];
        scene.marks.push(Mark::Ground { points, colour: style.colour });
    }
    scene.marks.push(style.line(vec![(x, edge), (x + width, edge)], style::STROKE));
    scene.marks.push(style.sign((x + width / 2.0, edge)));
}
