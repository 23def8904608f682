//! The message of a letter as plain text: marks as people write them, addresses behind the words that lead there.

use std::mem::take;

use pulldown_cmark::{Alignment, Event, Tag, TagEnd};
use textwrap::core::display_width;

use super::{WIDTH, options};
use crate::message::{LONGEST, SHORTENED, events, link_of};

/// The message; ends where it becomes too long for a mail.
pub fn write(markdown: &str) -> String {
    let mut body = Body::default();
    for event in events(markdown) {
        body.take(event);
        if body.size() > LONGEST {
            body.finish();
            body.text.truncate(body.text.floor_char_boundary(LONGEST));
            return format!("{}…\n\n{SHORTENED}", body.text.trim_end());
        }
    }
    body.finish();
    body.text
}

#[derive(Default)]
struct Body {
    text: String,
    /// The words of the paragraph, or of the cell, that is being read.
    words: String,
    /// The quotations and list items that are open, the outermost first.
    levels: Vec<Level>,
    lists: Vec<List>,
    /// Where each open link leads, and where its words begin.
    links: Vec<(String, usize)>,
    table: Vec<Vec<String>>,
    columns: Vec<Alignment>,
    /// About what the table will take.
    table_size: usize,
    /// Whether an empty line comes before the next block.
    gap: bool,
}

struct List {
    /// The number of the next item, where they have numbers.
    number: Option<u64>,
    /// Whether it has an item.
    is_begun: bool,
}

struct Level {
    /// What stands in front of the first line, until it is written.
    mark: Option<String>,
    /// What stands in front of all others.
    margin: String,
}

