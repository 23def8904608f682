//! The definition of a report: what a request carries, typed and checked.
//!
//! [`Definition::check`] and [`Definition::parse`] are the only ways in: a `Definition` can always be laid out. The strings inside are still
//! templates; what they yield with given data is the renderer's business.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::literal::literals;
use crate::problem::Mistake;

mod block;
mod csv;
mod format;
mod params;
mod parse;
mod path;
mod read;
mod templates;
#[cfg(test)]
mod tests;

pub use block::{Align, Block, Chart, ChartKind, Column, Columns, Heading, Image, Kpi, Kpis, PageBreak, Table, Text};
pub use csv::{CsvOptions, DecimalMark, Separator};
pub use format::{Format, Length};
pub use path::{DataPath, steps};

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
pub enum Body {
    /// Blocks, laid out by Imprint.
    #[serde(rename = "blocks")]
    Blocks(Vec<Block>),
    /// A whole Typst source that reads `data`, `params` and `theme`.
    #[serde(rename = "typst")]
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

literals! {
    /// A size of paper.
    #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
    #[allow(missing_docs)]
    pub enum PageSize {
        A3 = "a3",
        #[default]
        A4 = "a4",
        A5 = "a5",
        Letter = "letter",
        Legal = "legal",
    }
}

literals! {
    /// How the sheet lies.
    #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
    #[allow(missing_docs)]
    pub enum Orientation {
        #[default]
        Portrait = "portrait",
        Landscape = "landscape",
        /// Portrait, unless a table is too wide for it.
        Auto = "auto",
    }
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

literals! {
    /// The type of a parameter.
    #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
    #[allow(missing_docs)]
    pub enum ParamType {
        #[default]
        String = "string",
        Number = "number",
        Boolean = "boolean",
        /// A date as `2026-03-31`, with a time behind it if need be.
        Date = "date",
    }
}

impl Definition {
    /// Reads a definition that was accepted before. What only [`Definition::check`] refuses stays readable: a report that could be
    /// rendered yesterday can be rendered today.
    ///
    /// # Errors
    /// The first mistake, with its place.
    pub fn parse(value: &Value) -> Result<Definition, Mistake> {
        parse::definition(value)
    }

    /// Checks the definition that a request carries, whole.
    ///
    /// # Errors
    /// Every mistake, with its place, in the order of the definition.
    pub fn check(value: &Value) -> Result<Definition, Vec<Mistake>> {
        parse::checked(value)
    }
}

impl<'de> Deserialize<'de> for Definition {
    /// Reads a stored definition, as [`Definition::parse`] does.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Definition, D::Error> {
        let value = Value::deserialize(deserializer)?;
        parse::definition(&value).map_err(serde::de::Error::custom)
    }
}
