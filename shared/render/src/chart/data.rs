//! The numbers of a chart: a place along the axis for each record, and a list of values for each series.

use domain::definition::{Chart, Format};
use jiff::civil::DateTime;
use serde_json::Value;

use super::Setting;
use crate::error::RenderError;
use crate::records;
use crate::writing::{decimal, plain};

/// More points than this are not drawn: no paper could show them.
const MAX_POINTS: usize = 2_000;

pub struct Data {
    pub across: Across,
    pub series: Vec<Series>,
}

/// What the values stand over.
pub enum Across {
    /// One name after the other, at equal distances.
    Names(Vec<String>),
    /// Dates and times in their order, as far apart as they are.
    Times(Vec<DateTime>),
}

pub struct Series {
    pub name: String,
    /// Nothing where the data has null, an empty text or NaN.
    pub values: Vec<Option<f64>>,
}

impl Data {
    /// The numbers of all series.
    pub fn values(&self) -> impl Iterator<Item = f64> + '_ {
        self.series.iter().flat_map(|series| series.values.iter().flatten().copied())
    }

    pub fn len(&self) -> usize {
        match &self.across {
            Across::Names(names) => names.len(),
            Across::Times(times) => times.len(),
        }
    }
}

/// Reads the records of a chart.
///
/// # Errors
/// When the records or a field are missing, or a value is no number.
pub fn read(setting: &Setting<'_>, chart: &Chart, data: &Value) -> Result<Data, RenderError> {
    let place = setting.place.as_str();
    let records = records::find(&chart.data, data, place)?;
    if records.len() > MAX_POINTS {
        let message = format!(
            "`{}` has {} records, more than the {MAX_POINTS} a chart can show: summarise them",
            chart.data.as_str(),
            records.len()
        );
        return Err(RenderError::report(format!("{place}.data"), message));
    }
    let declared = |field: &str, place: &str| match chart.optional {
        true => Ok(()),
        false => records::check_field(records, field, place),
    };
    declared(&chart.x, &format!("{place}.x"))?;
    let series: Result<Vec<Series>, RenderError> = chart
        .y
        .iter()
        .enumerate()
        .map(|(n, field)| {
            let place = format!("{place}.y[{n}]");
            declared(field, &place)?;
            read_series(records, field, &place)
        })
        .collect();
    let mut data = Data { across: Across::Names(Vec::new()), series: series? };
    let across: Vec<&Value> = records.iter().map(|record| records::field(record, &chart.x)).collect();
    if is_time(&across, chart.x_format.as_ref()) {
        data.set_times(setting, &across)?;
    } else {
        data.across = Across::Names(names(setting, &across, chart.x_format.as_ref())?);
    }
    Ok(data)
}

fn read_series(records: &[Value], field: &str, place: &str) -> Result<Series, RenderError> {
    let values: Result<Vec<Option<f64>>, RenderError> =
        records.iter().map(|record| number(records::field(record, field), field, place)).collect();
    Ok(Series { name: records::words(field), values: values? })
}

/// A number to draw; none for what is blank.
fn number(value: &Value, field: &str, place: &str) -> Result<Option<f64>, RenderError> {
    let refuse =
        || RenderError::report(place, format!("`{field}` holds {value}, which is no number and cannot be drawn"));
    let Some(decimal) = decimal(value).map_err(|_| refuse())? else { return Ok(None) };
    let number = decimal.to_string().parse().ok().filter(|number: &f64| number.is_finite());
    number.map(Some).ok_or_else(refuse)
}

/// Whether the axis is one of time: as its format says, or because all values are dates such as 2026-03-31.
fn is_time(values: &[&Value], format: Option<&Format>) -> bool {
    let dated = |text: &str| text.len() >= 10 && text.as_bytes().get(4) == Some(&b'-');
    let is_date = |value: &&&Value| match value {
        Value::String(text) => {
            dated(text) && (text.parse::<DateTime>().is_ok() || text.parse::<jiff::Timestamp>().is_ok())
        }
        _ => false,
    };
    match format {
        Some(Format::Date(_)) => true,
        Some(_) => false,
        None => {
            let mut known = values.iter().filter(|value| !is_nothing(value)).peekable();
            known.peek().is_some() && known.all(|value| is_date(&value))
        }
    }
}

fn is_nothing(value: &Value) -> bool {
    value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty())
}

fn names(setting: &Setting<'_>, values: &[&Value], format: Option<&Format>) -> Result<Vec<String>, RenderError> {
    let name = |value: &&Value| match format {
        Some(format) if !is_nothing(value) => setting.writing.format(value, Some(format)),
        _ => Ok(plain(value)),
    };
    let names: Result<Vec<String>, String> = values.iter().map(name).collect();
    names.map_err(|message| RenderError::report(format!("{}.xFormat", setting.place), message))
}

impl Data {
    /// Puts the records in the order of time. A record without a time has no place: its loss is a warning.
    fn set_times(&mut self, setting: &Setting<'_>, values: &[&Value]) -> Result<(), RenderError> {
        let mut dated = Vec::with_capacity(values.len());
        for (n, value) in values.iter().enumerate().filter(|(_, value)| !is_nothing(value)) {
            let time = setting.writing.civil(value);
            let time = time.map_err(|message| RenderError::report(format!("{}.x", setting.place), message))?;
            dated.push((time, n));
        }
        let lost = values.len() - dated.len();
        if lost > 0 {
            let message = format!("{lost} records have no date and are not drawn");
            setting.warnings.add(format!("{}.x", setting.place), message);
        }
        dated.sort_by_key(|(time, _)| *time);
        for series in &mut self.series {
            series.values = dated.iter().map(|(_, n)| series.values[*n]).collect();
        }
        self.across = Across::Times(dated.into_iter().map(|(time, _)| time).collect());
        Ok(())
    }
}
