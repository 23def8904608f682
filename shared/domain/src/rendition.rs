//! A rendition: a report as one request wants it rendered. What a request leaves out is as the report itself has it.

use crate::literal::literals;
use crate::{
    Outcome, Problem,
    data::Data,
    definition::{Orientation, PageSize},
    language, template,
};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

literals! {
    /// In what form a report is rendered.
    #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
    pub enum Form {
        #[default]
        Pdf = "pdf",
        /// A workbook with a sheet for each table.
        Xlsx = "xlsx",
        /// The rows of the tables.
        Csv = "csv",
        /// A page by itself, its pictures inside.
        Html = "html",
        /// A picture of each page.
        Png = "png",
    }
}

impl Form {
    /// Reads a form's name in any case.
    ///
    /// # Errors
    /// `Invalid`, naming the forms that there are.
    pub fn parse(text: &str) -> Outcome<Self> {
        match text.to_ascii_lowercase().as_str() {
            "pdf" => Ok(Self::Pdf),
            "xlsx" => Ok(Self::Xlsx),
            "csv" => Ok(Self::Csv),
            "html" => Ok(Self::Html),
            "png" => Ok(Self::Png),
            _ => Err(Problem::invalid("format", "a report is rendered as pdf, xlsx, csv, html or png.")),
        }
    }
}

/// What a request wants of a report.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Rendition {
    pub form: Form,
    /// Values of the report's parameters, an object or `null`; the definition's defaults fill in the rest.
    pub params: Data,
    /// Data in the place of the report's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<Data>,
    /// Data that was left with the service before; `data` comes first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temp_data: Option<u64>,
    /// Where dates and times are told, by its IANA name; UTC without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// The language of numbers, dates and labels, such as `de` or `en-GB`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lang: Option<String>,
    /// The code or number of a theme of the workspace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub theme: Option<String>,
    /// The code or number of a template of the workspace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
    /// Pages to leave out, counted from 1; the others keep their numbers.
    pub exclude_pages: BTreeSet<u32>,
    /// Whether the answer is a ZIP of the report and its data files.
    pub include_attachments: bool,
}

/// No report has more pages.
const MAX_PAGE: u32 = 100_000;
/// The most pages that a request may leave out.
const MAX_EXCLUDED: usize = 10_000;

impl Rendition {
    /// Refuses what no report can be rendered by.
    ///
    /// # Errors
    /// `Invalid`, naming the field.
    pub fn check(&self) -> Outcome<()> {
        self.zone()?;
        if self.lang.as_deref().is_some_and(|lang| language::canonical(lang).is_none()) {
            return Err(Problem::invalid("lang", language::EXPECTED));
        }
        if self.exclude_pages.len() > MAX_EXCLUDED
            || self.exclude_pages.iter().any(|page| !(1..=MAX_PAGE).contains(page))
        {
            return Err(Problem::invalid("excludePages", "list numbers of pages, from 1 on."));
        }
        Ok(())
    }

    /// Where dates and times are told.
    ///
    /// # Errors
    /// `Invalid` for a name that is none of the IANA's.
    pub fn zone(&self) -> Outcome<TimeZone> {
        self.time_zone.as_deref().map_or(Ok(TimeZone::UTC), |name| time_zone("timezone", name))
    }
}

/// The time zone of this name, which stands in `field`.
///
/// # Errors
/// `Invalid` for a name that is none of the IANA's.
pub fn time_zone(field: &str, name: &str) -> Outcome<TimeZone> {
    let unknown = || Problem::invalid(field, "write a name of the IANA's list, such as Europe/Berlin or UTC.");
    if !name.bytes().all(|b| b.is_ascii_alphanumeric() || b"/_+-".contains(&b)) {
        return Err(unknown());
    }
    TimeZone::get(name).map_err(|_| unknown())
}

/// What a template changes of a report's layout: the paper, and what stands above and below each page.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Template {
    /// The size of the sheet; the report's own without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<PageSize>,
    /// How the sheet lies; as the report has it without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub orientation: Option<Orientation>,
    /// The words above every page, with `{{ }}` as in blocks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header: Option<String>,
    /// The words below every page, in the place of title and date.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub footer: Option<String>,
}

impl Template {
    /// # Errors
    /// `Invalid`, naming the field.
    pub fn check(&self) -> Outcome<()> {
        for (field, text) in [("header", &self.header), ("footer", &self.footer)] {
            if text.as_ref().is_some_and(|text| text.chars().count() > 500 || text.chars().any(char::is_control)) {
                return Err(Problem::invalid(field, "use one line of at most 500 characters."));
            }
            text.as_deref().map_or(Ok(()), template::check).map_err(|message| Problem::invalid(field, message))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_zone_is_known_without_the_files_of_a_system() {
        let named = |name: &str| Rendition { time_zone: Some(name.into()), ..Rendition::default() };
        for name in ["Europe/Berlin", "America/Argentina/Buenos_Aires", "UTC", "Etc/GMT+5"] {
            assert!(named(name).zone().is_ok(), "{name}");
        }
        for name in ["Mars/Olympus", "", "../../etc/passwd", "CEST in summer"] {
            assert!(named(name).zone().is_err(), "{name}");
        }
    }

    #[test]
    fn the_words_of_a_template_are_checked() {
        let with = |footer: &str| Template { footer: Some(footer.into()), ..Template::default() };
        assert!(with("{{ report }}, {{ today|fmt('date') }}").check().is_ok());
        for wrong in ["two\nlines", "{{ report", "{{ report|shout }}"] {
            assert!(with(wrong).check().unwrap_err().to_string().starts_with("footer: "), "{wrong}");
        }
    }

    #[test]
    fn what_no_report_can_be_rendered_by_is_refused_with_its_field() {
        let table = [
            ("timezone", Rendition { time_zone: Some("nowhere".into()), ..Rendition::default() }),
            ("lang", Rendition { lang: Some("de_DE".into()), ..Rendition::default() }),
            ("lang", Rendition { lang: Some("english".into()), ..Rendition::default() }),
            ("lang", Rendition { lang: Some("".into()), ..Rendition::default() }),
            ("excludePages", Rendition { exclude_pages: BTreeSet::from([0]), ..Rendition::default() }),
        ];
        for (field, wrong) in table {
            let told = wrong.check().unwrap_err().to_string();
            assert!(told.starts_with(&format!("{field}: ")), "{told}");
        }
        assert!(Rendition { lang: Some("zh-Hant-TW".into()), ..Rendition::default() }.check().is_ok());
    }
}
