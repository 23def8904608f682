//! A chart in words, for those who cannot see it, in the language of the report.

use domain::definition::Chart;

use super::Setting;
use super::data::{Across, Data};
use super::number::Numbers;
use super::pie::Slice;
use super::time::Times;

/// More values than this are a table's business.
const MOST: usize = 24;

/// The kind of a chart, its title, and its values.
///
/// # Errors
/// When a format cannot be used.
pub fn axes(setting: &Setting<'_>, chart: &Chart, title: Option<&str>, data: &Data) -> Result<String, String> {
    let numbers = Numbers::new(setting.writing, chart.format.as_ref())?;
    let times = Times { writing: setting.writing, format: chart.x_format.as_ref() };
    let mut text = head(setting, chart, title);
    for series in &data.series {
        let values = series.values.iter().enumerate().filter_map(|(n, value)| Some((n, (*value)?)));
        let mut points = Vec::new();
        for (n, value) in values.clone().take(MOST) {
            let name = match &data.across {
                Across::Names(names) => names.get(n).cloned().unwrap_or_default(),
                Across::Times(all) => all.get(n).map(|time| times.full(*time)).transpose()?.unwrap_or_default(),
            };
            points.push(format!("{name} {}", numbers.value(value)?));
        }
        let points = if points.is_empty() { setting.writing.no_data_label().to_owned() } else { points.join(", ") };
        text.push_str(&format!(". {}: {points}", series.name));
        let more = values.count().saturating_sub(MOST);
        if more > 0 {
            text.push_str(&format!(" {}", setting.words.more(more)));
        }
    }
    Ok(text)
}

/// A pie and its slices, as they are drawn.
pub fn pie(setting: &Setting<'_>, chart: &Chart, title: Option<&str>, data: &Data, slices: &[Slice]) -> String {
    let name = data.series.first().map_or("", |series| series.name.as_str());
    let slice = |slice: &Slice| format!("{} {} ({})", slice.name, slice.value, slice.share);
    let slices = slices.iter().map(slice).collect::<Vec<_>>().join(", ");
    let slices = if slices.is_empty() { setting.writing.no_data_label().to_owned() } else { slices };
    format!("{}. {name}: {slices}", head(setting, chart, title))
}

fn head(setting: &Setting<'_>, chart: &Chart, title: Option<&str>) -> String {
    let kind = setting.words.kind(chart.chart);
    title.map_or_else(|| kind.to_owned(), |title| format!("{kind}: {title}"))
}
