//! What goes into a rendering and what comes out.

use std::collections::{BTreeMap, BTreeSet};

use domain::data::Data;
use domain::definition::Definition;
use domain::rendition::Template;
use domain::report::{Report, Source, Version};
use domain::theme::Theme;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use typst::foundations::Bytes;

use crate::error::RenderError;
use crate::letter::{LetterTemplates, LetterTexts};
use crate::warning::Warning;

/// Everything a rendering depends on: the same job yields the same bytes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Job {
    /// The name of the report, and its title when the definition has none.
    pub report: String,
    /// What the report consists of.
    #[serde(with = "json_text")]
    pub definition: Definition,
    /// The data that templates see as `data`.
    #[serde(with = "data_text")]
    pub data: Data,
    /// The parameters of the request, an object or `null`; the definition's defaults fill in the rest.
    #[serde(with = "data_text")]
    pub params: Data,
    /// The language of the request, in the place of the definition's.
    pub lang: Option<String>,
    /// Where dates and times are told, by its IANA name.
    pub time_zone: String,
    /// The colours.
    pub theme: Theme,
    /// The paper, and the words above and below each page, in the place of the report's own.
    pub template: Template,
    /// Pictures, fonts and files by name.
    #[serde(with = "asset_bytes")]
    pub assets: BTreeMap<String, Bytes>,
    /// The fonts of the workspace by name, which stand behind those among the assets.
    #[serde(with = "asset_bytes")]
    pub fonts: BTreeMap<String, Bytes>,
    /// The author named in the PDF.
    pub author: Option<String>,
    /// The date of the document, and "today" in templates; given, so that nothing depends on the clock.
    pub date: Timestamp,
    /// Pages to leave out, counted from 1; the others keep their numbers.
    pub exclude_pages: BTreeSet<u32>,
    /// What is made.
    pub outputs: Outputs,
    /// The words of the mail that carries the report.
    pub letter: Option<LetterTemplates>,
}

impl Job {
    /// A job as a publication has it: without parameters, assets and fonts, in the default theme and the definition's language, told in UTC.
    pub fn new(report: impl Into<String>, definition: Definition, data: impl Into<Data>, date: Timestamp) -> Self {
        Self {
            report: report.into(),
            definition,
            data: data.into(),
            params: Data::default(),
            lang: None,
            time_zone: "UTC".to_owned(),
            theme: Theme::default(),
            template: Template::default(),
            assets: BTreeMap::new(),
            fonts: BTreeMap::new(),
            author: None,
            date,
            exclude_pages: BTreeSet::new(),
            outputs: Outputs::default(),
            letter: None,
        }
    }

    /// The publication of a version of a report with its own data, told in its own time zone, in the theme and template that it names;
    /// `fonts` are those of its workspace, `date` is that of the document.
    ///
    /// # Errors
    /// When the definition is wrong.
    pub fn of_report(
        report: &Report,
        version: &Version,
        source: &Source,
        Files { assets, fonts }: Files,
        theme: Theme,
        template: Template,
        date: Timestamp,
    ) -> Result<Self, RenderError> {
        let definition =
            source.definition().map_err(|problem| RenderError::report("definition", problem.to_string()))?;
        let author = Some(version.actor.name.clone());
        let plain = Self::new(&report.name, definition, source.data.clone(), date);
        let time_zone = report.details.time_zone.clone().unwrap_or(plain.time_zone);
        let (assets, fonts) = (shared(assets), shared(fonts));
        Ok(Self { time_zone, theme, template, assets, fonts, author, ..plain })
    }

    /// Where dates and times are told.
    ///
    /// # Errors
    /// For a name that is none of the IANA's.
    pub(crate) fn zone(&self) -> Result<TimeZone, RenderError> {
        TimeZone::get(&self.time_zone).map_err(|_| {
            let name = &self.time_zone;
            let message =
                format!("`{name}` is no time zone: use a name of the IANA's list, such as Europe/Berlin or UTC");
            RenderError::request("timezone", message)
        })
    }
}

/// The files that a report is rendered from, by name.
#[derive(Debug, Clone, Default)]
pub struct Files {
    /// The report's own.
    pub assets: BTreeMap<String, Vec<u8>>,
    /// The fonts of its workspace.
    pub fonts: BTreeMap<String, Vec<u8>>,
}

