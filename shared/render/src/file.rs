//! What one rendition comes to as a file to download: the report's own, or a ZIP when there are several.

use domain::rendition::Form;

use crate::archive::{Entry, pack};
use crate::error::RenderError;
use crate::job::{Job, Outputs, Page, Pictures, Rendered, TableFile};
use crate::page::{PageInfo, file_name, standalone_html};
use crate::workbook;

/// A file to download.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// The name, such as `Sales dashboard.pdf`.
    pub name: String,
    /// What `Content-Type` says.
    pub media_type: &'static str,
    /// The content.
    pub bytes: Vec<u8>,
}

const ZIP: &str = "application/zip";

/// What must be made of a report for this form.
pub const fn outputs_for(form: Form) -> Outputs {
    let tables = Outputs::tables();
    match form {
        Form::Pdf => Outputs { pdf: true, ..tables },
        Form::Xlsx => Outputs { xlsx: true, ..tables },
        Form::Csv => tables,
        Form::Html => Outputs { svg: true, ..tables },
        Form::Png => Outputs { png: Pictures::All, ..tables },
    }
}

/// The file of a report that was rendered with [`outputs_for`] its form. With attachments it is a ZIP that also holds the rows of
/// the tables and the data. The same input yields the same bytes.
///
/// # Errors
/// When the report has nothing to show in this form.
pub fn file(
    job: &Job,
    rendered: &Rendered,
    form: Form,
    include_attachments: bool,
    version: u64,
) -> Result<File, RenderError> {
    let mut entries = entries(job, rendered, form, version)?;
    if include_attachments {
        entries.extend(attachments(job, rendered));
    } else if let [_] = entries.as_slice() {
        return Ok(entries.remove(0)).map(|only| File {
            name: only.name,
            media_type: media_type(form),
            bytes: only.bytes.into_owned(),
        });
    }
    let bytes =
        pack(&entries).map_err(|error| RenderError::internal(format!("the files cannot be packed: {error}")))?;
    Ok(File { name: file_name(&rendered.title, "zip"), media_type: ZIP, bytes })
}

/// The rows of the tables, each as a file; a lone one is named after the report.
pub fn csv_files(rendered: &Rendered) -> Vec<File> {
    let media_type = media_type(Form::Csv);
    let file = |name: String, table: &TableFile| File { name, media_type, bytes: table.csv.clone().into_bytes() };
    match rendered.tables.as_slice() {
        [only] => vec![file(file_name(&rendered.title, "csv"), only)],
        several => several.iter().map(|table| file(table.name.clone(), table)).collect(),
    }
}

const fn media_type(form: Form) -> &'static str {
    match form {
        Form::Pdf => "application/pdf",
        Form::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        Form::Csv => "text/csv; charset=utf-8",
        Form::Html => "text/html; charset=utf-8",
        Form::Png => "image/png",
    }
}

/// The report in its form: one file, or several of CSV and PNG.
fn entries<'a>(job: &Job, rendered: &'a Rendered, form: Form, version: u64) -> Result<Vec<Entry<'a>>, RenderError> {
    let name = file_name(&rendered.title, &form.to_string());
    match form {
        Form::Pdf => Ok(vec![Entry::stored(name, made(&rendered.pdf)?)]),
        Form::Xlsx if rendered.tables.is_empty() => Err(workbook::no_tables()),
        Form::Xlsx => Ok(vec![Entry::stored(name, made(&rendered.xlsx)?)]),
        Form::Csv => tables(rendered),
        Form::Html => {
            let info = PageInfo { title: rendered.title.clone(), version, published: job.date };
            Ok(vec![Entry::deflated(name, standalone_html(rendered, &info)?.into_bytes())])
        }
        Form::Png => pictures(name, &rendered.pages),
    }
}

fn tables(rendered: &Rendered) -> Result<Vec<Entry<'_>>, RenderError> {
    let files = csv_files(rendered);
    if files.is_empty() {
        return Err(RenderError::request(
            "format",
            "the report has no tables, so that there is nothing to write as CSV",
        ));
    }
    Ok(files.into_iter().map(|file| Entry::deflated(file.name, file.bytes)).collect())
}

fn pictures(name: String, pages: &[Page]) -> Result<Vec<Entry<'_>>, RenderError> {
    match pages {
        [only] => Ok(vec![Entry::stored(name, made(&only.png)?)]),
        several => {
            let mut files = Vec::with_capacity(several.len());
            for Page { number, png, .. } in several {
                files.push(Entry::stored(format!("page-{number}.png"), made(png)?));
            }
            Ok(files)
        }
    }
}

/// What was asked for when the job was rendered.
fn made(bytes: &[u8]) -> Result<&[u8], RenderError> {
    if bytes.is_empty() {
        return Err(RenderError::internal("the report was not rendered in this form"));
    }
    Ok(bytes)
}

fn attachments<'a>(job: &'a Job, rendered: &'a Rendered) -> Vec<Entry<'a>> {
    let tables = rendered.tables.iter();
    let tables = tables.map(|TableFile { name, csv }| Entry::deflated(format!("data/{name}"), csv.as_bytes()));
    let data = Entry::deflated("data/data.json", job.data.text().as_bytes());
    tables.chain([data]).collect()
}
