//! A pie, drawn as a ring, with its slices named beside it.

use domain::definition::Chart;

use super::data::{Across, Data};
use super::number::Numbers;
use super::scene::{Area, LINE, Label, Mark, Part, Scene, Side, Tone};
use super::time::Times;
use super::wrap::Face;
use super::{Setting, WORDS, style};
use crate::error::RenderError;
use crate::measure::Weight;

/// More slices than this cannot be told apart: all but the largest are one more.
pub const MOST: usize = 8;
const HEIGHT: f64 = 140.0;
/// Between the ring and the names, and the names and numbers.
const GAPS: [f64; 2] = [16.0, 10.0];
/// The sign of a slice with the space behind it.
const SWATCH: [f64; 2] = [7.0, 5.0];
/// Between the ring and names below it.
const BELOW: f64 = 10.0;
/// Between two names.
const APART: f64 = 4.0;
/// In a narrower picture the names are below the ring.
const WIDE: f64 = 200.0;
/// A name is given this much before the values are.
const NAME: f64 = 70.0;
/// The list is never wider, so that an eye finds from a name to its numbers.
const LIST: f64 = 270.0;
/// Nothing can be read in less.
const LEAST: f64 = 18.0;
const LINES: usize = 2;
/// A whole in tenths of a percent.
const STEPS: f64 = 1_000.0;
const STRONG: Face = Face { size: super::scene::SIZE, weight: Weight::SemiBold };

/// A slice in words.
pub struct Slice {
    pub name: String,
    pub value: String,
    pub share: String,
    part: f64,
}

/// The slices of a pie; none where there is nothing to share.
///
/// # Errors
/// When a value is negative, or the format cannot be used.
pub fn slices(setting: &Setting<'_>, chart: &Chart, data: &Data) -> Result<Vec<Slice>, RenderError> {
    if let Some(negative) = data.values().find(|value| *value < 0.0) {
        let message = format!("holds {negative}: a pie has no negative slices; use a bar chart");
        return Err(RenderError::report(format!("{}.y", setting.place), message));
    }
    let format_error = |message| RenderError::report(format!("{}.format", setting.place), message);
    let largest = data.values().fold(0.0, f64::max);
    if largest <= 0.0 {
        return Ok(Vec::new());
    }
    // Shares of the largest, since the sum of very large values is more than a float holds.
    let total: f64 = data.values().map(|value| value / largest).sum();
    let numbers = Numbers::new(setting.writing, chart.format.as_ref()).map_err(format_error)?;
    let mut slices = Vec::new();
    let named = folded(named(setting, chart, data)?, |count| setting.writing.others(count));
    let parts: Vec<f64> = named.iter().map(|(_, value)| (value / largest / total).min(1.0)).collect();
    for (((name, value), part), share) in named.into_iter().zip(&parts).zip(shares(&parts)) {
        let written = numbers.value(value).map_err(format_error)?;
        slices.push(Slice { name, value: written, share: setting.writing.share(share), part: *part });
    }
    Ok(slices)
}

/// Shares as they are written, with a decimal of a percent: rounded by the largest remainders, so that they add up to 100 %.
fn shares(parts: &[f64]) -> Vec<f64> {
    let exact = parts.iter().map(|part| part * STEPS);
    let mut steps: Vec<f64> = exact.clone().map(f64::floor).collect();
    let mut by_remainder: Vec<(usize, f64)> = exact.map(f64::fract).enumerate().collect();
    by_remainder.sort_by(|a, b| b.1.total_cmp(&a.1));
    let missing = (STEPS - steps.iter().sum::<f64>()).max(0.0) as usize;
    for (n, _) in by_remainder.into_iter().take(missing) {
        if let Some(step) = steps.get_mut(n) {
            *step += 1.0;
        }
    }
    steps.into_iter().map(|step| step / STEPS).collect()
}