impl Body {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(&tag),
            Event::End(tag) => self.end(tag),
            Event::Text(words) => self.words.push_str(&words),
            Event::Code(words) => self.words.extend(["`", &words, "`"]),
            Event::TaskListMarker(done) => self.words.push_str(if done { "[x] " } else { "[ ] " }),
            Event::SoftBreak => self.words.push(' '),
            Event::HardBreak => self.words.push('\n'),
            Event::Rule => self.block("* * *", true),
            _ => {}
        }
    }

    fn size(&self) -> usize {
        self.text.len() + self.words.len() + self.table_size
    }

    fn start(&mut self, tag: &Tag<'_>) {
        match tag {
            // A list inside an item: the words before it have no end of their own.
            Tag::List(first) => {
                self.finish_words();
                self.gap = self.gap && self.lists.is_empty();
                self.lists.push(List { number: *first, is_begun: false });
            }
            Tag::Item => self.start_item(),
            Tag::BlockQuote(_) => {
                self.finish_words();
                self.levels.push(Level { mark: None, margin: "> ".to_owned() });
            }
            Tag::Table(columns) => self.columns.clone_from(columns),
            Tag::TableHead | Tag::TableRow => self.table.push(Vec::new()),
            Tag::Link { .. } => self.links.push((link_of(tag).unwrap_or_default(), self.words.len())),
            Tag::Strong => self.words.push('*'),
            Tag::Emphasis => self.words.push('_'),
            Tag::Strikethrough => self.words.push('~'),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph => self.finish_words(),
            TagEnd::Heading(_) => {
                let width = self.words.lines().map(display_width).max().unwrap_or_default();
                let heading = format!("{}\n{}", take(&mut self.words), "-".repeat(width.min(WIDTH)));
                self.block(&heading, true);
            }
            TagEnd::CodeBlock => {
                let code = take(&mut self.words);
                let code: Vec<String> = code.trim_end().lines().map(|line| format!("    {line}")).collect();
                self.block(&code.join("\n"), false);
            }
            TagEnd::BlockQuote(_) | TagEnd::Item => {
                self.finish_words();
                self.levels.pop();
            }
            TagEnd::List(_) => {
                self.lists.pop();
                self.gap = true;
            }
            TagEnd::TableCell => self.end_cell(),
            TagEnd::TableHead | TagEnd::TableRow => self.table_size += WIDTH,
            TagEnd::Table => self.end_table(),
            TagEnd::Link => self.end_link(),
            TagEnd::Strong => self.words.push('*'),
            TagEnd::Emphasis => self.words.push('_'),
            TagEnd::Strikethrough => self.words.push('~'),
            _ => {}
        }
    }

    fn start_item(&mut self) {
        let mut mark = "- ".to_owned();
        if let Some(list) = self.lists.last_mut() {
            self.gap = self.gap && !list.is_begun;
            list.is_begun = true;
            if let Some(number) = &mut list.number {
                mark = format!("{number}. ");
                *number = number.saturating_add(1);
            }
        }
        let margin = " ".repeat(mark.len());
        self.levels.push(Level { mark: Some(mark), margin });
    }

    fn end_link(&mut self) {
        if let Some((address, start)) = self.links.pop() {
            let address = address.strip_prefix("mailto:").unwrap_or(&address);
            if self.words.get(start..) != Some(address) {
                self.words.push_str(&format!(" <{address}>"));
            }
        }
    }

    fn end_cell(&mut self) {
        let cell = take(&mut self.words).replace('\n', " ");
        self.table_size += cell.len() + 3;
        if let Some(row) = self.table.last_mut() {
            row.push(cell);
        }
    }

    /// Columns stand below each other where they have room. Where they have none, each value stands beside the head of its column.
    fn end_table(&mut self) {
        let table = take(&mut self.table);
        let columns = table.first().map_or(0, Vec::len);
        let width =
            |column: usize| table.iter().filter_map(|row| row.get(column)).map(|cell| display_width(cell)).max();
        let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or(0)).collect();
        let rows: Vec<String> = match table.as_slice() {
            [head, rows @ ..] if !rows.is_empty() && widths.iter().map(|width| width + 3).sum::<usize>() > WIDTH => {
                rows.iter().map(|row| record(head, row)).filter(|record| !record.is_empty()).collect()
            }
            rows => vec![rows.iter().map(|row| self.line(row, &widths)).collect::<Vec<_>>().join("\n")],
        };
        self.table_size = 0;
        for row in rows {
            self.block(&row, false);
        }
    }

    fn line(&self, row: &[String], widths: &[usize]) -> String {
        let padded = |(column, (cell, width)): (usize, (&String, &usize))| {
            let room = width.saturating_sub(display_width(cell));
            let before = match self.columns.get(column) {
                Some(Alignment::Right) => room,
                Some(Alignment::Center) => room / 2,
                _ => 0,
            };
            format!("{}{cell}{}", " ".repeat(before), " ".repeat(room - before))
        };
        let cells: Vec<String> = row.iter().zip(widths).enumerate().map(padded).collect();
        cells.join(" | ").trim_end().to_owned()
    }

    /// Writes what was read of a block that has not ended.
    fn finish(&mut self) {
        if !self.table.is_empty() {
            self.end_cell();
            self.end_table();
        }
        self.finish_words();
    }

    fn finish_words(&mut self) {
        let words = take(&mut self.words);
        if !words.trim().is_empty() {
            self.block(words.trim(), true);
        }
    }

    /// Writes a block behind the margins of its levels.
    fn block(&mut self, words: &str, wrapped: bool) {
        let margins: String = self.levels.iter().map(|level| level.margin.as_str()).collect();
        let first = self.levels.iter_mut().map(|level| level.mark.take().unwrap_or_else(|| level.margin.clone()));
        let first: String = first.collect();
        if !self.text.is_empty() {
            self.text.push_str(if self.gap { "\n\n" } else { "\n" });
        }
        self.gap = true;
        if wrapped {
            let margins = options().initial_indent(&first).subsequent_indent(&margins);
            self.text.push_str(&textwrap::fill(words, margins));
        } else {
            let line = words.replace('\n', &format!("\n{margins}"));
            self.text.push_str(&format!("{first}{line}"));
        }
    }
}

/// A row whose table has no room.
fn record(head: &[String], row: &[String]) -> String {
    let pairs = head.iter().zip(row).filter(|(_, cell)| !cell.is_empty());
    let lines = pairs.map(|(name, cell)| if name.is_empty() { cell.clone() } else { format!("{name}: {cell}") });
    lines.map(|line| textwrap::fill(&line, options())).collect::<Vec<_>>().join("\n")
}
