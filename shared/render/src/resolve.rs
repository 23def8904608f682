//! Blocks and data become a document of plain texts and numbers, which the layout only has to place.

use std::collections::BTreeMap;

use domain::definition::{Block, Columns, Heading, Image, Kpi, Kpis, Length, Table};
use serde_json::{Value, json};
use typst::foundations::Bytes;

use crate::error::RenderError;
use crate::job::TableFile;
use crate::measure::{self, Weight};
use crate::workbook::Workbook;
use crate::{Report, chart, markdown, paper, table};

/// A document that the layout can read.
pub struct Resolved {
    /// The content of `/report.json`.
    pub document: Value,
    /// The pictures of charts.
    pub files: BTreeMap<String, Bytes>,
    /// The CSV of each table.
    pub tables: Vec<TableFile>,
    /// The workbook of all tables, when it is asked for.
    pub xlsx: Vec<u8>,
    /// The rows of all tables.
    pub rows: usize,
}

/// Resolves the blocks of a report.
///
/// # Errors
/// The first block that does not fit the data, by place.
pub fn resolve(report: &Report<'_>, blocks: &[Block]) -> Result<Resolved, RenderError> {
    let (width, height) = paper::size(paper::of_job(report.job));
    let (lang, region) = paper::language(report.lang);
    let workbook = report.job.outputs.xlsx.then(|| Workbook::new(report));
    let mut resolver = Resolver { report, files: BTreeMap::new(), tables: Vec::new(), workbook, rows: 0 };
    let blocks = resolver.blocks(blocks, "blocks", width - 2.0 * paper::MARGIN)?;
    let document = json!({
        "title": report.title,
        "author": report.job.author,
        "lang": lang,
        "region": region,
        "date": report.writing.date(),
        "page": {"width": width, "height": height, "margin": paper::MARGIN, "gutter": paper::GUTTER},
        "header": report.header,
        "footer": report.footer,
        "page_label": report.writing.page_label(),
        "theme": report.job.theme,
        "blocks": blocks,
    });
    let xlsx = resolver.workbook.map(Workbook::finish).transpose()?.unwrap_or_default();
    Ok(Resolved { document, files: resolver.files, tables: resolver.tables, xlsx, rows: resolver.rows })
}

struct Resolver<'a> {
    report: &'a Report<'a>,
    files: BTreeMap<String, Bytes>,
    tables: Vec<TableFile>,
    workbook: Option<Workbook<'a>>,
    rows: usize,
}

type Outcome = Result<Value, RenderError>;

impl<'a> Resolver<'a> {
    fn blocks(&mut self, blocks: &[Block], place: &str, width: f64) -> Result<Vec<Value>, RenderError> {
        let numbered = blocks.iter().enumerate();
        RenderError::all(numbered.map(|(n, block)| self.block(block, &format!("{place}[{n}]"), width)))
    }

    fn block(&mut self, block: &Block, place: &str, width: f64) -> Outcome {
        match block {
            Block::Heading(heading) => self.heading(heading, place),
            Block::Text(text) => {
                let text = self.report.templates.text(&text.markdown, &format!("{place}.markdown"))?;
                Ok(json!({"kind": "text", "nodes": markdown::tree(&text)}))
            }
            Block::Kpis(kpis) => self.kpis(kpis, place, width),
            Block::Chart(chart) => {
                let drawn = chart::draw(self.report, chart, place, width)?;
                let file = format!("charts/{}.svg", self.files.len());
                let mut value = drawn.layout;
                value["file"] = format!("/{file}").into();
                self.files.insert(file, Bytes::from_string(drawn.svg));
                Ok(value)
            }
            Block::Table(table) => self.table(table, place, width),
            Block::Image(image) => self.image(image, place, width),
            Block::Columns(columns) => self.columns(columns, place, width),
            Block::PageBreak(_) => Ok(json!({"kind": "pagebreak"})),
        }
    }

    fn heading(&self, heading: &Heading, place: &str) -> Outcome {
        let text = self.report.templates.text(&heading.text, &format!("{place}.text"))?;
        Ok(json!({"kind": "heading", "text": text, "level": heading.level}))
    }

    fn columns(&mut self, columns: &Columns, place: &str, width: f64) -> Outcome {
        let count = columns.columns.len();
        let each = (width - paper::GUTTER * (count as f64 - 1.0)) / count as f64;
        let numbered = columns.columns.iter().enumerate();
        let resolved =
            RenderError::all(numbered.map(|(n, blocks)| self.blocks(blocks, &format!("{place}.columns[{n}]"), each)))?;
        Ok(json!({"kind": "columns", "columns": resolved}))
    }

    fn table(&mut self, table: &Table, place: &str, width: f64) -> Outcome {
        let sheet = table::resolve(self.report, table, place, width)?;
        self.rows += sheet.records.len();
        if let Some(workbook) = &mut self.workbook {
            workbook.add(table, &sheet, place)?;
        }
        let name = self.unused_name(match table.data.as_str() {
            "." => table.data.name(),
            path => path,
        });
        self.tables.push(TableFile { name, csv: sheet.csv });
        Ok(sheet.layout)
    }

