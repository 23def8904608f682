//! From a definition and data to a PDF, pictures of its pages and CSV: the only crate that links Typst.
//!
//! - [`Job`] goes in, [`Rendered`] comes out, by [`render`]; [`RenderError`] says what the author of the report must change.
//! - [`sandbox`] does the same in a child process with limits: the only right way for definitions that users bring.
//! - [`bundle`] packs a job and what was rendered from it into one ZIP; [`page`] is the public page inside, and that of a preview.
//! - [`file`] is what one rendition comes to as a file to download; [`LetterTexts`] are the words of a mail that carries it, and [`markdown`]
//!   reads those as it reads the texts of a report.
//!
//! Inside: `resolve` turns blocks and data into a document of plain texts (by `expression`, `writing`, `markdown`, `chart`, `table`),
//! `workbook` writes tables into sheets, `world` is all that Typst can see, `compile` runs it, `text` reads the words of a page back.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::data::Data;
use domain::definition::{Block, Body};
use jiff::tz::TimeZone;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use typst::Library;
use typst::foundations::Bytes;
use typst::utils::LazyHash;

mod archive;
pub mod bundle;
mod chart;
mod compile;
mod direction;
mod emoji;
mod error;
mod expression;
pub mod file;
mod fonts;
mod glyphs;
mod job;
mod layout;
mod letter;
mod lines;
mod links;
mod loading;
pub mod markdown;
mod measure;
pub mod page;
mod paper;
mod params;
mod picture;
mod records;
mod resolve;
pub mod sandbox;
mod table;
mod text;
mod warning;
mod workbook;
mod world;
mod writing;

#[cfg(test)]
mod tests;

pub use compile::MAX_PAGES;
pub use direction::is_right_to_left;
pub use domain::theme::Theme;
pub use error::{Cause, Place, RenderError};
pub use fonts::{are_there as has_fonts, use_folder as use_fonts};
pub use job::{Files, Job, Outputs, Page, Pictures, Rendered, TableFile, shared};
pub use letter::{LetterTemplates, LetterTexts, subject_line};
pub use warning::Warning;

use compile::{Exported, Wanted};
use expression::Templates;
use fonts::{FontSet, Use};
use resolve::Resolved;
use warning::Warnings;
use world::ReportWorld;
use writing::Writing;

/// The structure for screen readers makes a long table's PDF ten times as large: 2.6 MB instead of 256 KB at 2,000 rows.
const MAX_TAGGED_ROWS: usize = 500;

/// Renders a job in this process.
///
/// Typst cannot be interrupted: call it directly for trusted definitions only, and [`sandbox::render_within`] for all others.
///
/// # Errors
/// When the definition does not fit the data, or the Typst source is wrong: with the place and what to change.
pub fn render(job: &Job) -> Result<Rendered, RenderError> {
    let report = Report::new(job)?;
    match &job.definition.body {
        Body::Blocks(blocks) => report.render_blocks(blocks),
        Body::Typst(source) => report.render_source(source),
    }
}

/// The pages of a job of blocks as they are laid out, for tests that look at where things stand.
#[cfg(test)]
fn layout_of(job: &Job) -> Result<typst_layout::PagedDocument, RenderError> {
    let report = Report::new(job)?;
    let Body::Blocks(blocks) = &job.definition.body else { unreachable!("only blocks are looked at") };
    let resolved = resolve::resolve(&report, blocks)?;
    compile::lay_out(&report.world_of_blocks(&resolved))
}

/// A job whose title, language and parameters are known.
struct Report<'a> {
    job: &'a Job,
    lang: String,
    title: String,
    /// The words above every page, where the template has some.
    header: Option<String>,
    /// The words below every page, where the template has some.
    footer: Option<String>,
    letter: Option<LetterTexts>,
    data: Value,
    params: Map<String, Value>,
    templates: Templates,
    writing: Arc<Writing>,
    assets: BTreeMap<String, Bytes>,
    fonts: Arc<FontSet>,
    /// The theme of charts.
    chart_theme: Theme,
    warnings: Warnings,
}

impl<'a> Report<'a> {
    fn new(job: &'a Job) -> Result<Self, RenderError> {
        let lang = job.lang.as_deref().or(job.definition.lang.as_deref()).unwrap_or("en");
        let lang = domain::language::canonical(lang).unwrap_or_else(|| "en".to_owned());
        // Here is where data becomes values: in the child, which has a limit.
        let data = read(&job.data, "data")?;
        let params = read::<Option<Map<String, Value>>>(&job.params, "params")?.unwrap_or_default();
        let params = params::resolve(&job.definition.params, &params)?;
        let writing = Arc::new(Writing::new(&lang, job.zone()?, job.date));
        let templates = Templates::new(&data, &params, &job.report, Arc::clone(&writing));
        let title = templates.optional(job.definition.title.as_deref(), "title")?;
        let header = templates.optional(job.template.header.as_deref(), "template.header")?;
        let footer = templates.optional(job.template.footer.as_deref(), "template.footer")?;
        let title = title.unwrap_or_else(|| job.report.clone());
        let letter = job.letter.as_ref().map(|letter| letter.write(&templates, [&title, &job.report])).transpose()?;
        let (assets, warnings) = (picture::assets(&job.assets), Warnings::default());
        let of = if matches!(job.definition.body, Body::Blocks(_)) { Use::Blocks } else { Use::Source };
        let fonts = Arc::new(FontSet::new(assets.values().chain(job.fonts.values()), &lang, of));
        measure::use_fonts(fonts.brings_any().then(|| Arc::clone(&fonts)));
        let chart_theme = chart::theme(&job.theme);
        Ok(Self {
            job,
            lang,
            title,
            header,
            footer,
            letter,
            data,
            params,
            templates,
            writing,
            assets,
            fonts,
            chart_theme,
            warnings,
        })
    }

