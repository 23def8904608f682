//! The strings of a definition are MiniJinja templates: evaluated here, with bounded work and no access to anything but the report's data.

use domain::template;
use minijinja::value::{Serde, Value as Variable};
use minijinja::{Environment, Error, ErrorKind};
use serde_json::{Map, Value};
use std::sync::Arc;

use crate::error::RenderError;
use crate::writing::Writing;

/// Evaluates templates against the data and parameters of one job.
pub struct Templates {
    environment: Environment<'static>,
    context: Variable,
    /// What `data` and `params` hold, to be named when a template asks for something else.
    known: String,
}

impl Templates {
    pub fn new(data: &Value, params: &Map<String, Value>, report: &str, writing: Arc<Writing>) -> Templates {
        // Filters are named in `domain::template`, which checks templates when a report is saved.
        let mut environment = template::environment();
        let today = writing.today();
        environment.add_filter(template::FMT, move |value: Serde<Value>, format: String| {
            write_value(&writing, &value.0, &format)
        });
        let context = minijinja::context! {
            data => Variable::from(Serde(data)),
            params => Variable::from(Serde(params)),
            report => report,
            today => today,
        };
        Templates { environment, context, known: known_names(data, params) }
    }

    /// The text that a template yields.
    pub fn text(&self, template: &str, place: &str) -> Result<String, RenderError> {
        if !template::is_template(template) {
            return Ok(template.to_owned());
        }
        self.environment
            .render_str(template, self.context.clone())
            .map_err(|error| self.explain(&error, template, place))
    }

    /// The text of a template that may be absent.
    pub fn optional(&self, template: Option<&str>, place: &str) -> Result<Option<String>, RenderError> {
        template.map(|template| self.text(template, place)).transpose()
    }

    /// The value that a template yields: a template that is one lone expression keeps the type of its value.
    pub fn value(&self, template: &Value, place: &str) -> Result<Value, RenderError> {
        let Value::String(template) = template else {
            return Ok(template.clone());
        };
        match lone_expression(template) {
            Some(expression) => self.evaluate(expression).map_err(|error| self.explain(&error, template, place)),
            None => Ok(Value::String(self.text(template, place)?)),
        }
    }

    fn evaluate(&self, expression: &str) -> Result<Value, Error> {
        let result = self.environment.compile_expression_owned(expression.to_owned())?.eval(self.context.clone())?;
        if result.is_undefined() {
            return Err(Error::from(ErrorKind::UndefinedError));
        }
        serde_json::to_value(&result).map_err(|error| Error::new(ErrorKind::BadSerialization, error.to_string()))
    }

    fn explain(&self, error: &Error, template: &str, place: &str) -> RenderError {
        let excerpt = template::excerpt(template);
        let message = match error.kind() {
            ErrorKind::UndefinedError => format!("undefined value in `{excerpt}`: there is {}", self.known),
            ErrorKind::OutOfFuel => format!("`{excerpt}` takes too long: use fewer or shorter loops"),
            kind => match error.detail() {
                Some(detail) => format!("{kind} in `{excerpt}`: {detail}"),
                None => format!("{kind} in `{excerpt}`"),
            },
        };
        RenderError::report(place, message)
    }
}

fn write_value(writing: &Writing, value: &Value, format: &str) -> Result<String, Error> {
    let refuse = |message| Error::new(ErrorKind::InvalidOperation, message);
    let format = format.parse().map_err(refuse)?;
    writing.format(value, Some(&format)).map_err(refuse)
}

/// The expression of a template that consists of nothing else.
fn lone_expression(template: &str) -> Option<&str> {
    let inner = template.trim().strip_prefix("{{")?.strip_suffix("}}")?;
    let inner = inner.strip_prefix('-').unwrap_or(inner);
    let inner = inner.strip_suffix('-').unwrap_or(inner);
    (!inner.contains("}}") && !inner.contains("{{")).then_some(inner)
}

fn known_names(data: &Value, params: &Map<String, Value>) -> String {
    const SHOWN: usize = 20;
    let data = data.as_object().into_iter().flatten().map(|(name, _)| format!("data.{name}"));
    let params = params.iter().map(|(name, _)| format!("params.{name}"));
    let names: Vec<String> = data.chain(params).take(SHOWN).collect();
    if names.is_empty() { "no data and no parameter".to_owned() } else { names.join(", ") }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn templates() -> Templates {
        let data = json!({"revenue": 1200.5, "rows": [{"a": 1}, {"a": 2}], "name": "<b>"});
        let params = json!({"quarter": "Q1"}).as_object().unwrap().clone();
        let writing = Writing::new("en", jiff::tz::TimeZone::UTC, "2026-03-31T10:00:00Z".parse().unwrap());
        Templates::new(&data, &params, "Sales", Arc::new(writing))
    }

    #[test]
    fn a_lone_expression_keeps_its_type() {
        let cases = [
            ("a number", json!("{{ data.revenue }}"), json!(1200.5)),
            ("a list", json!("{{- data.rows -}}"), json!([{"a": 1}, {"a": 2}])),
            ("arithmetic", json!("{{ data.rows|length + 1 }}"), json!(3)),
            ("words around it make a text", json!("{{ data.revenue }} EUR"), json!("1200.5 EUR")),
            ("two expressions make a text", json!("{{ 1 }}{{ 2 }}"), json!("12")),
            ("a number stays as it is", json!(3), json!(3)),
        ];
        for (what, template, value) in cases {
            assert_eq!(templates().value(&template, "here").unwrap(), value, "{what}");
        }
    }

    #[test]
    fn texts_see_data_parameters_and_the_date_and_are_not_escaped() {
        let text = templates().text("{{ params.quarter }} {{ data.name }} {{ today }} {{ report }}", "here");
        assert_eq!(text.unwrap(), "Q1 <b> 2026-03-31 Sales");
        let written = templates().text("{{ data.revenue|fmt('currency:EUR') }}", "here");
        assert_eq!(written.unwrap(), "€1,200.50");
    }

    #[test]
    fn every_filter_that_a_saved_template_may_use_exists() {
        let templates = templates();
        let mut state = templates.environment.empty_state();
        for name in template::FILTERS {
            let error = state.apply_filter(name, &[]).unwrap_err();
            assert_ne!(error.kind(), ErrorKind::UnknownFilter, "{name}");
        }
    }

    #[test]
    fn a_wrong_template_says_where_and_what_to_change() {
        let cases = [
            (
                "an unknown name",
                "Total {{ data.revenu }}",
                "undefined value in `Total {{ data.revenu }}`: there is data.revenue, data.rows, data.name, params.quarter",
            ),
            ("an unknown name alone", "{{ data.revenu }}", "undefined value in `{{ data.revenu }}`"),
            ("a syntax error", "{{ data. }}", "syntax error in `{{ data. }}`"),
            ("an unknown filter", "{{ 1|nope }} ", "unknown filter"),
            ("a wrong format", "{{ 1|fmt('roman') }} ", "unknown format `roman`"),
            ("a file", "{% include '/etc/passwd' %}", "in `{% include '/etc/passwd' %}`"),
            ("a giant range", "{% for i in range(1000000000) %}x{% endfor %}", "range has too many elements"),
            (
                "an endless loop",
                "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}",
                "takes too long",
            ),
        ];
        for (what, template, message) in cases {
            let error = templates().value(&json!(template), "blocks[0].text").unwrap_err();
            assert_eq!(error.place, "blocks[0].text", "{what}");
            assert!(error.message.contains(message), "{what}: {}", error.message);
        }
    }
}
