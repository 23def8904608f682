//! Blocks and data become a document of plain texts and numbers, which the layout only has to place.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use domain::definition::{Block, Columns, Heading, Kpi, Kpis, Orientation, PageSetup, Table};
use domain::theme::Theme;
use serde_json::{Value, json};
use typst::foundations::Bytes;

use crate::chart::scene::Scene;
use crate::error::RenderError;
use crate::job::TableFile;
use crate::measure::{self, Weight};
use crate::paper::Sheet;
use crate::table::{Room, TableError};
use crate::workbook::Workbook;
use crate::{Report, chart, lines, markdown, paper, picture, table};

/// A document that the layout can read.
pub struct Resolved<'a> {
    /// The content of `/report.json`.
    pub document: Value,
    /// The pictures of charts, in the order of the blocks.
    pub charts: Vec<Scene<'a>>,
    /// The pictures of assets that are not drawn as they are.
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
pub fn resolve<'a>(report: &'a Report<'_>, blocks: &[Block]) -> Result<Resolved<'a>, RenderError> {
    let page = paper::of_job(report.job);
    if page.orientation == Orientation::Auto
        && let Some(resolved) = resolve_on(report, blocks, page, true)?
    {
        return Ok(resolved);
    }
    let turned = match page.orientation {
        Orientation::Auto => Orientation::Landscape,
        orientation => orientation,
    };
    let resolved = resolve_on(report, blocks, PageSetup { orientation: turned, ..page }, false)?;
    resolved.ok_or_else(|| RenderError::internal("a page that lies was turned again"))
}

/// Resolves the blocks for a page; nothing when it has to be turned.
fn resolve_on<'a>(
    report: &'a Report<'_>,
    blocks: &[Block],
    page: PageSetup,
    may_turn: bool,
) -> Result<Option<Resolved<'a>>, RenderError> {
    let sheet = Sheet::new(page, report)?;
    let (lang, region) = paper::language(&report.lang);
    let workbook = report.job.outputs.xlsx.then(|| Workbook::new(report));
    let mut resolver = Resolver {
        report,
        charts: Vec::new(),
        files: BTreeMap::new(),
        tables: Vec::new(),
        workbook,
        rows: 0,
        height: sheet.inner_height(),
        above: 0.0,
        may_turn,
        turn: false,
    };
    let width = sheet.inner_width();
    let blocks = resolver.blocks(blocks, "blocks", width)?;
    if resolver.turn {
        return Ok(None);
    }
    let small = |words: &str| lines::fitted(words, width / 2.0, 7.5, Weight::Regular);
    let mut document = json!({
        "name": report.running_title(),
        "title": lines::fitted(&report.title, width, 22.0, Weight::SemiBold),
        "author": report.job.author,
        "lang": lang,
        "region": region,
        "date": report.writing.date(),
        "page": {
            "width": sheet.width, "height": sheet.height, "top": sheet.top, "bottom": sheet.bottom,
            "margin": paper::MARGIN, "gutter": paper::GUTTER,
        },
        "header": report.header.as_deref().map(small),
        "running_title": small(&report.running_title()),
        "footer": small(&report.footer_words()),
        "page_label": report.writing.page_label(),
        "digits": report.writing.ten_digits(),
        "theme": report.job.theme,
        "blocks": blocks,
    });
    if matches!(lang.as_str(), "ja" | "zh") {
        lines::break_words(&mut document);
    }
    if lines::repeats_hyphens(&lang) {
        lines::break_after_hyphens(&mut document);
    }
    let xlsx = resolver.workbook.map(Workbook::finish).transpose()?.unwrap_or_default();
    let Resolver { charts, files, tables, rows, .. } = resolver;
    Ok(Some(Resolved { document, charts, files, tables, xlsx, rows }))
}

impl Resolved<'_> {
    /// The files that the layout reads, by name.
    pub fn files(&self, theme: &Theme) -> BTreeMap<String, Bytes> {
        let charts = self.charts.iter().enumerate();
        let charts = charts.map(|(n, scene)| (chart_file(n), Bytes::from_string(chart::svg::write(scene, theme))));
        self.files.clone().into_iter().chain(charts).collect()
    }
}

fn chart_file(n: usize) -> String {
    format!("charts/{n}.svg")
}

