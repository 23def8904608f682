//! Which reports `GET …/reports` is asked for: `type`, `offset`, `limit`, `prefix`, `cursor`. Source: the official Python client for
//! `type`; the pages are ours.

use domain::{
    Outcome, Problem,
    preset::{Preset, ReportType},
    report::{Asked, Chosen, Listed},
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use std::{ops::RangeInclusive, sync::Arc};

/// The reports that a list is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    kind: Option<String>,
    offset: u64,
    limit: u64,
    prefix: Option<String>,
    cursor: Option<String>,
}

/// The most reports of one answer, and how many it has unless told otherwise.
const MOST: u64 = 1_000;

/// The largest offset: the largest number that every JSON client keeps whole.
const MOST_SKIPPED: u64 = (1 << 53) - 1;

impl Selection {
    /// Reads the parameters `type`, `offset`, `limit`, `prefix` and `cursor`; an empty text is as good as none.
    ///
    /// # Errors
    /// `Invalid`, naming the parameter.
    pub fn parse(parameter: impl Fn(&str) -> Option<String>) -> Outcome<Self> {
        let text = |name: &str| parameter(name).filter(|text| !text.is_empty());
        Ok(Self {
            kind: text("type"),
            offset: number(
                "offset",
                text("offset").as_deref(),
                0,
                0..=MOST_SKIPPED,
                "write a whole number from 0 on.",
            )?,
            limit: number("limit", text("limit").as_deref(), MOST, 1..=MOST, "write a whole number from 1 to 1000.")?,
            prefix: text("prefix"),
            cursor: text("cursor"),
        })
    }

    /// What is to be read: by name in any case and then by number.
    ///
    /// # Errors
    /// `Invalid` for a type that is none of `types`, and for a cursor of another list.
    pub fn asked(&self, types: &[Preset<ReportType>]) -> Outcome<Asked> {
        let kind = self.kind.as_deref().map(|text| Preset::choose(types.to_vec(), "type", text)).transpose()?;
        let of_type = |kind: Preset<ReportType>| {
            let chosen = move |report: &Listed| report.report_type.as_deref().is_some_and(|word| kind.is_called(word));
            Arc::new(chosen) as Chosen
        };
        let asked = Asked { start: self.offset, chosen: kind.map(of_type), ..Asked::first(self.limit) };
        asked.paged(self.prefix.as_deref(), self.cursor.as_deref())
    }

    /// The address of the page that a cursor leads to, of the list at this path.
    pub fn next(&self, path: &str, cursor: &str) -> String {
        let texts = [("type", self.kind.as_deref()), ("prefix", self.prefix.as_deref()), ("cursor", Some(cursor))];
        let texts = texts.into_iter().filter_map(|(name, text)| Some((name, text?)));
        let rest: String =
            texts.map(|(name, text)| format!("&{name}={}", utf8_percent_encode(text, NON_ALPHANUMERIC))).collect();
        format!("{path}?limit={}{rest}", self.limit)
    }
}

fn number(field: &str, text: Option<&str>, default: u64, range: RangeInclusive<u64>, wanted: &str) -> Outcome<u64> {
    let Some(text) = text else { return Ok(default) };
    let number = text.parse().ok().filter(|number| range.contains(number));
    number.ok_or_else(|| Problem::invalid(field, wanted))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{of_type, report, types};
    use domain::report::Report;

    fn parsed(parameters: &[(&str, &str)]) -> Outcome<Selection> {
        let find = |name: &str| parameters.iter().find(|(other, _)| *other == name).map(|(_, text)| (*text).to_owned());
        Selection::parse(find)
    }

    fn reports() -> Vec<Report> {
        vec![
            of_type(report(1, "Delta"), Some("stock")),
            of_type(report(2, "alpha"), None),
            report(3, "Beta"),
            of_type(report(4, "Gamma"), Some("12")),
        ]
    }

    #[test]
    fn a_list_has_the_reports_of_a_type_by_any_of_its_names() {
        let table = [("stock", vec![1, 4]), ("12", vec![1, 4]), ("sales", vec![3])];
        for (kind, expected) in table {
            let chosen = parsed(&[("type", kind)]).unwrap().asked(&types()).unwrap().chosen.unwrap();
            let found = reports().iter().map(Listed::from).filter(|report| chosen(report)).collect::<Vec<_>>();
            assert_eq!(found.iter().map(|report| report.number).collect::<Vec<_>>(), expected, "{kind}");
        }
        let all = parsed(&[("type", ""), ("offset", ""), ("limit", "")]).unwrap().asked(&types()).unwrap();
        assert!(all.chosen.is_none() && all.start == 0 && all.limit == 1_000 && !all.counted);
    }

    #[test]
    fn the_next_page_is_asked_for_as_the_one_before() {
        let selection = parsed(&[("type", "Ä"), ("limit", "2"), ("offset", "4"), ("prefix", "a b")]).unwrap();
        let expected = "/api/v1/ws/default/reports?limit=2&type=%C3%84&prefix=a%20b&cursor=bmV4dA";
        assert_eq!(selection.next("/api/v1/ws/default/reports", "bmV4dA"), expected);
    }

    #[test]
    fn a_wrong_parameter_is_named() {
        let table = [
            ("a type that is not there", "type", "neon", "type: the workspace has no report type “neon”"),
            ("an offset below zero", "offset", "-1", "offset: write a whole number from 0 on."),
            ("an offset in words", "offset", "two", "offset: "),
            ("a limit of nothing", "limit", "0", "limit: write a whole number from 1 to 1000."),
            ("a limit above the most", "limit", "1001", "limit: "),
            ("a cursor of another list", "cursor", "bmV4dA", "cursor: "),
        ];
        for (what, name, text, expected) in table {
            let problem = parsed(&[(name, text)]).and_then(|selection| selection.asked(&types())).err().unwrap();
            assert!(problem.to_string().starts_with(expected), "{what}: {problem}");
        }
    }
}
