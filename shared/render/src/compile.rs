//! From a world to a PDF, pictures of pages and their words.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use jiff::civil::DateTime;
use typst::WorldExt;
use typst::diag::{SourceDiagnostic, SourceResult};
use typst::ecow::EcoVec;
use typst::foundations::{NativeElement, Smart};
use typst::introspection::Introspector;
use typst::model::{Document, HeadingElem, Numbering, NumberingPattern};
use typst::syntax::DiagSpan;
use typst::utils::Scalar;
use typst::{World, compile};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, Timestamp};
use typst_render::RenderOptions;
use typst_svg::SvgOptions;

use crate::error::RenderError;
use crate::glyphs::Missing;
use crate::job::{Outputs, Page, Pictures};
use crate::world::{ReportWorld, datetime};
use crate::{lines, links, text};

/// 144 pixels an inch: sharp on the screens of today.
const PIXELS_PER_POINT: f64 = 2.0;
/// A giant sheet is drawn with fewer pixels an inch, so that its picture stays below 64 MB in memory.
const MAX_PIXELS: f64 = 4_000.0;

/// The most pages of a report. A document of as many is written within the time and memory of a rendering, its public page is answered
/// by a function, and the table of its pages has some 200 KB.
pub const MAX_PAGES: usize = 5_000;

/// What is made of a report, and what it says about itself where its source does not.
pub struct Wanted<'a> {
    pub title: &'a str,
    pub author: Option<&'a str>,
    /// In UTC.
    pub date: DateTime,
    /// Whether the PDF carries its structure, for screen readers.
    pub tagged: bool,
    pub outputs: Outputs,
    /// The pages to leave out, from 1.
    pub exclude: &'a BTreeSet<u32>,
}

/// What was made.
#[derive(Default)]
pub struct Exported {
    pub pdf: Vec<u8>,
    pub pages: Vec<Page>,
    /// The pages of the whole report.
    pub page_count: u32,
    /// The characters that are printed as boxes.
    pub missing: Missing,
}

/// Compiles and exports a report.
///
/// # Errors
/// The first mistake that Typst reports, by line and column of the source.
pub fn run(world: &ReportWorld, wanted: &Wanted<'_>) -> Result<Exported, RenderError> {
    let result = export(world, wanted);
    // The compiler's cache grows with each document: 1.4 GB after fourteen long ones. Nothing of it is of use to the next report.
    comemo::evict(0);
    result
}

/// Lays out a report and makes nothing of it. What the compiler keeps of it is of use to a test that renders the same report next.
#[cfg(test)]
pub fn lay_out(world: &ReportWorld) -> Result<PagedDocument, RenderError> {
    compile::<PagedDocument>(world).output.map_err(|errors| explain(world, &errors))
}

fn export(world: &ReportWorld, wanted: &Wanted<'_>) -> Result<Exported, RenderError> {
    let explain = |errors: EcoVec<SourceDiagnostic>| explain(world, &errors);
    let mut document = compile::<PagedDocument>(world).output.map_err(explain)?;
    check_length(document.pages().len())?;
    links::check(&document, |span| place(world, span.into()))?;
    let (page_count, titles) = (number(document.pages().len()), titles(&document));
    let kept: Vec<u32> = (1..=page_count).filter(|number| !wanted.exclude.contains(number)).collect();
    if kept.is_empty() {
        let message = format!("leaves no page; the report has {page_count} pages");
        return Err(RenderError::request("excludePages", message));
    }
    let whole = kept.len() == document.pages().len();
    if !whole {
        document = only(&document, &kept);
    }
    describe(&mut document, wanted);
    // The structure cannot be written when a part of what it describes is missing.
    let pdf = if wanted.outputs.pdf { pdf(&document, wanted, whole).map_err(explain)? } else { Vec::new() };
    let numbered = kept.iter().zip(document.pages()).enumerate();
    let page = |(at, (number, page)): (usize, (&u32, &typst_layout::Page))| {
        picture(page, *number, titles.get(number), wanted.outputs.of_page(at == 0))
    };
    let pages = numbered.map(page).collect::<Result<_, RenderError>>()?;
    let missing = Missing::on(kept.iter().copied().zip(document.pages().iter().map(|page| &page.frame)));
    Ok(Exported { pdf, pages, page_count, missing })
}

