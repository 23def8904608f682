//! An axis of time: round dates to mark, and how they are written in the language of the report.

use domain::definition::Format;
use jiff::Span;
use jiff::civil::{Date, DateTime, date};
use serde_json::Value;

use crate::writing::Writing;

/// A distance between marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    Seconds(i64),
    Days(i64),
    Months(i64),
    Years(i64),
}

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// From the finest to the coarsest.
const UNITS: [Unit; 27] = [
    Unit::Seconds(1),
    Unit::Seconds(5),
    Unit::Seconds(15),
    Unit::Seconds(30),
    Unit::Seconds(MINUTE),
    Unit::Seconds(5 * MINUTE),
    Unit::Seconds(15 * MINUTE),
    Unit::Seconds(30 * MINUTE),
    Unit::Seconds(HOUR),
    Unit::Seconds(3 * HOUR),
    Unit::Seconds(6 * HOUR),
    Unit::Seconds(12 * HOUR),
    Unit::Days(1),
    Unit::Days(2),
    Unit::Days(7),
    Unit::Days(14),
    Unit::Months(1),
    Unit::Months(2),
    Unit::Months(3),
    Unit::Months(6),
    Unit::Years(1),
    Unit::Years(2),
    Unit::Years(5),
    Unit::Years(10),
    Unit::Years(50),
    Unit::Years(100),
    Unit::Years(1_000),
];

/// What is written at a mark, and a second line where a new year or day begins.
pub type Text = (String, Option<String>);

/// Seconds since 1970 as they are told where the report is read: an hour is an hour, but for the night the clocks change.
pub fn seconds(time: DateTime) -> f64 {
    time.duration_since(epoch()).as_secs_f64()
}

fn epoch() -> DateTime {
    date(1970, 1, 1).to_datetime(jiff::civil::Time::midnight())
}

/// Lists of round times between two others, from the finest distance of which there are at most so many.
pub fn choices(first: DateTime, last: DateTime, most: usize) -> impl Iterator<Item = (Unit, Vec<DateTime>)> {
    let range = seconds(last) - seconds(first);
    let few = move |unit: &Unit| range / unit.seconds() <= most as f64;
    UNITS.into_iter().filter(few).map(move |unit| (unit, unit.marks(first, last)))
}

impl Unit {
    /// The unit of which all times are whole numbers.
    pub fn of(times: &[DateTime]) -> Unit {
        let all = |test: fn(&DateTime) -> bool| times.iter().all(test);
        if !all(|time| *time == time.start_of_day()) {
            Unit::Seconds(if all(|time| time.second() == 0) { MINUTE } else { 1 })
        } else if times.len() < 2 || !all(|time| time.day() == 1) {
            Unit::Days(1)
        } else if all(|time| time.month() == 1) {
            Unit::Years(1)
        } else {
            Unit::Months(1)
        }
    }

    /// About as many seconds as it has.
    fn seconds(self) -> f64 {
        let seconds = match self {
            Unit::Seconds(n) => n,
            Unit::Days(n) => n * DAY,
            Unit::Months(n) => n * 30 * DAY,
            Unit::Years(n) => n * 365 * DAY,
        };
        seconds as f64
    }

    fn marks(self, first: DateTime, last: DateTime) -> Vec<DateTime> {
        let next = |time: &DateTime| time.checked_add(self.span()).ok();
        let marks = std::iter::successors(self.before(first), next);
        marks.skip_while(|time| *time < first).take_while(|time| *time <= last).collect()
    }

    fn span(self) -> Span {
        match self {
            Unit::Seconds(n) => Span::new().seconds(n),
            Unit::Days(n) => Span::new().days(n),
            Unit::Months(n) => Span::new().months(n),
            Unit::Years(n) => Span::new().years(n),
        }
    }

    /// The last round time that is not after another.
    fn before(self, time: DateTime) -> Option<DateTime> {
        let midnight = time.start_of_day();
        let round: Option<Date> = match self {
            Unit::Seconds(n) => {
                let second = time.duration_since(midnight).as_secs();
                return midnight.checked_add(Span::new().seconds(second - second % n)).ok();
            }
            Unit::Days(n) => {
                let monday = date(1970, 1, 5).to_datetime(jiff::civil::Time::midnight());
                let days = midnight.duration_since(monday).as_secs() / DAY;
                return midnight.checked_sub(Span::new().days(days.rem_euclid(n))).ok();
            }
            Unit::Months(n) => {
                let month = i64::from(time.month() - 1);
                Date::new(time.year(), i8::try_from(month - month % n + 1).ok()?, 1).ok()
            }
            Unit::Years(n) => {
                let year = i64::from(time.year());
                Date::new(i16::try_from(year - year.rem_euclid(n)).ok()?, 1, 1).ok()
            }
        };
        round.map(|date| date.to_datetime(jiff::civil::Time::midnight()))
    }
}

/// Writes times of one unit in the language of the report, or by the pattern of the chart.
pub struct Times<'a> {
    pub writing: &'a Writing,
    pub format: Option<&'a Format>,
}

