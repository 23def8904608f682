//! Which reports `GET …/reports` is asked for: `type`, `offset`, `limit`. Source: the official Python client for
//! `type`; the pages are ours.

use domain::{
    Outcome, Problem,
    preset::{Preset, ReportType},
    report::Report,
};
use std::ops::RangeInclusive;

/// The reports that a list is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    kind: Option<String>,
    offset: usize,
    limit: usize,
}

/// The most reports of one answer, and how many it has unless told otherwise.
const MOST: usize = 1_000;

impl Selection {
    /// Reads the parameters `type`, `offset` and `limit`; an empty text is as good as none.
    ///
    /// # Errors
    /// `Invalid`, naming the parameter.
    pub fn parse(kind: Option<&str>, offset: Option<&str>, limit: Option<&str>) -> Outcome<Self> {
        Ok(Self {
            kind: kind.filter(|text| !text.is_empty()).map(str::to_owned),
            offset: number("offset", offset, 0, 0..=usize::MAX, "write a whole number from 0 on.")?,
            limit: number("limit", limit, MOST, 1..=MOST, "write a whole number from 1 to 1000.")?,
        })
    }

    /// These of the reports, by name in any case and then by number.
    ///
    /// # Errors
    /// `Invalid` for a type that is none of `types`.
    pub fn of(&self, mut reports: Vec<Report>, types: &[Preset<ReportType>]) -> Outcome<Vec<Report>> {
        if let Some(text) = &self.kind {
            let kind = Preset::choose(types.to_vec(), "type", text)?;
            reports.retain(|report| report.details.report_type.as_deref().is_some_and(|word| kind.is_called(word)));
        }
        // The number makes the order total, so that pages neither repeat nor skip.
        reports.sort_by_cached_key(|report| (report.name.to_lowercase(), report.number));
        Ok(reports.into_iter().skip(self.offset).take(self.limit).collect())
    }
}

fn number(
    field: &str,
    text: Option<&str>,
    default: usize,
    range: RangeInclusive<usize>,
    wanted: &str,
) -> Outcome<usize> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(default) };
    let number = text.parse().ok().filter(|number| range.contains(number));
    number.ok_or_else(|| Problem::invalid(field, wanted))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{of_type, report, types};

    fn reports() -> Vec<Report> {
        vec![
            report(5, "beta"),
            of_type(report(4, "Gamma"), Some("12")),
            report(3, "Beta"),
            of_type(report(2, "alpha"), None),
            of_type(report(1, "Delta"), Some("stock")),
        ]
    }

    fn told(kind: Option<&str>, offset: Option<&str>, limit: Option<&str>) -> Result<Vec<u64>, String> {
        let selected = Selection::parse(kind, offset, limit).and_then(|selection| selection.of(reports(), &types()));
        selected.map(|all| all.iter().map(|report| report.number).collect()).map_err(|problem| problem.to_string())
    }

    #[test]
    fn a_list_is_ordered_by_name_and_cut_as_asked() {
        let table = [
            ("all", None, None, None, vec![2, 3, 5, 1, 4]),
            ("empty texts", Some(""), Some(""), Some(""), vec![2, 3, 5, 1, 4]),
            ("of a type, by its code", Some("stock"), None, None, vec![1, 4]),
            ("of a type, by its number", Some("12"), None, None, vec![1, 4]),
            ("the second page", None, Some("2"), Some("2"), vec![5, 1]),
            ("the last page", None, Some("4"), Some("2"), vec![4]),
            ("past the end", None, Some("18446744073709551615"), None, vec![]),
            ("a page of a type", Some("sales"), Some("1"), Some("1000"), vec![5]),
        ];
        for (what, kind, offset, limit, expected) in table {
            assert_eq!(told(kind, offset, limit), Ok(expected), "{what}");
        }
    }

    #[test]
    fn a_wrong_parameter_is_named() {
        let table = [
            ("a type that is not there", Some("neon"), None, None, "type: the workspace has no report type “neon”"),
            ("an offset below zero", None, Some("-1"), None, "offset: write a whole number from 0 on."),
            ("an offset in words", None, Some("two"), None, "offset: "),
            ("a limit of nothing", None, None, Some("0"), "limit: write a whole number from 1 to 1000."),
            ("a limit above the most", None, None, Some("1001"), "limit: "),
        ];
        for (what, kind, offset, limit, expected) in table {
            let problem = told(kind, offset, limit).unwrap_err();
            assert!(problem.starts_with(expected), "{what}: {problem}");
        }
    }
}
