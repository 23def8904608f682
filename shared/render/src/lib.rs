//! From a definition and data to a PDF, pictures of its pages and CSV: the only crate that links Typst.
//!
//! - [`Job`] goes in, [`Rendered`] comes out, by [`render`]; [`RenderError`] says what the author of the report must change.
//! - [`sandbox`] does the same in a child process with limits: the only right way for definitions that users bring.
//! - [`bundle`] packs a job and what was rendered from it into one ZIP; [`page`] is the public page inside, and that of a preview.
//! - [`file`] is what one rendition comes to as a file to download; [`LetterTexts`] are the words of a mail that carries it.
//!
//! Inside: `resolve` turns blocks and data into a document of plain texts (by `expression`, `writing`, `markdown`, `chart`, `table`),
//! `workbook` writes tables into sheets, `world` is all that Typst can see, `compile` runs it, `text` reads the words of a page back.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::definition::{Block, Body};
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde_json::{Map, Value};
use typst::Library;
use typst::foundations::Bytes;

mod archive;
pub mod bundle;
mod chart;
mod compile;
mod error;
mod expression;
pub mod file;
mod fonts;
mod job;
mod layout;
mod letter;
mod markdown;
mod measure;
pub mod page;
mod paper;
mod params;
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

pub use domain::theme::Theme;
pub use error::{Cause, RenderError};
pub use job::{Job, Outputs, Page, Pictures, Rendered, TableFile};
pub use letter::{LetterTemplates, LetterTexts, subject_line};
pub use warning::Warning;

use compile::{Exported, Wanted};
use expression::Templates;
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
    let lang = job.lang.as_deref().or(job.definition.lang.as_deref()).unwrap_or("en");
    let params = params::resolve(&job.definition.params, &job.params)?;
    let writing = Arc::new(Writing::new(lang, job.zone()?, job.date));
    let templates = Templates::new(&job.data, &params, &job.report, Arc::clone(&writing));
    let title = templates.optional(job.definition.title.as_deref(), "title")?;
    let header = templates.optional(job.template.header.as_deref(), "template.header")?;
    let footer = templates.optional(job.template.footer.as_deref(), "template.footer")?;
    let title = title.unwrap_or_else(|| job.report.clone());
    let letter = job.letter.as_ref().map(|letter| letter.write(&templates, [&title, &job.report])).transpose()?;
    let report =
        Report { job, lang, title, header, footer, letter, params, templates, writing, warnings: Warnings::default() };
    match &job.definition.body {
        Body::Blocks(blocks) => report.render_blocks(blocks),
        Body::Typst(source) => report.render_source(source),
    }
}

/// A job whose title, language and parameters are known.
struct Report<'a> {
    job: &'a Job,
    lang: &'a str,
    title: String,
    /// The words above every page, where the template has some.
    header: Option<String>,
    /// The words below every page, where the template has some.
    footer: Option<String>,
    letter: Option<LetterTexts>,
    params: Map<String, Value>,
    templates: Templates,
    writing: Arc<Writing>,
    warnings: Warnings,
}

impl Report<'_> {
    fn render_blocks(&self, blocks: &[Block]) -> Result<Rendered, RenderError> {
        let resolved = resolve::resolve(self, blocks)?;
        let mut files = resolved.files;
        files.insert("report.json".to_owned(), json_file(&resolved.document));
        files.extend(layout::parts());
        let world = self.world(layout::MAIN, world::library(), files);
        let exported = self.export(&world, resolved.rows <= MAX_TAGGED_ROWS).map_err(blame_asset)?;
        Ok(Rendered { tables: resolved.tables, xlsx: resolved.xlsx, ..self.rendered(exported) })
    }

    fn render_source(&self, source: &str) -> Result<Rendered, RenderError> {
        if self.job.outputs.xlsx {
            return Err(workbook::no_tables());
        }
        let params = Value::Object(self.params.clone());
        let theme = serde_json::to_value(&self.job.theme).unwrap_or_default();
        let variables = [("data", &self.job.data), ("params", &params), ("theme", &theme)];
        let mut library = world::library();
        paper::set_defaults(&mut library, self);
        for (name, value) in variables {
            let value = typst::foundations::Value::deserialize(value)
                .map_err(|error| RenderError::report(name, format!("cannot be used in Typst: {error}")))?;
            library.global.scope_mut().define(name, value);
        }
        let files = variables.map(|(name, value)| (format!("{name}.json"), json_file(value)));
        let world = self.world(source, library, files.into());
        Ok(self.rendered(self.export(&world, true)?))
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

    fn rendered(&self, exported: Exported) -> Rendered {
        let Exported { pdf, pages, page_count } = exported;
        let (title, lang, letter) = (self.title.clone(), self.lang.to_owned(), self.letter.clone());
        let (xlsx, tables, warnings) = (Vec::new(), Vec::new(), self.warnings.take());
        Rendered { title, lang, pdf, xlsx, pages, page_count, tables, letter, warnings }
    }

    fn world(&self, source: &str, library: Library, files: BTreeMap<String, Bytes>) -> ReportWorld {
        let shared = |(name, bytes): (&String, &Vec<u8>)| (name.clone(), Bytes::new(bytes.clone()));
        let assets = self.job.assets.iter().map(shared).collect();
        ReportWorld::new(source, library, files, assets, self.writing.now())
    }
}

fn json_file(value: &Value) -> Bytes {
    Bytes::from_string(value.to_string())
}

/// The layout of blocks is ours, and what it cannot show is an asset of the report.
fn blame_asset(error: RenderError) -> RenderError {
    if error.place.starts_with("typst") { RenderError { place: "blocks".to_owned(), ..error } } else { error }
}
