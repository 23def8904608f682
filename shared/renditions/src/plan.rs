//! What a rendition is made from, and the name of that.

use domain::{
    Outcome, Problem,
    data::Data,
    font::WorkspaceFonts,
    rendition::{Rendition, Template},
    theme::Theme,
};
use jiff::{Timestamp, tz::TimeZone};
use serde_json::json;
use sha2::{Digest, Sha256};
use store::OpenReport;

/// A rendition that can be made.
pub struct Plan {
    pub(crate) found: OpenReport,
    pub(crate) version: u64,
    pub(crate) rendition: Rendition,
    pub(crate) theme: Theme,
    pub(crate) template: Template,
    /// The fonts of the workspace.
    pub(crate) fonts: WorkspaceFonts,
    /// Data in the place of the version's own.
    pub(crate) data: Option<Data>,
    /// The date of the document: the beginning of the day on which it was asked for, where it is told. Reports show dates and no
    /// times, so that whoever asks for the same on the same day gets the same.
    pub(crate) date: Timestamp,
    content: String,
}

impl Plan {
    pub(crate) fn new(
        found: OpenReport,
        version: u64,
        rendition: Rendition,
        (theme, template): (Theme, Template),
        fonts: WorkspaceFonts,
        data: Option<Data>,
        now: Timestamp,
    ) -> Outcome<Self> {
        let date = start_of_day(now, &rendition.zone()?)?;
        let mut plan = Self { found, version, rendition, theme, template, fonts, data, date, content: String::new() };
        plan.content = plan.named()?;
        Ok(plan)
    }

    /// The name of all that the rendition is made from.
    pub fn content(&self) -> &str {
        &self.content
    }

    /// The colours in which it is rendered.
    pub fn theme(&self) -> &Theme {
        &self.theme
    }

    /// Where its dates and times are told.
    ///
    /// # Errors
    /// None that happens: the plan was made with it.
    pub fn zone(&self) -> Outcome<TimeZone> {
        self.rendition.zone()
    }

    /// The same for the preview, which has more to it than the file.
    pub(crate) fn content_of_preview(&self, print_button: bool) -> String {
        hash(&format!("preview {print_button} {}", self.content))
    }

    /// The name of the picture of its first page.
    pub fn content_of_thumbnail(&self, width: u32) -> String {
        hash(&format!("thumbnail {width} {}", self.content))
    }

    fn named(&self) -> Outcome<String> {
        let data = self.data.as_ref().map(|data| hash(data.text()));
        let mut asked =
            Rendition { data: None, temp_data: None, theme: None, template: None, ..self.rendition.clone() };
        let params = hash(std::mem::take(&mut asked.params).text());
        let parts = json!({
            "made by": env!("RENDERER_FINGERPRINT"),
            // Boxes give way to letters as soon as there are fonts.
            "fonts": render::has_fonts(),
            "report": self.found.report.uid,
            "name": self.found.report.name,
            "version": self.version,
            "asked": asked,
            "params": params,
            "data": data,
            "theme": self.theme,
            "template": self.template,
            "workspace fonts": self.fonts.contents(),
            "date": self.date,
        });
        serde_json::to_string(&parts).map(|text| hash(&text)).map_err(Problem::internal)
    }
}

fn hash(text: &str) -> String {
    hex::encode(&Sha256::digest(text)[..20])
}

pub(crate) fn start_of_day(now: Timestamp, zone: &TimeZone) -> Outcome<Timestamp> {
    let day = now.to_zoned(zone.clone()).start_of_day().map_err(Problem::internal)?;
    Ok(day.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_dated_by_the_day_where_it_is_told() {
        let now: Timestamp = "2026-03-31T23:30:00Z".parse().unwrap();
        let day = |zone: &str| start_of_day(now, &TimeZone::get(zone).unwrap()).unwrap().to_string();
        assert_eq!(day("UTC"), "2026-03-31T00:00:00Z");
        assert_eq!(day("Europe/Berlin"), "2026-03-31T22:00:00Z");
        assert_eq!(day("America/New_York"), "2026-03-31T04:00:00Z");
    }
}