fn named(setting: &Setting<'_>, chart: &Chart, data: &Data) -> Result<Vec<(String, f64)>, RenderError> {
    let names = match &data.across {
        Across::Names(names) => names.clone(),
        Across::Times(times) => {
            let writer = Times { writing: setting.writing, format: chart.x_format.as_ref() };
            let names: Result<Vec<String>, String> = times.iter().map(|time| writer.full(*time)).collect();
            names.map_err(|message| RenderError::report(format!("{}.xFormat", setting.place), message))?
        }
    };
    let values = data.series.iter().flat_map(|series| &series.values);
    Ok(names.into_iter().zip(values).filter_map(|(name, value)| Some((name, (*value)?))).collect())
}

/// The largest slices in their order, and one for all others, which says how many they are.
fn folded(slices: Vec<(String, f64)>, others: impl Fn(usize) -> String) -> Vec<(String, f64)> {
    if slices.len() <= MOST {
        return slices;
    }
    let mut by_size: Vec<usize> = (0..slices.len()).collect();
    by_size.sort_by(|a, b| slices[*b].1.total_cmp(&slices[*a].1));
    let small = &by_size[MOST..];
    let rest = (others(small.len()), small.iter().map(|n| slices[*n].1).sum());
    let large = slices.iter().enumerate().filter(|(n, _)| !small.contains(n)).map(|(_, slice)| slice.clone());
    large.chain([rest]).collect()
}

/// Draws the ring and the names.
pub fn scene<'a>(setting: &Setting<'a>, chart: &Chart, slices: &[Slice], folded: bool) -> Scene<'a> {
    let beside = setting.width >= WIDE;
    let most = if beside { setting.width * 0.45 } else { setting.width };
    let colour = |n: usize| {
        if folded && n + 1 == slices.len() { style::STRIPES } else { style::colour(setting.theme, n) }
    };
    let mut size = chart.height.unwrap_or(HEIGHT).min(most).min(setting.most);
    let left = if beside { size + GAPS[0] } else { 0.0 };
    let list = List::of(slices, (setting.width - left).min(LIST));
    if !beside {
        size = size.min((setting.most - list.height - BELOW).max(LEAST));
    }
    let height = if beside { size.max(list.height) } else { size + BELOW + list.height };
    let mut scene = Scene { width: setting.width, height, ..Scene::default() };
    scene.plot = Area::new(0.0, if beside { (height - size) / 2.0 } else { 0.0 }, size, size);
    let (centre, mut from) = (scene.plot.centre(), 0.0);
    for (n, slice) in slices.iter().enumerate().filter(|(_, slice)| slice.part > 0.0) {
        let to = (from + slice.part).min(1.0);
        scene.marks.push(Mark::Slice { centre, radius: size / 2.0, from, to, colour: colour(n) });
        from = to;
    }
    if list.names < LEAST {
        setting.warnings.add(&setting.place, "the chart is too narrow for the names of its slices: give it more width");
        return scene;
    }
    let top = if beside { (height - list.height) / 2.0 } else { size + BELOW };
    list.draw(&mut scene, left, top, colour);
    scene
}

/// The names in lines, and how wide each column is; a column without width is left out.
struct List<'a> {
    rows: Vec<(Vec<String>, &'a Slice)>,
    width: f64,
    names: f64,
    values: f64,
    shares: f64,
    height: f64,
}

