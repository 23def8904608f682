//! The blocks that a report is built of.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{DataPath, Format, Length};
use crate::literal::literals;

/// One block of a report.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind")]
pub enum Block {
    /// A heading; it is also an entry of the PDF's outline.
    #[serde(rename = "heading")]
    Heading(Heading),
    /// Prose.
    #[serde(rename = "text")]
    Text(Text),
    /// A row of cards with key figures.
    #[serde(rename = "kpis")]
    Kpis(Kpis),
    /// A chart.
    #[serde(rename = "chart")]
    Chart(Chart),
    /// A table; it is also offered as CSV.
    #[serde(rename = "table")]
    Table(Table),
    /// A picture from the report's assets.
    #[serde(rename = "image")]
    Image(Image),
    /// Blocks side by side.
    #[serde(rename = "columns")]
    Columns(Columns),
    /// The rest starts on a new page.
    #[serde(rename = "pagebreak")]
    PageBreak(PageBreak),
}

/// A heading.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Heading {
    /// The words, a template.
    pub text: String,
    /// 1 to 3.
    #[serde(default = "first_level")]
    pub level: u8,
}

/// Prose in Markdown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// The Markdown, a template.
    pub markdown: String,
}

/// A row of key figures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kpis {
    /// The cards, from left to right.
    pub items: Vec<Kpi>,
}

/// A key figure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kpi {
    /// What the figure is, a template.
    pub label: String,
    /// The figure: a number, or a template such as `{{ data.revenue }}`.
    pub value: Value,
    /// How the figure is written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<Format>,
    /// A few words below the figure, a template.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// The change since the last period: a fraction (0.042 is shown as +4.2%) or a template.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delta: Option<Value>,
}

/// A chart of a list of records.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chart {
    /// The sort of chart.
    pub chart: ChartKind,
    /// Where the records are.
    pub data: DataPath,
    /// The field along the horizontal axis, or that names the slices. Dates such as 2026-03-31 are an axis of time.
    pub x: String,
    /// How the values of `x` are written: `date:%b %Y` makes an axis of time, any other format one of names.
    #[serde(default, rename = "xFormat", skip_serializing_if = "Option::is_none")]
    pub x_format: Option<Format>,
    /// The fields drawn, each a series.
    pub y: Vec<String>,
    /// The title above the chart, a template.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// How the values of the axis are written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<Format>,
    /// The height of the plot with one line of names in points, 80 to 700; long names, lying bars and the legend add to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<f64>,
    /// Whether a field that no record has is drawn as nothing rather than refused.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub optional: bool,
}

literals! {
    /// The sort of a chart.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
    #[allow(missing_docs)]
    pub enum ChartKind {
        Bar = "bar",
        Line = "line",
        Area = "area",
        Pie = "pie",
    }
}

/// A table of a list of records.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// Where the records are.
    pub data: DataPath,
    /// The columns, from left to right.
    pub columns: Vec<Column>,
    /// The fields that are summed in a last row.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub totals: Vec<String>,
    /// The title above the table, a template.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// The field of a record that is shown: a name, or names joined by dots; `["a.b"]` for a name with a dot.
    pub field: String,
    /// Whether the column stays empty when no record has the field; otherwise that is an error.
    #[serde(default, skip_serializing_if = "is_false")]
    pub optional: bool,
    /// The head of the column, a template; the field's name when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// How a value is written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<Format>,
    /// Where a value stands: numbers to the right and the rest to the left when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub align: Option<Align>,
    /// The width; what the content needs when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<Length>,
}

literals! {
    /// Where a value stands in its column.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
    #[allow(missing_docs)]
    pub enum Align {
        Left = "left",
        Right = "right",
        Center = "center",
    }
}

/// A picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Image {
    /// The name of the asset.
    pub asset: String,
    /// The width; the picture's own, at most the full width, when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<Length>,
    /// What the picture shows, for those who cannot see it; a template.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alt: Option<String>,
}

/// Blocks side by side.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Columns {
    /// Two to four lists of blocks, from left to right.
    pub columns: Vec<Vec<Block>>,
}

/// A new page.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PageBreak {}

// serde passes a reference.
#[allow(clippy::trivially_copy_pass_by_ref)]
const fn is_false(value: &bool) -> bool {
    !*value
}

const fn first_level() -> u8 {
    1
}
