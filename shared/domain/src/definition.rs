//! The definition of a report: what a request carries, typed and checked.
//!
//! [`Definition::parse`] is the only way in: whoever holds a `Definition` holds one that can be laid out. The strings inside are still
//! templates; what they yield with given data is the renderer's business.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

mod block;
mod csv;
mod format;
mod parse;
#[cfg(test)]
mod tests;

pub use block::{Align, Block, Chart, ChartKind, Column, Columns, Heading, Image, Kpi, Kpis, PageBreak, Table, Text};
pub use csv::{CsvOptions, DecimalMark, Separator};
pub use format::{DataPath, Format, Length};

/// The most blocks a definition may hold, those inside columns counted.
pub const MAX_BLOCKS: usize = 1_000;
/// How deep blocks may stand inside columns; a block at the top has depth 1.
pub const MAX_DEPTH: usize = 4;

/// What a report consists of.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Definition {
    /// The title of the document, a template; the report's name when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The language of the text, numbers and dates, such as `de` or `en-GB`; English when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lang: Option<String>,
    /// The paper.
    pub page: PageSetup,
    /// The parameters a request may set.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub params: Vec<Param>,
    /// How the tables are written as CSV.
    #[serde(skip_serializing_if = "CsvOptions::is_default")]
    pub csv: CsvOptions,
    /// Whether a character that no font has fails the report, instead of a box and a warning.
    #[serde(skip_serializing_if = "std::ops::Not::not", rename = "strictGlyphs")]
    pub strict_glyphs: bool,
    /// The content: on the wire either `blocks` or `typst`.
    #[serde(flatten)]
    pub body: Body,
}

/// The content of a report.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Body {
    /// Blocks, laid out by Imprint.
    Blocks(Vec<Block>),
    /// A whole Typst source that reads `data`, `params` and `theme`.
    Typst(String),
}

/// The paper of a report: A4 portrait unless told otherwise.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PageSetup {
    /// The size of the sheet.
    pub size: PageSize,
    /// How the sheet lies.
    pub orientation: Orientation,
}

/// A size of paper.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum PageSize {
    A3,
    #[default]
    A4,
    A5,
    Letter,
    Legal,
}

/// How the sheet lies.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Orientation {
    #[default]
    Portrait,
    Landscape,
    /// Portrait, unless a table is too wide for it.
    Auto,
}

/// A parameter that a request may set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Param {
    /// The name, used as `params.name` in templates.
    pub name: String,
    /// The type that a value must have.
    #[serde(rename = "type", default)]
    pub kind: ParamType,
    /// The value when a request gives none; the parameter is required when there is no default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Value>,
    /// The name shown to people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
}

/// The type of a parameter.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum ParamType {
    #[default]
    String,
    Number,
    Boolean,
    /// A date as `2026-03-31`, with a time behind it if need be.
    Date,
}

/// What is wrong with a definition: the exact place, and what to change.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct InvalidDefinition {
    /// The place, such as `definition.blocks[3].columns[1].format`.
    pub field: String,
    /// What to change, in a sentence without its subject: the field.
    pub message: String,
}

impl fmt::Display for InvalidDefinition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.message)
    }
}

impl Definition {
    /// Checks the definition that a request carries.
    ///
    /// # Errors
    /// The first thing that is wrong, with its place.
    pub fn parse(value: &Value) -> Result<Definition, InvalidDefinition> {
        parse::definition(value)
    }
}

impl<'de> Deserialize<'de> for Definition {
    /// Reads a stored definition by the same checks as a request's.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Definition, D::Error> {
        let value = Value::deserialize(deserializer)?;
        parse::definition(&value).map_err(serde::de::Error::custom)
    }
}
