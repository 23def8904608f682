//! Report types, themes and templates, as they are made and changed. The calls are ours, in the style of the others.

use crate::lists::PresetItem;
use domain::{
    Outcome, Problem,
    definition::{Orientation, PageSize},
    names::ReportRef,
    preset::{Preset, ReportType, check},
    rendition::Template,
    theme::Theme,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The body of `PUT …/report-types/{code}`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReportTypeFields {
    name: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    default_report_id: Option<ReportId>,
}

#[derive(Debug, Deserialize)]
#[serde(try_from = "Value")]
enum ReportId {
    Number(u64),
    Text(String),
}

// By way of a value: an untagged enum would see a number as the object that carries its digits.
impl TryFrom<Value> for ReportId {
    type Error = &'static str;

    fn try_from(value: Value) -> Result<Self, Self::Error> {
        match value {
            Value::String(text) => Ok(Self::Text(text)),
            other => other.as_u64().map(Self::Number).ok_or("write a number, a uid or a natural id of a report"),
        }
    }
}

/// The longest description, in characters.
const MAX_DESCRIPTION: usize = 2_000;

impl ReportTypeFields {
    /// The name, what is particular about the type but its default report, and what the body calls that.
    ///
    /// # Errors
    /// `Invalid`, naming the field.
    pub fn check(self, code: &str) -> Outcome<(String, ReportType, Option<ReportRef>)> {
        check::<ReportType>(code, &self.name)?;
        if self.description.chars().count() > MAX_DESCRIPTION {
            return Err(Problem::invalid("description", format!("use at most {MAX_DESCRIPTION} characters.")));
        }
        let default = self.default_report_id.map(reference).transpose()?.flatten();
        Ok((self.name, ReportType { description: self.description, default_report: None }, default))
    }
}

/// The report that is meant; none by an empty text.
fn reference(id: ReportId) -> Outcome<Option<ReportRef>> {
    match id {
        ReportId::Number(number) => Ok(Some(ReportRef::Number(number))),
        ReportId::Text(text) if text.trim().is_empty() => Ok(None),
        // In an address such a text is not found; here it is a field at fault.
        ReportId::Text(text) => ReportRef::parse(text.trim())
            .map(Some)
            .map_err(|_| Problem::invalid("defaultReportId", "write a number, a uid or a natural id of a report.")),
    }
}

/// The body of `PUT …/themes/{code}`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ThemeFields {
    name: String,
    #[serde(default, alias = "colors")]
    colours: Option<Value>,
}

impl ThemeFields {
    /// The name and the theme; what the body leaves out is as in the default theme.
    ///
    /// # Errors
    /// `Invalid`, naming the field, such as `colours.accent`.
    pub fn check(self, code: &str) -> Outcome<(String, Theme)> {
        check::<Theme>(code, &self.name)?;
        Ok((self.name, self.colours.as_ref().map(theme).transpose()?.unwrap_or_default()))
    }
}

fn theme(colours: &Value) -> Outcome<Theme> {
    if !colours.is_object() {
        return Err(Problem::invalid("colours", "write an object, such as {\"accent\":\"#0f766e\"}."));
    }
    let problem = |wrong: domain::theme::InvalidTheme| {
        Problem::invalid(format!("colours.{}", wrong.field), format!("{}.", wrong.message))
    };
    Theme::parse(colours).map_err(problem)
}

/// The body of `PUT …/templates/{code}`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TemplateFields {
    name: String,
    size: Option<PageSize>,
    orientation: Option<Orientation>,
    header: Option<String>,
    footer: Option<String>,
}

impl TemplateFields {
    /// The name and the template.
    ///
    /// # Errors
    /// `Invalid`, naming the field.
    pub fn check(self, code: &str) -> Outcome<(String, Template)> {
        check::<Template>(code, &self.name)?;
        let Self { name, size, orientation, header, footer } = self;
        let template = Template { size, orientation, header, footer };
        template.check()?;
        Ok((name, template))
    }
}

/// The answer to a change of a theme.
#[derive(Debug, Serialize)]
pub struct ThemeItem {
    #[serde(flatten)]
    item: PresetItem,
    colours: Theme,
}

impl From<&Preset<Theme>> for ThemeItem {
    fn from(preset: &Preset<Theme>) -> Self {
        Self { item: preset.into(), colours: preset.details.clone() }
    }
}

/// The answer to a change of a template; `null` is as the report itself has it.
#[derive(Debug, Serialize)]
pub struct TemplateItem {
    #[serde(flatten)]
    item: PresetItem,
    size: Option<PageSize>,
    orientation: Option<Orientation>,
    header: Option<String>,
    footer: Option<String>,
}

impl From<&Preset<Template>> for TemplateItem {
    fn from(preset: &Preset<Template>) -> Self {
        let Template { size, orientation, header, footer } = preset.details.clone();
        Self { item: preset.into(), size, orientation, header, footer }
    }
}

#[cfg(test)]
#[path = "presets_tests.rs"]
mod tests;