struct Resolver<'a> {
    report: &'a Report<'a>,
    charts: Vec<Scene<'a>>,
    files: BTreeMap<String, Bytes>,
    tables: Vec<TableFile>,
    workbook: Option<Workbook<'a>>,
    rows: usize,
    /// The height that blocks have on a page, in points.
    height: f64,
    /// The height of the headings that stay on a page with the next block, in points.
    above: f64,
    /// Whether the page may still be turned.
    may_turn: bool,
    /// Whether a table asks for it.
    turn: bool,
}

type Outcome = Result<Value, RenderError>;

impl<'a> Resolver<'a> {
    fn blocks(&mut self, blocks: &[Block], place: &str, width: f64) -> Result<Vec<Value>, RenderError> {
        let numbered = blocks.iter().enumerate();
        RenderError::all(numbered.map(|(n, block)| {
            let resolved = self.block(block, &format!("{place}[{n}]"), width);
            if !matches!(block, Block::Heading(_)) {
                self.above = 0.0;
            }
            resolved
        }))
    }

    fn block(&mut self, block: &Block, place: &str, width: f64) -> Outcome {
        match block {
            Block::Heading(heading) => self.heading(heading, place, width),
            Block::Text(text) => {
                let text = self.report.templates.markdown(&text.markdown, &format!("{place}.markdown"))?;
                Ok(json!({"kind": "text", "nodes": markdown::tree(&text, width)}))
            }
            Block::Kpis(kpis) => self.kpis(kpis, place, width),
            Block::Chart(chart) => {
                let drawn = chart::draw(self.report, chart, place, (width, self.height - self.above))?;
                let mut value = drawn.layout;
                value["file"] = format!("/{}", chart_file(self.charts.len())).into();
                self.charts.push(drawn.scene);
                Ok(value)
            }
            Block::Table(table) => self.table(table, place, width),
            Block::Image(image) => picture::resolve(self.report, image, place, width, &mut self.files),
            Block::Columns(columns) => self.columns(columns, place, width),
            Block::PageBreak(_) => Ok(json!({"kind": "pagebreak"})),
        }
    }

    fn heading(&mut self, heading: &Heading, place: &str, width: f64) -> Outcome {
        let text = self.report.templates.text(&heading.text, &format!("{place}.text"))?;
        if let Some(workbook) = &mut self.workbook {
            workbook.head(&text);
        }
        let text = lines::fitted(&text, width, HEADING, Weight::SemiBold);
        self.above += lines::count(&text, width, HEADING, Weight::SemiBold) as f64 * HEADING_LINE + HEADING_AROUND;
        // A heading that leaves too little of a page for what follows does not hold it.
        let sticky = self.above < self.height * HEADINGS;
        if !sticky {
            self.above = 0.0;
        }
        Ok(json!({"kind": "heading", "text": text, "level": heading.level, "sticky": sticky}))
    }

    fn columns(&mut self, columns: &Columns, place: &str, width: f64) -> Outcome {
        let count = columns.columns.len();
        let each = (width - paper::GUTTER * (count as f64 - 1.0)) / count as f64;
        let numbered = columns.columns.iter().enumerate();
        let above = self.above;
        let resolved = RenderError::all(numbered.map(|(n, blocks)| {
            self.above = above;
            self.blocks(blocks, &format!("{place}.columns[{n}]"), each)
        }))?;
        Ok(json!({"kind": "columns", "columns": resolved}))
    }

    fn table(&mut self, table: &Table, place: &str, width: f64) -> Outcome {
        let size = self.report.job.outputs.has_pages().then_some((width, self.height));
        let room = Room { size, may_turn: self.may_turn };
        let sheet = match table::resolve(self.report, table, place, room) {
            Ok(sheet) => sheet,
            Err(TableError::Wrong(error)) => return Err(error),
            Err(TableError::Turn) => {
                self.turn = true;
                return Ok(Value::Null);
            }
        };
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
        let mut items =
            RenderError::all(numbered.map(|(n, item)| self.kpi(item, &format!("{place}.items[{n}]"), card)))?;
        // The longest figure decides the size of all: cards side by side are compared.
        let value = |item: &Value| item["value"].as_str().unwrap_or_default().to_owned();
        let widest = items.iter().map(|item| measure::width(&value(item), 1.0, Weight::SemiBold));
        let size = (card / widest.fold(0.1, f64::max)).clamp(FIGURE.0, FIGURE.1);
        for item in &mut items {
            item["value"] = lines::fitted(&value(item), card, size, Weight::SemiBold).into();
            item["plain"] = is_plain_card(item, card, size).into();
        }
        Ok(
            json!({"kind": "kpis", "page": self.height - self.above, "items": items, "per_row": per_row, "gap": CARD_GAP, "inset": CARD_INSET, "size": size}),
        )
    }

