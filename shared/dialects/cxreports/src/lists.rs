//! What a workspace has, item by item. The fields are those that the official clients read; ids are JSON integers, for
//! these clients drop any other. Source: “CxReports API”, and the official Python client.

use domain::{
    preset::{Preset, PresetKind, ReportType},
    rendition::Template,
    report::Listed,
    theme::Theme,
    workspace::Workspace,
};
use serde::Serialize;
use uuid::Uuid;

/// An item of `GET /api/v1/workspaces`.
#[derive(Debug, Serialize)]
pub struct WorkspaceItem {
    id: u64,
    name: String,
    description: String,
    code: String,
}

impl From<Workspace> for WorkspaceItem {
    fn from(workspace: Workspace) -> Self {
        Self { id: workspace.number, name: workspace.name, description: workspace.description, code: workspace.code }
    }
}

/// An item of `GET …/reports`. `uid` and `naturalId` are ours.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReportItem {
    id: u64,
    name: String,
    report_type_id: Option<u64>,
    report_type_name: Option<String>,
    report_template_name: Option<String>,
    /// Always `null`: the pictures of a report's pages come with its preview.
    preview_image: (),
    theme_name: Option<String>,
    /// Whether the report stands for its type where a report is named by the type's code.
    is_default: bool,
    uid: Uuid,
    natural_id: String,
}

/// What a report has that says nothing of its theme or template.
const DEFAULT: &str = "default";

impl ReportItem {
    /// A report among all that its workspace offers. What the workspace does not have is called by the report's own
    /// word.
    pub fn new(
        report: &Listed,
        types: &[Preset<ReportType>],
        themes: &[Preset<Theme>],
        templates: &[Preset<Template>],
    ) -> Self {
        let word = report.report_type.as_deref().filter(|word| !word.is_empty());
        let kind = word.and_then(|word| types.iter().find(|kind| kind.is_called(word)));
        Self {
            id: report.number,
            name: report.name.clone(),
            report_type_id: kind.map(|kind| kind.number),
            report_type_name: word.map(|word| name(types, word)),
            report_template_name: Some(name(templates, report.template.as_deref().unwrap_or_default())),
            preview_image: (),
            theme_name: Some(name(themes, &report.theme)),
            is_default: kind.is_some_and(|kind| kind.details.default_report == Some(report.uid)),
            uid: report.uid,
            natural_id: report.natural_id.to_string(),
        }
    }
}

fn name<T: PresetKind>(presets: &[Preset<T>], word: &str) -> String {
    let word = if word.is_empty() { DEFAULT } else { word };
    let preset = presets.iter().find(|preset| preset.is_called(word));
    preset.map_or(word, |preset| &preset.name).to_owned()
}

/// An item of `GET …/report-types`, and the answer to a change of one.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReportTypeItem {
    id: u64,
    name: String,
    description: String,
    code: String,
    default_report_id: Option<u64>,
    default_report_name: Option<String>,
}

impl ReportTypeItem {
    /// `default` is the report that stands for the type, if there is one and the caller may see it.
    pub fn new(preset: &Preset<ReportType>, default: Option<&Listed>) -> Self {
        Self {
            id: preset.number,
            name: preset.name.clone(),
            description: preset.details.description.clone(),
            code: preset.code.clone(),
            default_report_id: default.map(|report| report.number),
            default_report_name: default.map(|report| report.name.clone()),
        }
    }
}

/// An item of `GET …/themes` and `GET …/templates`.
#[derive(Debug, Serialize)]
pub struct PresetItem {
    id: u64,
    code: String,
    name: String,
}

impl<T> From<&Preset<T>> for PresetItem {
    fn from(preset: &Preset<T>) -> Self {
        Self { id: preset.number, code: preset.code.clone(), name: preset.name.clone() }
    }
}

/// An item of `GET …/reports/{id}/pages`. `number` is what `excludePages` takes.
#[derive(Debug, Serialize)]
pub struct PageItem {
    id: u32,
    number: u32,
    title: String,
}

impl PageItem {
    /// A page, counted from 1; one without a title is called by its number.
    pub fn new(number: u32, title: Option<&str>) -> Self {
        let title = title.map(str::trim).filter(|title| !title.is_empty());
        Self { id: number, number, title: title.map_or_else(|| format!("Page {number}"), str::to_owned) }
    }
}

#[cfg(test)]
#[path = "lists_tests.rs"]
mod tests;
