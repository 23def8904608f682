//! The strings of a definition are MiniJinja templates: evaluated here, with bounded work and no access to anything but the report's data.

use std::sync::Arc;

use domain::template;
use minijinja::value::Value as Variable;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, Output, State};
use serde_json::{Map, Value};

use crate::error::RenderError;
use crate::markdown;
use crate::writing::Writing;

mod values;

use values::{object, shown, value, variable};

/// The kinds of templates, by the name under which they are rendered.
const PLAIN: &str = "text";
const MARKDOWN: &str = template::MARKDOWN;

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
        environment.set_auto_escape_callback(|name| match name {
            MARKDOWN => AutoEscape::Custom(MARKDOWN.into()),
            _ => AutoEscape::None,
        });
        environment.set_formatter(print);
        environment.add_filter(template::MARKDOWN, |value: Variable| {
            shown(&value).map(|text| Variable::from_safe_string(text.into_owned()))
        });
        environment
            .add_filter(template::FMT, move |value: Variable, format: String| write_value(&writing, &value, &format));
        let context = minijinja::context! {
            data => variable(data),
            params => object(params),
            report => report,
            today => today,
        };
        Templates { environment, context, known: known_names(data, params) }
    }

    /// The text that a template yields.
    pub fn text(&self, template: &str, place: &str) -> Result<String, RenderError> {
        self.render(PLAIN, template, place)
    }

    /// The Markdown that a template yields: what comes from the data makes no markup, but by the filter `markdown`.
    pub fn markdown(&self, template: &str, place: &str) -> Result<String, RenderError> {
        self.render(MARKDOWN, template, place)
    }

    fn render(&self, kind: &str, template: &str, place: &str) -> Result<String, RenderError> {
        // Most strings are no templates.
        if !template::is_template(template) {
            return Ok(template.to_owned());
        }
        self.environment
            .render_named_str(kind, template, self.context.clone())
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
        value(&result)
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

fn write_value(writing: &Writing, variable: &Variable, format: &str) -> Result<String, Error> {
    let refuse = |message| Error::new(ErrorKind::InvalidOperation, message);
    let format = format.parse().map_err(refuse)?;
    writing.format(&value(variable)?, Some(&format)).map_err(refuse)
}

/// Prints a value into a text.
fn print(out: &mut Output, state: &mut State, variable: &Variable) -> Result<(), Error> {
    let is_data = matches!(state.auto_escape(), AutoEscape::Custom(_)) && !variable.is_safe();
    let text = shown(variable)?;
    if is_data {
        markdown::hide(&text, out)?
    } else {
        out.write_str(&text)?
    }
    Ok(())
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
        let data = r#"{"revenue": 1200.5, "rows": [{"a": 1}, {"a": 2}], "name": "<b>", "none": null, "paid": true, "sum": 1200.0, "big": 1e21,
            "tiny": 1.2e-7, "id": 9223372036854775807, "long": 12345678901234567890.12345678901234567890, "tags": ["a", null, 1.0], "url": "a_b",
            "words": "**a**\n# b"}"#;
        let data: Value = serde_json::from_str(data).unwrap();
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
            ("null", json!("{{ data.none }}"), json!(null)),
            ("an object", json!("{{ data.rows[0] }}"), json!({"a": 1})),
            ("a long number", json!("{{ data.long }}"), templates_number("12345678901234567890.12345678901234567890")),
        ];
        for (what, template, value) in cases {
            assert_eq!(templates().value(&template, "here").unwrap(), value, "{what}");
        }
    }

    fn templates_number(text: &str) -> Value {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn values_are_printed_as_people_write_them() {
        let cases = [
            ("Dear {{ data.none }}!", "Dear !"),
            ("paid: {{ data.paid }}, {{ not data.paid }}", "paid: true, false"),
            ("{{ data.sum }} and {{ data.sum / 5 }}", "1200 and 240"),
            ("{{ data.big }}; {{ data.tiny }}", "1000000000000000000000; 0.00000012"),
            ("no. {{ data.id }}", "no. 9223372036854775807"),
            (
                "{{ data.long }} {{ data.long|fmt('number:2') }}",
                "12345678901234567890.12345678901234567890 12,345,678,901,234,567,890.12",
            ),
            ("{{ data.tags }}", "a, , 1"),
            ("{{ 7 // 2 }} {{ 7 / 2 }} {{ 0.1 + 0.2 }}", "3 3.5 0.30000000000000004"),
        ];
        for (template, expected) in cases {
            assert_eq!(templates().text(template, "here").unwrap(), expected, "{template}");
        }
        let refused = templates().text("{{ 1e308 * 10 }}.", "here").unwrap_err();
        assert!(refused.message.contains("no finite number"), "{refused}");
    }

    #[test]
    fn data_makes_no_markup_unless_it_is_asked_to() {
        let nodes = |template: &str| markdown::tree(&templates().markdown(template, "here").unwrap(), 500.0);
        let text = |words: &str| json!({"t": "text", "v": words});
        let paragraph = |nodes: Value| vec![json!({"t": "p", "c": nodes})];
        let cases = [
            ("{{ data.name }}", paragraph(json!([text("<b>")]))),
            ("{{ data.words }}", paragraph(json!([text("**a**"), {"t": "br"}, text("# b")]))),
            ("**{{ data.url }}**", paragraph(json!([{"t": "strong", "c": [text("a_b")]}]))),
            ("{{ '*a*'|markdown }}", paragraph(json!([{"t": "emph", "c": [text("a")]}]))),
            ("{{ data.revenue|fmt('currency:EUR') }}", paragraph(json!([text("€1,200.50")]))),
        ];
        for (template, expected) in cases {
            assert_eq!(nodes(template), expected, "{template}");
        }
        assert_eq!(nodes("{{ data.words|markdown }}").last().unwrap()["t"], "heading");
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
                "undefined value in `Total {{ data.revenu }}`: there is data.revenue, data.rows, data.name, data.none",
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
