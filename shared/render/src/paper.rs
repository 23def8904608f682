//! The sheet: its size, and what of it is left for blocks.

use std::str::FromStr;

use domain::definition::{Orientation, PageSetup, PageSize};
use typst::Library;
use typst::foundations::Smart;
use typst::layout::{Abs, Dir, PageElem};
use typst::text::{Lang, Region, TextDir, TextElem};

use crate::Report;
use crate::direction::is_right_to_left;
use crate::job::Job;

/// The margin left and right of blocks, in points.
pub const MARGIN: f64 = 48.0;
/// The space between blocks side by side, in points.
pub const GUTTER: f64 = 18.0;

/// Width and height of a sheet in points.
pub fn size(page: PageSetup) -> (f64, f64) {
    const MM: f64 = 72.0 / 25.4;
    let (width, height) = match page.size {
        PageSize::A3 => (297.0 * MM, 420.0 * MM),
        PageSize::A4 => (210.0 * MM, 297.0 * MM),
        PageSize::A5 => (148.0 * MM, 210.0 * MM),
        PageSize::Letter => (612.0, 792.0),
        PageSize::Legal => (612.0, 1008.0),
    };
    match page.orientation {
        Orientation::Portrait => (width, height),
        Orientation::Landscape => (height, width),
    }
}

/// The paper of a job: the template's, where it has some, else the definition's.
pub fn of_job(job: &Job) -> PageSetup {
    let (own, template) = (job.definition.page, &job.template);
    PageSetup { size: template.size.unwrap_or(own.size), orientation: template.orientation.unwrap_or(own.orientation) }
}

/// Gives a whole Typst source the sheet, the words above and below it, and the language of its job, all of which it may still change.
pub fn set_defaults(library: &mut Library, report: &Report<'_>) {
    let (width, height) = size(of_job(report.job));
    library.styles.set(PageElem::width, Smart::Custom(Abs::pt(width).into()));
    library.styles.set(PageElem::height, Smart::Custom(Abs::pt(height).into()));
    if let Some(words) = &report.header {
        library.styles.set(PageElem::header, Smart::Custom(Some(TextElem::packed(words.as_str()))));
    }
    if let Some(words) = &report.footer {
        library.styles.set(PageElem::footer, Smart::Custom(Some(TextElem::packed(words.as_str()))));
    }
    let (primary, region) = language(report.lang);
    if let Ok(primary) = Lang::from_str(&primary) {
        library.styles.set(TextElem::lang, primary);
    }
    if is_right_to_left(report.lang) {
        library.styles.set(TextElem::dir, TextDir(Smart::Custom(Dir::RTL)));
    }
    library.styles.set(TextElem::region, region.and_then(|region| Region::from_str(&region).ok()));
}

/// The language of a tag such as `en-GB`, and its region, as Typst wants them.
pub fn language(lang: &str) -> (String, Option<String>) {
    let mut parts = lang.split('-');
    let primary = parts.next().unwrap_or("en").to_ascii_lowercase();
    (primary, parts.find(|part| part.len() == 2).map(str::to_ascii_uppercase))
}