impl Times<'_> {
    /// What is written at each of some marks.
    ///
    /// # Errors
    /// When the pattern cannot be used.
    pub fn texts(&self, unit: Unit, times: &[DateTime]) -> Result<Vec<Text>, String> {
        let mut before = None;
        let mut texts = Vec::with_capacity(times.len());
        for time in times {
            let below = if self.format.is_some() { None } else { self.below(unit, *time)? };
            let changed = below.clone().filter(|_| below != before);
            texts.push((self.text(unit, *time)?, changed));
            before = below;
        }
        Ok(texts)
    }

    /// A time in full, for texts.
    ///
    /// # Errors
    /// When the pattern cannot be used.
    pub fn full(&self, time: DateTime) -> Result<String, String> {
        let date = self.write(time, self.format.cloned().unwrap_or(Format::Date(None)))?;
        if self.format.is_some() || time == time.start_of_day() {
            return Ok(date);
        }
        Ok(format!("{date} {}", self.pattern(time, "%H:%M")?))
    }

    fn text(&self, unit: Unit, time: DateTime) -> Result<String, String> {
        if let Some(format) = self.format {
            return self.write(time, format.clone());
        }
        match unit {
            Unit::Seconds(n) if n < MINUTE => self.pattern(time, "%H:%M:%S"),
            Unit::Seconds(_) => self.pattern(time, "%H:%M"),
            Unit::Days(_) => self.pattern(time, &without_year(self.writing.date_pattern())),
            Unit::Months(_) => self.pattern(time, "%b"),
            Unit::Years(_) => self.pattern(time, "%Y"),
        }
    }

    fn below(&self, unit: Unit, time: DateTime) -> Result<Option<String>, String> {
        match unit {
            Unit::Seconds(_) => self.write(time, Format::Date(None)).map(Some),
            Unit::Days(_) | Unit::Months(_) => self.pattern(time, "%Y").map(Some),
            Unit::Years(_) => Ok(None),
        }
    }

    fn pattern(&self, time: DateTime, pattern: &str) -> Result<String, String> {
        self.write(time, Format::Date(Some(pattern.to_owned())))
    }

    fn write(&self, time: DateTime, format: Format) -> Result<String, String> {
        self.writing.format(&Value::String(time.to_string()), Some(&format))
    }
}

/// The usual date of the language without the year and what joins it to the rest: `%d.%m.%Y` as `%d.%m.`, `%Y年%m月` as `%m月`.
fn without_year(pattern: &str) -> String {
    let joins = |c: char| c.is_whitespace() || matches!(c, ',' | '/' | '-' | '\u{200f}');
    match pattern.split_once("%Y") {
        Some((before, after)) if !after.contains('%') => before.trim_end_matches(joins).to_owned(),
        Some((before, after)) if !before.contains('%') => after.trim_start_matches(|c| c != '%').to_owned(),
        _ => pattern.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;

    fn time(text: &str) -> DateTime {
        text.parse().unwrap()
    }

    #[test]
    fn marks_of_time_are_round() {
        let cases = [
            (
                "hours",
                "2026-03-01T09:10",
                "2026-03-01T13:00",
                5,
                vec!["2026-03-01T10:00:00", "2026-03-01T11:00:00", "2026-03-01T12:00:00", "2026-03-01T13:00:00"],
            ),
            (
                "weeks from Monday",
                "2026-03-01",
                "2026-03-31",
                5,
                vec![
                    "2026-03-02T00:00:00",
                    "2026-03-09T00:00:00",
                    "2026-03-16T00:00:00",
                    "2026-03-23T00:00:00",
                    "2026-03-30T00:00:00",
                ],
            ),
            (
                "quarters",
                "2025-01-15",
                "2026-01-01",
                5,
                vec!["2025-04-01T00:00:00", "2025-07-01T00:00:00", "2025-10-01T00:00:00", "2026-01-01T00:00:00"],
            ),
            (
                "decades",
                "1999-12-31",
                "2021-01-01",
                4,
                vec!["2000-01-01T00:00:00", "2010-01-01T00:00:00", "2020-01-01T00:00:00"],
            ),
        ];
        for (what, first, last, most, expected) in cases {
            let (_, marks) = choices(time(first), time(last), most).next().unwrap();
            assert_eq!(marks.iter().map(DateTime::to_string).collect::<Vec<_>>(), expected, "{what}");
        }
    }

    #[test]
    fn every_range_has_marks() {
        for (first, last) in
            [("-009999-01-01", "9999-12-31"), ("2026-03-01", "2026-03-01"), ("0001-01-01", "2026-01-01")]
        {
            let found = choices(time(first), time(last), 30).last().map(|(unit, _)| unit);
            assert_eq!(found, Some(Unit::Years(1_000)), "{first} to {last}");
        }
    }

    #[test]
    fn times_are_written_in_the_language() {
        let cases = [
            ("en", None, Unit::Days(1), vec![("Mar 1", Some("2026")), ("Mar 8", None)]),
            ("en-GB", None, Unit::Days(1), vec![("1 Mar", Some("2026")), ("8 Mar", None)]),
            ("de", None, Unit::Days(1), vec![("01.03.", Some("2026")), ("08.03.", None)]),
            ("en", None, Unit::Years(1), vec![("2026", None), ("2026", None)]),
            ("de", None, Unit::Seconds(HOUR), vec![("00:00", Some("01.03.2026")), ("00:00", Some("08.03.2026"))]),
            ("en", Some("date:%d/%m"), Unit::Days(1), vec![("01/03", None), ("08/03", None)]),
        ];
        for (lang, format, unit, expected) in cases {
            let writing = Writing::new(lang, TimeZone::UTC, "2026-03-31T10:00:00Z".parse().unwrap());
            let format: Option<Format> = format.map(|format| format.parse().unwrap());
            let times = Times { writing: &writing, format: format.as_ref() };
            let texts = times.texts(unit, &[time("2026-03-01"), time("2026-03-08")]).unwrap();
            let expected: Vec<Text> =
                expected.into_iter().map(|(text, below)| (text.to_owned(), below.map(str::to_owned))).collect();
            assert_eq!(texts, expected, "{lang}");
        }
    }
}
