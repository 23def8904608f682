//! Charts: records become a scene of marks and words in points. The marks are written as SVG without a letter in it; the words are placed by
//! the layout, so that they are set in the report's typeface, can be selected, and are written in the report's language.
//!
//! `data` reads the records, `scale` and `time` find round marks for an axis, `number` writes them, `across` finds room for names; `axes`, `rows`
//! and `pie` compose a scene of these, `svg` writes it.

use domain::definition::{Chart, ChartKind};
use domain::theme::Theme;
use serde_json::{Value, json};

use crate::Report;
use crate::error::RenderError;
use crate::measure::Weight;
use crate::warning::Warnings;
use crate::writing::Writing;

mod across;
mod axes;
mod data;
mod describe;
mod legend;
mod number;
mod order;
mod pie;
mod rows;
mod scale;
pub mod scene;
mod shapes;
mod style;
pub mod svg;
mod time;
mod words;
mod wrap;

#[cfg(test)]
mod tests;

use data::Data;
use scene::{Area, LINE, Label, Mark, Part, Scene, Side};
use words::Words;
use wrap::Face;

/// A chart ready for the layout.
pub struct Drawn<'a> {
    /// The words and their places.
    pub layout: Value,
    /// The shapes, and the words once more.
    pub scene: Scene<'a>,
}

/// The face of labels.
const WORDS: Face = Face { size: scene::SIZE, weight: Weight::Regular };
const TITLE: Face = Face { size: 9.0, weight: Weight::SemiBold };
/// The height of a plot with one line of names below it, unless the chart says another.
const HEIGHT: f64 = 156.0;
/// The distance of a chart from its neighbours, and of its title.
const AROUND: f64 = 34.0;
/// More series than this share their colours.
const MOST_SERIES: usize = 32;
/// The lines of a title.
const TITLE_LINES: usize = 3;

/// What a chart is drawn for.
pub struct Setting<'a> {
    pub writing: &'a Writing,
    pub words: &'static Words,
    pub theme: &'a Theme,
    pub warnings: &'a Warnings,
    /// The place of the block, for warnings and errors.
    pub place: String,
    pub width: f64,
    /// The most height that a page has for it.
    pub most: f64,
}

/// The theme with a palette that is long enough for all series.
pub fn theme(theme: &Theme) -> Theme {
    Theme { palette: theme.series(MOST_SERIES), ..theme.clone() }
}

/// Draws a chart for the width at hand and the height of a page.
///
/// # Errors
/// When the records or a field are missing, or a value is no number.
pub fn draw<'a>(
    report: &'a Report<'_>,
    chart: &Chart,
    place: &str,
    (width, page): (f64, f64),
) -> Result<Drawn<'a>, RenderError> {
    let title = report.templates.optional(chart.title.as_deref(), &format!("{place}.title"))?;
    let lines = title.as_deref().map(|title| TITLE.wrap(title, width, TITLE_LINES).lines);
    let setting = Setting {
        writing: &report.writing,
        words: Words::of(&report.lang),
        theme: &report.chart_theme,
        warnings: &report.warnings,
        place: place.to_owned(),
        width,
        most: page - AROUND - lines.as_ref().map_or(0.0, |lines| lines.len() as f64 * 1.6 * LINE),
    };
    let data = data::read(&setting, chart, &report.data)?;
    let (scene, alt) = compose(&setting, chart, title.as_deref(), &data)?;
    let scene = if report.writing.is_rtl() { scene.mirrored() } else { scene };
    let layout = json!({
        "kind": "chart", "title": lines, "alt": alt,
        "width": scene.width, "height": scene.height, "size": scene::SIZE, "labels": scene.words(),
    });
    Ok(Drawn { layout, scene })
}

/// The picture of a chart, read from left to right, and the same in words.
fn compose<'a>(
    setting: &Setting<'a>,
    chart: &Chart,
    title: Option<&str>,
    data: &Data,
) -> Result<(Scene<'a>, String), RenderError> {
    if chart.chart == ChartKind::Pie {
        let slices = pie::slices(setting, chart, data)?;
        let alt = describe::pie(setting, chart, title, data, &slices);
        let drawn = !slices.is_empty();
        let scene =
            if drawn { pie::scene(setting, chart, &slices, data.len() > pie::MOST) } else { nothing(setting, chart) };
        return Ok((scene, alt));
    }
    let empty = data.values().next().is_none();
    let scene = if empty { nothing(setting, chart) } else { axes::scene(setting, chart, data)? };
    let alt = describe::axes(setting, chart, title, data);
    Ok((scene, alt.map_err(|message| RenderError::report(format!("{}.format", setting.place), message))?))
}

/// The picture of no values at all.
fn nothing<'a>(setting: &Setting<'a>, chart: &Chart) -> Scene<'a> {
    let height = chart.height.unwrap_or(HEIGHT).min(setting.most);
    let plot = Area::new(0.0, 0.0, setting.width, height);
    let ground = Mark::Bars { areas: vec![plot], colour: &setting.theme.surface };
    let line = WORDS.shorten(setting.writing.no_data_label(), setting.width);
    let area = Area::new(0.0, (height - LINE) / 2.0, setting.width, LINE);
    let label = Label::new(line, area, Side::Centre, Part::Note);
    Scene { width: setting.width, height, plot, marks: vec![ground], labels: vec![label] }
}