    fn kpi(&self, item: &Kpi, place: &str, width: f64) -> Outcome {
        let templates = &self.report.templates;
        let value_place = format!("{place}.value");
        let value = templates.value(&item.value, &value_place)?;
        let value = self.report.writing.format(&value, item.format.as_ref());
        let value = value.map_err(|message| RenderError::report(value_place, message))?;
        let value = if value.is_empty() { NO_VALUE.to_owned() } else { value };
        let fitted = |text: &str| lines::fitted(text, width, CARD_TEXT, Weight::SemiBold);
        let hint = templates.optional(item.hint.as_deref(), &format!("{place}.hint"))?;
        let mut delta = self.delta(item.delta.as_ref(), &format!("{place}.delta"))?;
        if let Some(text) = delta["text"].as_str().map(fitted) {
            delta["text"] = text.into();
        }
        Ok(json!({
            "label": fitted(&templates.text(&item.label, &format!("{place}.label"))?),
            "value": value,
            "hint": hint.map(|hint| fitted(&hint)),
            "delta": delta,
        }))
    }

    /// A change and whether it is up or down; its sign tells, so that colour is not the only hint.
    fn delta(&self, delta: Option<&Value>, place: &str) -> Outcome {
        let Some(delta) = delta else { return Ok(Value::Null) };
        let value = self.report.templates.value(delta, place)?;
        let (text, sign) = match value.as_f64() {
            Some(fraction) => (self.report.writing.change(fraction), fraction.partial_cmp(&0.0)),
            None => signed_words(&crate::writing::plain(&value)),
        };
        let tone = match sign {
            Some(Ordering::Greater) => "up",
            Some(Ordering::Less) => "down",
            _ => "flat",
        };
        Ok(json!({"text": text, "tone": tone}))
    }
}

/// Whether the label, the figure and the change of a card take one line each, so that cards of a row are equally high.
fn is_plain_card(item: &Value, width: f64, size: f64) -> bool {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let change = [text(&item["delta"]["text"]), text(&item["hint"])].join("  ");
    let lines = [(text(&item["label"]), CARD_TEXT), (text(&item["value"]), size), (change, CARD_TEXT)];
    let is_one = |text: &str, size| {
        measure::is_plain(text) && !text.contains('\n') && measure::width(text, size, Weight::SemiBold) <= width
    };
    lines.iter().all(|(text, size)| is_one(text, *size))
}

/// A change that its author wrote, with the minus sign of type, and which way it goes.
fn signed_words(words: &str) -> (String, Option<Ordering>) {
    match words.strip_prefix(['-', '−']) {
        Some(rest) => (format!("−{rest}"), Some(Ordering::Less)),
        None => (words.to_owned(), words.starts_with('+').then_some(Ordering::Greater)),
    }
}

/// A card without a value says that it has none.
const NO_VALUE: &str = "–";
/// The largest type of headings.
const HEADING: f64 = 14.0;
/// From one line of a heading to the next, and the space around one, in points.
const HEADING_LINE: f64 = 20.5;
const HEADING_AROUND: f64 = 30.0;
/// The part of a page that headings may take and still stay with what follows.
const HEADINGS: f64 = 0.4;
/// The smallest and the largest type of the figure of a card.
const FIGURE: (f64, f64) = (8.0, 19.0);
/// The type of the other words of a card.
const CARD_TEXT: f64 = 7.8;
const CARD_GAP: f64 = 10.0;
const CARD_INSET: f64 = 11.0;
/// A card narrower than this would break its words.
const MIN_CARD: f64 = 84.0;
/// From this width on, as on A4 in landscape, there are up to six cards in a row.
const WIDE: f64 = 700.0;

fn cards_per_row(count: usize, width: f64) -> usize {
    let fitting = ((width + CARD_GAP) / (MIN_CARD + CARD_GAP)).floor().max(1.0) as usize;
    let rows = count.div_ceil(fitting.min(if width < WIDE { 4 } else { 6 }));
    // Rows as full as each other: five cards stand as three and two.
    count.div_ceil(rows)
}