/// Refuses a report of too many pages before any of them is written.
fn check_length(pages: usize) -> Result<(), RenderError> {
    if pages <= MAX_PAGES {
        return Ok(());
    }
    Err(RenderError::limit(format!(
        "The report has {pages} pages, more than the {MAX_PAGES} that it may have; show fewer rows or split it into several reports"
    )))
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// The first heading of each page that has one.
fn titles(document: &PagedDocument) -> BTreeMap<u32, String> {
    let introspector = document.introspector();
    let mut titles = BTreeMap::new();
    for element in introspector.query(&HeadingElem::ELEM.select()) {
        let page = element.location().and_then(|location| introspector.page(location));
        if let (Some(page), Some(heading)) = (page, element.to_packed::<HeadingElem>()) {
            let words = heading.body.plain_text();
            titles.entry(number(page.get())).or_insert_with(|| lines::without_breaks(words.trim()).into_owned());
        }
    }
    titles.retain(|_, words| !words.is_empty());
    titles
}

/// The document with these pages alone. Typst's own `page_ranges` would leave the outline of the PDF empty; here it is built
/// anew from the headings that are left. A link to a page that is left out leads to the first one.
fn only(document: &PagedDocument, kept: &[u32]) -> PagedDocument {
    let pages = kept.iter().filter_map(|number| {
        let mut page = document.pages().get(*number as usize - 1)?.clone();
        if page.numbering.is_none() {
            // What a viewer of the PDF calls the page.
            page.numbering = NumberingPattern::from_str("1").ok().map(Numbering::Pattern);
            page.number = u64::from(*number);
        }
        Some(page)
    });
    PagedDocument::new(pages.collect(), document.info().clone())
}

fn describe(document: &mut PagedDocument, wanted: &Wanted<'_>) {
    let info = document.info_mut();
    if info.title.is_none() {
        info.title = Some(wanted.title.into());
    }
    if info.author.is_empty() {
        info.author.extend(wanted.author.map(Into::into));
    }
}

fn pdf(document: &PagedDocument, wanted: &Wanted<'_>, whole: bool) -> SourceResult<Vec<u8>> {
    let options = PdfOptions {
        creator: Smart::Custom(Some("Imprint".to_owned())),
        timestamp: datetime(wanted.date).map(Timestamp::new_utc),
        tagged: wanted.tagged && whole,
        ..PdfOptions::default()
    };
    typst_pdf::pdf(document, &options)
}

fn picture(
    page: &typst_layout::Page,
    number: u32,
    title: Option<&String>,
    outputs: Outputs,
) -> Result<Page, RenderError> {
    let svg = || typst_svg::svg(page, &SvgOptions { render_bleed: false, pretty: false });
    Ok(Page {
        number,
        title: title.cloned(),
        svg: if outputs.svg { svg() } else { String::new() },
        png: match outputs.png {
            Pictures::None => Vec::new(),
            Pictures::First | Pictures::All => png(page, PIXELS_PER_POINT)?,
            Pictures::FirstOfWidth(pixels) => png(page, f64::from(pixels) / page.frame.width().to_pt().max(1.0))?,
        },
        text: text::of_frame(&page.frame),
        width: page.frame.width().to_pt(),
        height: page.frame.height().to_pt(),
    })
}

/// A page as PNG, at so many pixels a point; at fewer where the picture would be too large.
fn png(page: &typst_layout::Page, pixels_per_point: f64) -> Result<Vec<u8>, RenderError> {
    let longer = page.frame.width().to_pt().max(page.frame.height().to_pt()).max(1.0);
    let scale = pixels_per_point.min(MAX_PIXELS / longer);
    let options = RenderOptions { pixel_per_pt: Scalar::new(scale), render_bleed: false };
    let picture = typst_render::render(page, &options).encode_png();
    picture.map_err(|error| RenderError::internal(format!("the picture of a page cannot be written: {error}")))
}

fn explain(world: &ReportWorld, errors: &[SourceDiagnostic]) -> RenderError {
    let Some(error) = errors.first() else {
        return RenderError::internal("Typst failed without a reason");
    };
    // Hints about the command line are of no use to whoever writes reports.
    let hints = error.hints.iter().map(|hint| hint.v.as_str()).filter(|hint| !hint.contains("`--"));
    let sentences: Vec<&str> = std::iter::once(without_build_path(&error.message)).chain(hints).collect();
    let message = sentences.join("; ").split_whitespace().collect::<Vec<_>>().join(" ");
    RenderError::report(place(world, error.span), message)
}

/// An internal error of Typst says where in Typst's own source it occurred, by a path of the machine that built it.
fn without_build_path(message: &str) -> &str {
    let internal = message.starts_with("internal error: ");
    message.split_once(" (occurred at ").filter(|_| internal).map_or(message, |(message, _)| message)
}

/// The line and column of a position in the report's source, or in an asset that it imports.
fn place(world: &ReportWorld, span: DiagSpan) -> String {
    let position = || {
        let id = span.id()?;
        let range = world.range(span)?;
        let source = world.source(id).ok()?;
        let (line, column) = source.lines().byte_to_line_column(range.start)?;
        let name = if id == world.main() { "typst" } else { id.get().vpath().get_without_slash() };
        Some(format!("{name} line {}, column {}", line + 1, column + 1))
    };
    position().unwrap_or_else(|| "typst".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_path_of_the_build_is_told() {
        let internal =
            "internal error: tags weren't properly closed (occurred at /home/a/.cargo/typst-pdf/src/tags.rs:187:9)";
        assert_eq!(without_build_path(internal), "internal error: tags weren't properly closed");
        let other = "assertion failed: a (occurred at home)";
        assert_eq!(without_build_path(other), other);
    }
}
