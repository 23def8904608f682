//! The execution of a report: `POST /rest/reports/execute/{type}`. Source: Exago's page “REST: GetExecute”.

use crate::{folders::text, from_relaxed, path};
use domain::{Outcome, Problem};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// In what form a report is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Html,
    Csv,
    Pdf,
    Json,
}

impl Form {
    /// Reads the last part of the path, without regard to case.
    ///
    /// # Errors
    /// `Invalid`, naming the forms that there are.
    pub fn parse(text: &str) -> Outcome<Self> {
        match text.to_ascii_lowercase().as_str() {
            "html" => Ok(Self::Html),
            "csv" => Ok(Self::Csv),
            "pdf" => Ok(Self::Pdf),
            "json" => Ok(Self::Json),
            _ => Err(Problem::invalid("type", "a report is executed as html, csv, pdf or json.")),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Csv => "csv",
            Self::Pdf => "pdf",
            Self::Json => "json",
        }
    }
}

/// What is to be executed.
#[derive(Debug, PartialEq)]
pub struct Request {
    /// The report's path in the tree.
    pub path: Vec<String>,
    /// Values of the report's parameters.
    pub params: Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Body {
    report_path: String,
    /// Ours: values by the names of the report's parameters.
    #[serde(default)]
    parameters: Map<String, Value>,
    #[serde(default)]
    sorts: Vec<Value>,
    #[serde(default)]
    filters: Vec<Value>,
}

impl Request {
    /// Reads the body, in any way that clients write it.
    ///
    /// # Errors
    /// `Invalid`, naming what is wrong. Sorts and filters are refused rather than passed over.
    pub fn parse(body: &[u8]) -> Outcome<Self> {
        let body: Body = from_relaxed(text(body)?)?;
        for (field, asked) in [("Sorts", &body.sorts), ("Filters", &body.filters)] {
            if !asked.is_empty() {
                return Err(Problem::invalid(
                    field,
                    "reports here are not sorted or filtered from outside; use Parameters.",
                ));
            }
        }
        Ok(Self { path: path::from_body("ReportPath", &body.report_path)?, params: body.parameters })
    }
}

/// The answer. A report that cannot be rendered is answered with `IsError`, for its call was right.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Execution {
    report_path: String,
    export_type: &'static str,
    data_type: &'static str,
    execute_data: Option<String>,
    is_error: bool,
    error_list: Option<Vec<String>>,
}

impl Execution {
    /// What came of it: the report as text (a PDF in base64), or what is wrong with it.
    pub fn new(path: &[String], form: Form, result: Result<String, String>) -> Self {
        let (execute_data, error) = match result {
            Ok(data) => (Some(data), None),
            Err(error) => (None, Some(vec![error])),
        };
        Self {
            report_path: domain::tree::shown(path),
            export_type: form.name(),
            data_type: "Data",
            execute_data,
            is_error: error.is_some(),
            error_list: error,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_published_sample_is_read() {
        let request = Request::parse(br"{'ReportPath':'Inventory\\Products'}").unwrap();
        assert_eq!(request.path, ["Inventory", "Products"]);
        assert!(Request::parse(b"{'ReportPath':'a','Sorts':[{}]}").unwrap_err().to_string().starts_with("Sorts: "));
    }

    #[test]
    fn an_answer_has_the_fields_of_the_document() {
        let path = ["a".to_owned(), "b".to_owned()];
        assert_eq!(
            serde_json::to_value(Execution::new(&path, Form::parse("PDF").unwrap(), Ok("JVBE".into()))).unwrap(),
            json!({"ReportPath": "a/b", "ExportType": "pdf", "DataType": "Data", "ExecuteData": "JVBE", "IsError": false, "ErrorList": null})
        );
        let failed = serde_json::to_value(Execution::new(&path, Form::Csv, Err("no".into()))).unwrap();
        assert_eq!((&failed["IsError"], &failed["ErrorList"]), (&json!(true), &json!(["no"])));
    }
}