impl<'a> List<'a> {
    fn of(slices: &'a [Slice], width: f64) -> List<'a> {
        let widest = |of: &dyn Fn(&Slice) -> f64| slices.iter().map(of).fold(0.0, f64::max) + 1.0;
        let mut shares = widest(&|slice| STRONG.width(&slice.share));
        let mut values = widest(&|slice| WORDS.width(&slice.value));
        let mut names = width - SWATCH[0] - SWATCH[1] - shares - values - 2.0 * GAPS[1];
        if names < NAME {
            (names, values) = (names + values + GAPS[1], 0.0);
        }
        if names < LEAST {
            (names, shares) = (names + shares + GAPS[1], 0.0);
        }
        let line = |slice: &'a Slice| (WORDS.wrap(&slice.name, names, LINES).lines, slice);
        let rows: Vec<(Vec<String>, &Slice)> = slices.iter().map(line).collect();
        let lines: usize = rows.iter().map(|(lines, _)| lines.len()).sum();
        let height = lines as f64 * LINE + rows.len().saturating_sub(1) as f64 * APART;
        List { rows, width, names, values, shares, height }
    }

    fn draw<'b>(self, scene: &mut Scene<'b>, left: f64, top: f64, colour: impl Fn(usize) -> &'b str) {
        let (mut y, right) = (top, left + self.width);
        for (n, (lines, slice)) in self.rows.into_iter().enumerate() {
            let swatch = Area::new(left, y + (LINE - SWATCH[0]) / 2.0, SWATCH[0], SWATCH[0]);
            scene.marks.push(Mark::Bars { areas: vec![swatch], colour: colour(n) });
            let mut add = |text: String, x: f64, y: f64, width: f64, side: Side, tone: Tone| {
                let area = Area::new(x, y, width, LINE);
                if width > 0.0 && !text.is_empty() {
                    scene.labels.push(Label { tone, ..Label::new(text, area, side, Part::Legend) });
                }
            };
            let shares = right - self.shares;
            add(slice.share.clone(), shares, y, self.shares, Side::Right, Tone::Strong);
            add(slice.value.clone(), shares - GAPS[1] - self.values, y, self.values, Side::Right, Tone::Quiet);
            for line in lines {
                add(line, left + SWATCH[0] + SWATCH[1], y, self.names, Side::Left, Tone::Plain);
                y += LINE;
            }
            y += APART;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_slices_are_one() {
        let slices = |count: usize| (0..count).map(|n| (n.to_string(), n as f64)).collect::<Vec<_>>();
        let folded = |slices| folded(slices, |count| format!("Other ({count})"));
        assert_eq!(folded(slices(8)), slices(8));
        let of_ten = folded(slices(10));
        assert_eq!(of_ten.len(), MOST + 1);
        assert_eq!(of_ten[0], ("2".to_owned(), 2.0), "the large ones keep their order");
        assert_eq!(of_ten[8], ("Other (2)".to_owned(), 1.0));
    }

    #[test]
    fn shares_add_up_to_a_whole() {
        let cases: [(&str, &[f64], &[f64]); 6] = [
            ("thirds", &[1.0, 1.0, 1.0], &[33.4, 33.3, 33.3]),
            ("sixths", &[1.0, 1.0, 1.0, 1.0, 1.0, 1.0], &[16.7, 16.7, 16.7, 16.7, 16.6, 16.6]),
            ("rounded up too often", &[3_789.0, 2_437.0, 1_628.0, 2_146.0], &[37.9, 24.4, 16.3, 21.4]),
            ("nothing to round", &[1.0, 3.0, 0.0], &[25.0, 75.0, 0.0]),
            ("one", &[7.0], &[100.0]),
            ("very small", &[1e9, 1.0, 1.0], &[100.0, 0.0, 0.0]),
        ];
        for (what, values, expected) in cases {
            let total: f64 = values.iter().sum();
            let shares = shares(&values.iter().map(|value| value / total).collect::<Vec<_>>());
            let written: Vec<f64> = shares.iter().map(|share| (share * STEPS).round() / 10.0).collect();
            assert_eq!(written, expected, "{what}");
        }
        for count in 1..200_u32 {
            let parts: Vec<f64> = (1..=count).map(|n| f64::from(n) / f64::from(count * (count + 1) / 2)).collect();
            let sum: f64 = shares(&parts).iter().map(|share| (share * STEPS).round()).sum();
            assert!((sum - STEPS).abs() < 0.5, "{count} slices: {sum}");
        }
    }
}