/// Files as a job has them: a copy of one takes no memory.
pub fn shared(files: BTreeMap<String, Vec<u8>>) -> BTreeMap<String, Bytes> {
    files.into_iter().map(|(name, bytes)| (name, Bytes::new(bytes))).collect()
}

/// What a rendering makes, besides the rows of the tables: each costs time, and pictures of pages cost room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Outputs {
    /// The document as PDF.
    pub pdf: bool,
    /// Each page as SVG.
    pub svg: bool,
    /// Pages as PNG.
    pub png: Pictures,
    /// A workbook with a sheet for each table.
    pub xlsx: bool,
}

/// Which pages are drawn as PNG.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Pictures {
    #[default]
    None,
    /// The first page alone, of those that are not left out.
    First,
    /// The same, this many pixels wide.
    FirstOfWidth(u32),
    All,
}

impl Outputs {
    /// Nothing but the rows of the tables.
    pub const fn tables() -> Self {
        Self { pdf: false, svg: false, png: Pictures::None, xlsx: false }
    }

    /// What a publication consists of: the PDF and the pictures for its page.
    pub const fn publication() -> Self {
        Self { pdf: true, svg: true, ..Self::tables() }
    }

    /// What is made of one page.
    pub(crate) fn of_page(self, first: bool) -> Self {
        let drawn = first || self.png == Pictures::All;
        if drawn { self } else { Self { png: Pictures::None, ..self } }
    }

    /// Whether pages have to be laid out at all.
    pub(crate) fn has_pages(self) -> bool {
        self.pdf || self.svg || self.png != Pictures::None
    }
}

impl Default for Outputs {
    fn default() -> Self {
        Self::publication()
    }
}

/// A rendered report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rendered {
    /// The title of the document.
    pub title: String,
    /// The language of the document, such as `en`.
    pub lang: String,
    /// The document as PDF; empty when it is not asked for.
    #[serde(with = "serde_bytes")]
    pub pdf: Vec<u8>,
    /// The workbook; empty when it is not asked for.
    #[serde(with = "serde_bytes")]
    pub xlsx: Vec<u8>,
    /// A picture and the words of each page; none when neither a PDF nor pictures are asked for.
    pub pages: Vec<Page>,
    /// The pages of the whole report, with those that are left out.
    pub page_count: u32,
    /// The rows of each table.
    pub tables: Vec<TableFile>,
    /// The words of the mail, when they are asked for.
    pub letter: Option<LetterTexts>,
    /// What could not be shown as asked for.
    pub warnings: Vec<Warning>,
}

/// One page of a rendered report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Page {
    /// The number in the whole report, from 1; with pages left out, the others keep theirs.
    pub number: u32,
    /// The first heading on the page.
    pub title: Option<String>,
    /// The page as SVG; all letters are outlines, so that it needs no fonts. Empty when it is not asked for.
    pub svg: String,
    /// The page as PNG; empty when it is not asked for.
    #[serde(with = "serde_bytes")]
    pub png: Vec<u8>,
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

/// JSON as the text that it is: in other formats a number would lose digits, or become an object that carries them.
mod json_text {
    use serde::de::{DeserializeOwned, Error as _};
    use serde::ser::Error as _;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub fn serialize<T: Serialize, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&serde_json::to_string(value).map_err(S::Error::custom)?)
    }

    pub fn deserialize<'de, T: DeserializeOwned, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
        serde_json::from_str(&String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

/// Data as the text that it is.
mod data_text {
    use domain::data::Data;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(data: &Data, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(data.text())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Data, D::Error> {
        Ok(Data::trusted(String::deserialize(deserializer)?))
    }
}

/// Assets as byte strings: serde's own form of `Vec<u8>` is a list of numbers.
mod asset_bytes {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Deserializer, Serializer};
    use serde_bytes::ByteBuf;
    use typst::foundations::Bytes;

    pub fn serialize<S: Serializer>(assets: &BTreeMap<String, Bytes>, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(assets.iter().map(|(name, bytes)| (name, serde_bytes::Bytes::new(bytes))))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, Bytes>, D::Error> {
        // Read piece by piece, a file has up to twice the room that it needs.
        let fitted = |mut bytes: Vec<u8>| {
            bytes.shrink_to_fit();
            bytes
        };
        let assets = BTreeMap::<String, ByteBuf>::deserialize(deserializer)?;
        Ok(super::shared(assets.into_iter().map(|(name, bytes)| (name, fitted(bytes.into_vec()))).collect()))
    }
}
