//! How a sheet looks on paper and on the screen of people who read from right to left.

use domain::definition::{Orientation, PageSize};
use rust_xlsxwriter::{Worksheet, XlsxError};

use crate::{Report, paper};

/// The letters of a sheet's usual type that fit on a portrait page between narrow margins.
const PORTRAIT_LETTERS: f64 = 90.0;

/// Sets up the paper: the report's, as wide as needed, with the head on each page and the numbers of the pages below.
///
/// # Errors
/// When the row to repeat does not exist, which cannot be.
pub fn set_up(sheet: &mut Worksheet, report: &Report<'_>, letters: f64) -> Result<(), XlsxError> {
    let page = paper::of_job(report.job);
    sheet.set_paper_size(paper_code(page.size));
    if page.orientation == Orientation::Landscape || letters > PORTRAIT_LETTERS {
        sheet.set_landscape();
    }
    sheet.set_print_fit_to_pages(1, 0).set_margins(0.5, 0.5, 0.75, 0.75, 0.3, 0.3);
    sheet.set_header(format!("&L{}&R&A", literal(&report.title))).set_footer(format!("&C{}", page_label(report)));
    sheet.set_right_to_left(report.writing.is_rtl());
    sheet.set_repeat_rows(0, 0).map(|_| ())
}

/// The number by which spreadsheets know a paper.
const fn paper_code(size: PageSize) -> u8 {
    match size {
        PageSize::Letter => 1,
        PageSize::Legal => 5,
        PageSize::A3 => 8,
        PageSize::A4 => 9,
        PageSize::A5 => 11,
    }
}

fn page_label(report: &Report<'_>) -> String {
    literal(report.writing.page_label()).replace("{page}", "&P").replace("{pages}", "&N")
}

/// A text for the head of a page, which is cut rather than refused: a head takes 255 letters.
fn literal(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(100).collect::<String>().replace('&', "&&")
}
