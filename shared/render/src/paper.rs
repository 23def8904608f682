//! The sheet: its size, and what of it is left for blocks.

use std::str::FromStr;

use domain::definition::{Orientation, PageSetup, PageSize};
use typst::Library;
use typst::foundations::Smart;
use typst::layout::{Abs, Dir, PageElem};
use typst::text::{Lang, Region, TextDir, TextElem};

use crate::error::RenderError;
use crate::job::Job;
use crate::measure::{self, Weight};
use crate::{Report, lines};

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
        // A report that may be turned is, when one of its tables needs it.
        Orientation::Portrait | Orientation::Auto => (width, height),
        Orientation::Landscape => (height, width),
    }
}

/// A sheet with the room above and below its blocks, in points.
#[derive(Debug, Clone, Copy)]
pub struct Sheet {
    pub width: f64,
    pub height: f64,
    pub top: f64,
    pub bottom: f64,
}

/// The type of the words above and below each page, and from one of its lines to the next.
const SMALL: f64 = 7.5;
const SMALL_LINE: f64 = 10.9;
/// Above and below those words: the rule, and the distance to the blocks and to the edge.
const AROUND: f64 = 34.0;
const TOP: f64 = 54.0;
const BOTTOM: f64 = 56.0;
/// The part of a sheet that must be left for blocks.
const LEFT_FOR_BLOCKS: f64 = 0.5;
/// Between the words below a page and its number.
const LABEL_GAP: f64 = 12.0;

impl Sheet {
    /// The sheet of a report, with as much room above and below as its header and footer need.
    ///
    /// # Errors
    /// When those words leave too little of the page.
    pub fn new(page: PageSetup, report: &Report<'_>) -> Result<Sheet, RenderError> {
        let (width, height) = size(page);
        let sheet = Sheet { width, height, top: TOP, bottom: BOTTOM };
        let room = |words: &str, width: f64| {
            AROUND + SMALL_LINE * lines::count(&lines::tidy(words), width, SMALL, Weight::Regular) as f64
        };
        let label = measure::width(report.writing.page_label(), SMALL, Weight::Regular);
        let top = room(report.header.as_deref().unwrap_or(&report.running_title()), sheet.inner_width()).max(TOP);
        let bottom = room(&report.footer_words(), sheet.inner_width() - label - LABEL_GAP).max(BOTTOM);
        if top + bottom > height * (1.0 - LEFT_FOR_BLOCKS) {
            let (header, footer) = (report.header.is_some(), report.footer.is_some());
            let place = if header && (top > bottom || !footer) {
                "template.header"
            } else if footer {
                "template.footer"
            } else {
                "title"
            };
            return Err(RenderError::report(place, "is too long to be printed on every page: shorten it"));
        }
        Ok(Sheet { top, bottom, ..sheet })
    }

    /// The width that blocks have.
    pub fn inner_width(self) -> f64 {
        self.width - 2.0 * MARGIN
    }

    /// The height that blocks have on a page.
    pub fn inner_height(self) -> f64 {
        self.height - self.top - self.bottom
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
    let (primary, region) = language(&report.lang);
    if let Ok(primary) = Lang::from_str(&primary) {
        library.styles.set(TextElem::lang, primary);
    }
    if report.writing.is_rtl() {
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
