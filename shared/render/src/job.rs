//! What goes into a rendering and what comes out.

use std::collections::BTreeMap;

use domain::definition::Definition;
use domain::report::{Report, Source, Version};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::error::RenderError;
use crate::theme::Theme;

/// Everything a rendering depends on: the same job yields the same bytes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Job {
    /// The name of the report, and its title when the definition has none.
    pub report: String,
    /// What the report consists of.
    pub definition: Definition,
    /// The data that templates see as `data`.
    pub data: Value,
    /// The parameters of the request; the definition's defaults fill in the rest.
    pub params: Map<String, Value>,
    /// The colours.
    pub theme: Theme,
    /// Pictures, fonts and files by name.
    #[serde(with = "asset_bytes")]
    pub assets: BTreeMap<String, Vec<u8>>,
    /// The author named in the PDF.
    pub author: Option<String>,
    /// The date of the document, and "today" in templates; given, so that nothing depends on the clock.
    pub date: Timestamp,
}

impl Job {
    /// The rendering of a version of a report with its own data; `date` is that of the document.
    ///
    /// # Errors
    /// When the definition is wrong, or the theme is not there.
    pub fn of_report(
        report: &Report,
        version: &Version,
        source: &Source,
        assets: BTreeMap<String, Vec<u8>>,
        date: Timestamp,
    ) -> Result<Self, RenderError> {
        let theme = &report.details.theme;
        let unknown = || RenderError::report("theme", format!("there is no theme “{theme}”; use default or dark-blue"));
        Ok(Self {
            report: report.name.clone(),
            definition: source.check().map_err(|problem| RenderError::report("definition", problem.to_string()))?,
            data: source.data.clone(),
            params: Map::new(),
            theme: Theme::named(theme).ok_or_else(unknown)?,
            assets,
            author: Some(version.actor.name.clone()),
            date,
        })
    }
}

/// A rendered report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rendered {
    /// The title of the document.
    pub title: String,
    /// The language of the document, such as `en`.
    pub lang: String,
    /// The document as PDF.
    #[serde(with = "serde_bytes")]
    pub pdf: Vec<u8>,
    /// A picture and the words of each page.
    pub pages: Vec<Page>,
    /// The rows of each table.
    pub tables: Vec<TableFile>,
}

/// One page of a rendered report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Page {
    /// The page as SVG; all letters are outlines, so that it needs no fonts.
    pub svg: String,
    /// The words of the page in reading order, for those who cannot see the picture.
    pub text: String,
    /// The width in points (1/72 inch).
    pub width: f64,
    /// The height in points (1/72 inch).
    pub height: f64,
}

/// The rows of a table block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableFile {
    /// The name of the file, such as `rows.csv`; unique in the report.
    pub name: String,
    /// The content, with a header row, in UTF-8.
    pub csv: String,
}

/// Assets as byte strings: serde's own form of `Vec<u8>` is a list of numbers.
mod asset_bytes {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Deserializer, Serializer};
    use serde_bytes::{ByteBuf, Bytes};

    pub fn serialize<S: Serializer>(assets: &BTreeMap<String, Vec<u8>>, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(assets.iter().map(|(name, bytes)| (name, Bytes::new(bytes))))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, Vec<u8>>, D::Error> {
        let assets = BTreeMap::<String, ByteBuf>::deserialize(deserializer)?;
        Ok(assets.into_iter().map(|(name, bytes)| (name, bytes.into_vec())).collect())
    }
}