    /// A file name from the path of the data, with a number when an earlier table has the same.
    fn unused_name(&self, path: &str) -> String {
        let allowed = |c: char| if c.is_alphanumeric() || c == '_' { c } else { '-' };
        let stem: String = path.chars().map(allowed).take(60).collect();
        let mut name = format!("{stem}.csv");
        let mut number = 2;
        while self.tables.iter().any(|table| table.name == name) {
            name = format!("{stem}-{number}.csv");
            number += 1;
        }
        name
    }

    fn kpis(&self, kpis: &Kpis, place: &str, width: f64) -> Outcome {
        let per_row = cards_per_row(kpis.items.len(), width);
        let card = (width - CARD_GAP * (per_row as f64 - 1.0)) / per_row as f64 - 2.0 * CARD_INSET;
        let numbered = kpis.items.iter().enumerate();
        let items = RenderError::all(numbered.map(|(n, item)| self.kpi(item, &format!("{place}.items[{n}]"))))?;
        // The longest figure decides the size of all: cards side by side are compared.
        let widest = items
            .iter()
            .filter_map(|item| item["value"].as_str())
            .map(|value| measure::width(value, 1.0, Weight::SemiBold));
        let size = (card / widest.fold(0.1, f64::max)).clamp(8.0, 19.0);
        Ok(
            json!({"kind": "kpis", "items": items, "per_row": per_row, "gap": CARD_GAP, "inset": CARD_INSET, "size": size}),
        )
    }

    fn kpi(&self, item: &Kpi, place: &str) -> Outcome {
        let templates = &self.report.templates;
        let value_place = format!("{place}.value");
        let value = templates.value(&item.value, &value_place)?;
        let value = self.report.writing.format(&value, item.format.as_ref());
        let value = value.map_err(|message| RenderError::report(value_place, message))?;
        Ok(json!({
            "label": templates.text(&item.label, &format!("{place}.label"))?,
            "value": value,
            "hint": templates.optional(item.hint.as_deref(), &format!("{place}.hint"))?,
            "delta": self.delta(item.delta.as_ref(), &format!("{place}.delta"))?,
        }))
    }

    /// A change and whether it is up or down; its sign tells, so that colour is not the only hint.
    fn delta(&self, delta: Option<&Value>, place: &str) -> Outcome {
        let Some(delta) = delta else { return Ok(Value::Null) };
        let value = self.report.templates.value(delta, place)?;
        let text = match value.as_f64() {
            Some(fraction) => self.report.writing.change(fraction),
            None => crate::writing::plain(&value),
        };
        let tone = match text.chars().next() {
            Some('+') => "up",
            Some('-' | '−') => "down",
            _ => "flat",
        };
        Ok(json!({"text": text.replace('-', "−"), "tone": tone}))
    }

    fn image(&self, image: &Image, place: &str, width: f64) -> Outcome {
        let place_asset = format!("{place}.asset");
        let Some(bytes) = self.report.job.assets.get(&image.asset) else {
            let known: Vec<&str> = self.report.job.assets.keys().map(String::as_str).collect();
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            return Err(RenderError::report(
                place_asset,
                format!("`{}` is not an asset of the report; its assets: {known}", image.asset),
            ));
        };
        let format = picture_format(bytes).ok_or_else(|| {
            RenderError::report(
                place_asset,
                format!("`{}` is no picture: use PNG, JPEG, GIF, WebP or SVG", image.asset),
            )
        })?;
        let points = match image.width {
            Some(Length::Points(points)) => Some(points.min(width)),
            Some(Length::Percent(percent)) => Some(width * percent / 100.0),
            Some(Length::Share(_)) => Some(width),
            Some(Length::Auto) | None => None,
        };
        let alt = self.report.templates.optional(image.alt.as_deref(), &format!("{place}.alt"))?;
        Ok(
            json!({"kind": "image", "file": format!("/assets/{}", image.asset), "format": format, "width": points, "alt": alt}),
        )
    }
}

const CARD_GAP: f64 = 10.0;
const CARD_INSET: f64 = 11.0;
/// A card narrower than this would break its words.
const MIN_CARD: f64 = 84.0;

fn cards_per_row(count: usize, width: f64) -> usize {
    let fitting = ((width + CARD_GAP) / (MIN_CARD + CARD_GAP)).floor().max(1.0) as usize;
    let rows = count.div_ceil(fitting.min(4));
    // Rows as full as each other: five cards stand as three and two.
    count.div_ceil(rows)
}

/// The format of a picture by its first bytes: the name of an asset may be anything.
fn picture_format(bytes: &[u8]) -> Option<&'static str> {
    let head = &bytes[..bytes.len().min(1_024)];
    match head {
        [0x89, b'P', b'N', b'G', ..] => Some("png"),
        [0xff, 0xd8, 0xff, ..] => Some("jpg"),
        [b'G', b'I', b'F', b'8', ..] => Some("gif"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("webp"),
        _ if String::from_utf8_lossy(head).contains("<svg") => Some("svg"),
        _ => None,
    }
}
