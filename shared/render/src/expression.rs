//! The strings of a definition are MiniJinja templates: evaluated here, with bounded work and no access to anything but the report's data.

use std::sync::Arc;

use domain::template;
use minijinja::value::Value as Variable;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, Output, State};
use serde_json::{Map, Value};

use crate::error::RenderError;
use crate::markdown;
use crate::writing::Writing;

mod filters;
mod operators;
mod values;

use values::{object, shown, value, variable};

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
        environment.set_formatter(print);
        filters::add(&mut environment);
        operators::add(&mut environment);
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
        self.render(template::TEXT, template, place)
    }

    /// The Markdown that a template yields: what comes from the data makes no markup, but by the filter `markdown`.
    pub fn markdown(&self, template: &str, place: &str) -> Result<String, RenderError> {
        self.render(template::MARKDOWN, template, place)
    }

    fn render(&self, kind: &'static str, template: &str, place: &str) -> Result<String, RenderError> {
        // Most strings are no templates.
        if !template::is_template(template) {
            return Ok(template.to_owned());
        }
        template::render(&self.environment, kind, template, self.context.clone())
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
        value(&template::evaluate(&self.environment, expression, self.context.clone())?)
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
    let value = match variable.as_str() {
        // What a block of Markdown has caught: `{% set a %}{{ data.a }}{% endset %}`.
        Some(text) if variable.is_safe() => Value::String(markdown::show(text.into()).into_string()),
        _ => value(variable)?,
    };
    writing.format(&value, Some(&format)).map_err(refuse)
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
mod tests;
