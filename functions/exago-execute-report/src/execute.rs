//! A report as text: its page, its tables, or its PDF in base64.

use base64::{Engine, engine::general_purpose::STANDARD};
use domain::{Outcome, Problem, credential::Role, definition::CsvOptions, warnings::to_header};
use exago::execution::Form;
use lambda::store::{Aws, OpenReport, Reports, Tree, ambient};
use render::{
    Job, Outputs, Rendered, TableFile,
    page::{PageInfo, standalone_html},
};
use renditions::renderer::{Contents, Failure, Renderer, warnings};
use serde_json::{Map, Value};

/// What a function can answer, with the text around it: Lambda takes 6 MB, and JSON writes some characters as two.
const LARGEST: usize = 4_500_000;

/// A report as text.
pub struct Executed {
    pub text: String,
    /// What it lacks, as [`domain::warnings::to_header`] writes it.
    pub warnings: Option<String>,
}

/// What every execution needs.
pub struct Executor {
    tree: Tree,
    reports: Reports,
    renderer: Renderer,
}

impl Executor {
    /// # Errors
    /// `Internal` if a variable is missing.
    pub fn new(aws: &Aws) -> Outcome<Self> {
        Ok(Self { tree: Tree::new(aws)?, reports: Reports::new(aws)?, renderer: Renderer::new(aws)? })
    }

    /// The report at `path` in this form, and what it lacks as a header has it. The inner error is what is wrong with the report itself.
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
    ) -> Outcome<Result<Executed, String>> {
        let uid = self.tree.report_at(workspace, path, role).await?;
        let open = self.reports.open(uid).await?.filter(|open| open.report.deleted_at.is_none());
        let open = open.ok_or_else(|| Problem::no_report(&uid))?;
        let rendered = match self.render(&open, params, form).await {
            Ok(rendered) => rendered,
            // The report is at fault, and not the request: Exago's clients look for that in the body.
            Err(failure) => return failure.reason().map(Err),
        };
        let text = answer(&rendered, open.version.version, form)?;
        Ok(text.map(|text| Executed { text, warnings: to_header(&warnings(&rendered)) }))
    }

    async fn render(&self, open: &OpenReport, params: Map<String, Value>, form: Form) -> Result<Rendered, Failure> {
        let (version, source, assets) = self.reports.contents(open, open.version.version).await?;
        let contents = Contents { report: &open.report, version: &version, source: &source, assets };
        let look = self.renderer.own_look(&open.report).await?;
        let wanted = |mut job: Job| {
            job.definition.csv = csv_options(job.definition.csv, form);
            Job { params: params.into(), outputs: outputs(form), ..job }
        };
        Ok(self.renderer.render(contents, look, ambient::now(), wanted).await?.1)
    }
}

/// What must be made for this form.
const fn outputs(form: Form) -> Outputs {
    let tables = Outputs::tables();
    match form {
        Form::Pdf => Outputs { pdf: true, ..tables },
        Form::Html => Outputs { svg: true, ..tables },
        Form::Csv | Form::Json => tables,
    }
}

/// How tables are written: the caller is a program, whatever the language of the report, and JSON is read back from CSV.
fn csv_options(own: CsvOptions, form: Form) -> CsvOptions {
    match form {
        Form::Json => CsvOptions::PLAIN,
        Form::Csv | Form::Pdf | Form::Html => own.or_plain(),
    }
}

fn answer(rendered: &Rendered, version: u64, form: Form) -> Outcome<Result<String, String>> {
    let text = match form {
        Form::Pdf => STANDARD.encode(&rendered.pdf),
        Form::Csv => rendered.tables.iter().map(|table| table.csv.as_str()).collect::<Vec<_>>().join("\r\n"),
        Form::Json => tables(&rendered.tables)?.to_string(),
        Form::Html => {
            let info = PageInfo { title: rendered.title.clone(), version, published: ambient::now() };
            standalone_html(rendered, &info).map_err(Problem::internal)?
        }
    };
    if text.len() > LARGEST {
        let megabytes = text.len().div_ceil(1_000_000);
        return Ok(Err(format!(
            "The result has {megabytes} MB, and an answer takes 4.5 MB. Publish the report, or show less."
        )));
    }
    Ok(Ok(text))
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
