//! A report as text: its page, its tables, or its PDF in base64.

use base64::{Engine, engine::general_purpose::STANDARD};
use domain::{Outcome, Problem, credential::Role};
use exago::execution::Form;
use lambda::store::{Aws, Reports, Tree, ambient, aws::Variable};
use render::{
    Cause, Job, Rendered, TableFile,
    page::{PageInfo, index_html},
    sandbox::{Limits, render_within},
};
use serde_json::{Map, Value};

/// What a function can answer, with the text around it: Lambda takes 6 MB, and JSON writes some characters as two.
const LARGEST: usize = 4_500_000;

/// What every execution needs.
pub struct Executor {
    tree: Tree,
    reports: Reports,
    limits: Limits,
}

impl Executor {
    /// # Errors
    /// `Internal` if a variable is missing.
    pub fn new(aws: &Aws) -> Outcome<Self> {
        let limits =
            Limits { seconds: Variable::RenderSeconds.number()?, memory_mb: Variable::RenderMemoryMb.number()? };
        Ok(Self { tree: Tree::new(aws)?, reports: Reports::new(aws)?, limits })
    }

    /// The report at `path` in this form. The inner error is what is wrong with the report itself.
    ///
    /// # Errors
    /// `NotFound` for a path without a report, `Internal` when a service does not answer.
    pub async fn execute(
        &self,
        workspace: &str,
        path: &[String],
        params: Map<String, Value>,
        form: Form,
        role: Role,
    ) -> Outcome<Result<String, String>> {
        let uid = self.tree.report_at(workspace, path, role).await?;
        let open = self.reports.open(uid).await?.filter(|open| open.report.deleted_at.is_none());
        let open = open.ok_or_else(|| Problem::no_report(&uid))?;
        let (source, assets) = (self.reports.source(&open).await?, self.reports.assets(&open).await?);
        let job = Job::of_report(&open.report, &open.version, &source, assets, ambient::now());
        let rendered = match job {
            Ok(job) => render_within(&Job { params, ..job }, self.limits).await,
            Err(error) => Err(error),
        };
        match rendered {
            Ok(rendered) => answer(&rendered, open.version.version, form),
            Err(error) if error.cause == Cause::Internal => Err(Problem::internal(error)),
            Err(error) => Ok(Err(error.to_string())),
        }
    }
}

fn answer(rendered: &Rendered, version: u64, form: Form) -> Outcome<Result<String, String>> {
    let text = match form {
        Form::Pdf => STANDARD.encode(&rendered.pdf),
        Form::Csv => rendered.tables.iter().map(|table| table.csv.as_str()).collect::<Vec<_>>().join("\r\n"),
        Form::Json => tables(&rendered.tables)?.to_string(),
        Form::Html => page(rendered, version)?,
    };
    if text.len() > LARGEST {
        let megabytes = text.len().div_ceil(1_000_000);
        return Ok(Err(format!(
            "The result has {megabytes} MB, and an answer takes 4.5 MB. Publish the report, or show less."
        )));
    }
    Ok(Ok(text))
}

/// The page by itself: its pictures are inside.
fn page(rendered: &Rendered, version: u64) -> Outcome<String> {
    let info = PageInfo { title: rendered.title.clone(), version, published: ambient::now() };
    let html = index_html(rendered, &info).map_err(Problem::internal)?;
    let pictures = rendered.pages.iter().enumerate().map(|(n, page)| (format!("=\"pages/{}.svg", n + 1), &page.svg));
    Ok(pictures.fold(html, |html, (address, svg)| {
        html.replace(&address, &format!("=\"data:image/svg+xml;base64,{}", STANDARD.encode(svg)))
    }))
}

/// The rows of each table, as objects by the titles of the columns.
fn tables(files: &[TableFile]) -> Outcome<Value> {
    let mut tables = Map::new();
    for file in files {
        let mut reader = csv::Reader::from_reader(file.csv.trim_start_matches('\u{feff}').as_bytes());
        let rows = reader.deserialize::<Map<String, Value>>().collect::<Result<Vec<_>, _>>();
        let rows = rows.map_err(Problem::internal)?.into_iter().map(Value::Object).collect();
        tables.insert(file.name.trim_end_matches(".csv").to_owned(), Value::Array(rows));
    }
    Ok(Value::Object(tables))
}
