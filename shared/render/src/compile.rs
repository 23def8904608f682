//! From a world to a PDF, pictures of pages and their words.

use jiff::civil::DateTime;
use typst::WorldExt;
use typst::diag::SourceDiagnostic;
use typst::ecow::EcoVec;
use typst::foundations::Smart;
use typst::{World, compile};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, Timestamp};
use typst_svg::SvgOptions;

use crate::error::RenderError;
use crate::job::Page;
use crate::text;
use crate::world::{ReportWorld, datetime};

/// What a compiled report is called and who wrote it, where its source does not say.
pub struct Description<'a> {
    pub title: &'a str,
    pub author: Option<&'a str>,
    pub date: DateTime,
    /// Whether the PDF carries its structure, for screen readers.
    pub tagged: bool,
}

/// Compiles and exports a report.
///
/// # Errors
/// The first mistake that Typst reports, by line and column of the source.
pub fn run(world: &ReportWorld, description: &Description<'_>) -> Result<(Vec<u8>, Vec<Page>), RenderError> {
    let result = export(world, description);
    // The compiler's cache grows with each document: 1.4 GB after fourteen long ones. Nothing of it is of use to the next report.
    comemo::evict(0);
    result
}

fn export(world: &ReportWorld, description: &Description<'_>) -> Result<(Vec<u8>, Vec<Page>), RenderError> {
    let explain = |errors: EcoVec<SourceDiagnostic>| explain(world, &errors);
    let mut document = compile::<PagedDocument>(world).output.map_err(explain)?;
    describe(&mut document, description);
    let options = PdfOptions {
        creator: Smart::Custom(Some("Imprint".to_owned())),
        timestamp: datetime(description.date).map(Timestamp::new_utc),
        tagged: description.tagged,
        ..PdfOptions::default()
    };
    let pdf = typst_pdf::pdf(&document, &options).map_err(explain)?;
    Ok((pdf, document.pages().iter().map(page).collect()))
}

fn describe(document: &mut PagedDocument, description: &Description<'_>) {
    let info = document.info_mut();
    if info.title.is_none() {
        info.title = Some(description.title.into());
    }
    if info.author.is_empty() {
        info.author.extend(description.author.map(Into::into));
    }
}

fn page(page: &typst_layout::Page) -> Page {
    Page {
        svg: typst_svg::svg(page, &SvgOptions { render_bleed: false, pretty: false }),
        text: text::of_frame(&page.frame),
        width: page.frame.width().to_pt(),
        height: page.frame.height().to_pt(),
    }
}

fn explain(world: &ReportWorld, errors: &[SourceDiagnostic]) -> RenderError {
    let Some(error) = errors.first() else {
        return RenderError::internal("Typst failed without a reason");
    };
    // Hints about the command line are of no use to whoever writes reports.
    let hints = error.hints.iter().map(|hint| hint.v.as_str()).filter(|hint| !hint.contains("`--"));
    let sentences: Vec<&str> = std::iter::once(error.message.as_str()).chain(hints).collect();
    let message = sentences.join("; ").split_whitespace().collect::<Vec<_>>().join(" ");
    RenderError::report(place(world, error), message)
}

/// The line and column of an error, in the report's source or in an asset that it imports.
fn place(world: &ReportWorld, error: &SourceDiagnostic) -> String {
    let position = || {
        let id = error.span.id()?;
        let range = world.range(error.span)?;
        let source = world.source(id).ok()?;
        let (line, column) = source.lines().byte_to_line_column(range.start)?;
        let name = if id == world.main() { "typst" } else { id.get().vpath().get_without_slash() };
        Some(format!("{name} line {}, column {}", line + 1, column + 1))
    };
    position().unwrap_or_else(|| "typst".to_owned())
}