    fn world_of_blocks(&self, resolved: &Resolved<'_>) -> ReportWorld {
        let mut files = resolved.files(&self.chart_theme);
        let mut document = resolved.document.clone();
        document["fonts"] = self.fonts.families.clone().into();
        document["dir"] = if self.rtl() { "rtl" } else { "ltr" }.into();
        files.insert("report.json".to_owned(), json_file(&document));
        files.extend(layout::parts());
        self.world(layout::MAIN, world::library(), files)
    }

    fn render_blocks(&self, blocks: &[Block]) -> Result<Rendered, RenderError> {
        let resolved = resolve::resolve(self, blocks)?;
        let world = self.world_of_blocks(&resolved);
        let exported = self
            .export(&world, resolved.rows <= MAX_TAGGED_ROWS)
            .map_err(|error| picture::blame(error, &resolved.document, &world))?;
        exported.missing.warn_by_block(&resolved.document, &self.warnings);
        Ok(Rendered { tables: resolved.tables, xlsx: resolved.xlsx, ..self.rendered(exported)? })
    }

    fn render_source(&self, source: &str) -> Result<Rendered, RenderError> {
        if self.job.outputs.xlsx {
            return Err(workbook::no_tables());
        }
        let params = Value::Object(self.params.clone());
        let theme = serde_json::to_value(&self.job.theme).unwrap_or_default();
        let variables = [("data", &self.data), ("params", &params), ("theme", &theme)];
        let mut library = world::library();
        paper::set_defaults(&mut library, self);
        for (name, value) in variables {
            library.global.scope_mut().define(name, loading::value(value));
        }
        let files = variables.map(|(name, value)| (format!("{name}.json"), json_file(value)));
        let world = self.world(source, library, files.into());
        let exported = self.export(&world, true)?;
        exported.missing.warn_by_page(&self.warnings);
        self.rendered(exported)
    }

    fn rtl(&self) -> bool {
        self.writing.is_rtl()
    }

    /// The title on one line, as it stands above the second page and in what the PDF says of itself.
    fn running_title(&self) -> String {
        lines::tidy(&self.title).split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// The words below every page, beside its number.
    fn footer_words(&self) -> String {
        self.footer.clone().unwrap_or_else(|| format!("{}  ·  {}", self.running_title(), self.writing.date()))
    }

    fn export(&self, world: &ReportWorld, tagged: bool) -> Result<Exported, RenderError> {
        let wanted = Wanted {
            title: &self.title,
            author: self.job.author.as_deref(),
            date: TimeZone::UTC.to_datetime(self.job.date),
            tagged,
            outputs: self.job.outputs,
            exclude: &self.job.exclude_pages,
        };
        if wanted.outputs.has_pages() { compile::run(world, &wanted) } else { Ok(Exported::default()) }
    }

    fn rendered(&self, exported: Exported) -> Result<Rendered, RenderError> {
        let Exported { pdf, pages, page_count, .. } = exported;
        let (title, lang, letter) = (self.title.clone(), self.lang.to_owned(), self.letter.clone());
        let (xlsx, tables, warnings) = (Vec::new(), Vec::new(), self.warnings.take());
        if let Some(refusal) = glyphs::refusal(&warnings).filter(|_| self.job.definition.strict_glyphs) {
            return Err(refusal);
        }
        let warnings = warning::bounded(warnings);
        Ok(Rendered { title, lang, pdf, xlsx, pages, page_count, tables, letter, warnings })
    }

    fn world(&self, source: &str, mut library: LazyHash<Library>, files: BTreeMap<String, Bytes>) -> ReportWorld {
        let texts = files.values().map(|file| file.as_slice()).chain([source.as_bytes()]);
        emoji::set_font(&mut library, &self.fonts, texts);
        ReportWorld::new(source, library, files, self.assets.clone(), Arc::clone(&self.fonts), self.writing.now())
    }
}

/// The values of data that was checked when it came, or what is wrong with them all the same.
fn read<T: DeserializeOwned>(data: &Data, place: &str) -> Result<T, RenderError> {
    data.parse().map_err(|error| RenderError::report(place, format!("cannot be read: {error}")))
}

fn json_file(value: &Value) -> Bytes {
    Bytes::from_string(value.to_string())
}
