//! The words of a page, read back from what was laid out, in the order in which they are read.
//!
//! - `line`: the words of one line.

use std::collections::HashMap;

use typst::foundations::{Content, Smart};
use typst::introspection::{Location, Tag};
use typst::layout::{Frame, FrameItem, GridCell, GridElem, Point};
use typst::model::{TableCell, TableElem};
use typst::text::TextItem;
use typst::visualize::ImageElem;

use crate::lines;
mod line;
#[cfg(test)]
mod tests;

use line::Line;

/// The words of a page in reading order: a line of text a line, cells of a row apart, pictures by their alternative text.
pub fn of_frame(frame: &Frame) -> String {
    let page = Part::default();
    let mut reader = Reader { parts: vec![page], cells: HashMap::new(), line: Line::default() };
    reader.frame(frame, Point::zero());
    reader.finish()
}

struct Reader {
    /// The page, and the cells that are open inside each other.
    parts: Vec<Part>,
    /// The cells so far; one that goes on on the next page has its content behind its end.
    cells: HashMap<Location, Cell>,
    line: Line,
}

/// The page or a cell.
#[derive(Default)]
struct Part {
    lines: Vec<String>,
    /// The row of cells that is being read, if one is.
    row: Option<Row>,
    cell: Option<Cell>,
}

/// The cells of a row: their columns and what they hold.
struct Row {
    number: usize,
    cells: Vec<(usize, Vec<String>)>,
}

/// A cell that is open, or was.
#[derive(Clone, Copy)]
struct Cell {
    location: Location,
    column: usize,
    row: usize,
    /// In a table lines are broken because the column is narrow.
    of_table: bool,
}

impl Reader {
    fn frame(&mut self, frame: &Frame, origin: Point) {
        for (position, item) in frame.items() {
            let position = origin + *position;
            match item {
                // Rotated words keep their order; that they stand askew does not matter here.
                FrameItem::Group(group) => {
                    let origin = position + Point::new(group.transform.tx, group.transform.ty);
                    match group.parent.as_ref().and_then(|parent| self.cells.get(&parent.location)).copied() {
                        Some(cell) => self.in_cell(cell, |reader| reader.frame(&group.frame, origin)),
                        None => self.frame(&group.frame, origin),
                    }
                }
                FrameItem::Text(words) => self.words(words, position),
                FrameItem::Tag(tag) => self.tag(tag),
                _ => {}
            }
        }
    }

    fn words(&mut self, words: &TextItem, position: Point) {
        if !self.line.is_continued(words, position) {
            self.end_line();
        }
        self.line.add(words, position);
    }

    fn tag(&mut self, tag: &Tag) {
        match tag {
            Tag::Start(element, _) => {
                if let Some(alt) =
                    element.to_packed::<ImageElem>().and_then(|image| image.alt.as_option().clone().flatten())
                {
                    self.end_line();
                    self.push(alt.to_string());
                } else if let Some(cell) = cell(element) {
                    self.cells.insert(cell.location, cell);
                    self.begin_cell(cell);
                } else if element.is::<TableElem>() || element.is::<GridElem>() {
                    self.end_line();
                    self.end_row();
                }
            }
            Tag::End(location, ..) => {
                let open = self.parts.last().and_then(|part| part.cell.as_ref());
                if open.is_some_and(|cell| cell.location == *location) {
                    self.end_cell();
                }
            }
        }
    }

    fn in_cell(&mut self, cell: Cell, read: impl FnOnce(&mut Self)) {
        self.begin_cell(cell);
        read(self);
        self.end_cell();
    }

    fn begin_cell(&mut self, cell: Cell) {
        self.end_line();
        self.parts.push(Part { cell: Some(cell), ..Part::default() });
    }

    fn end_line(&mut self) {
        if let Some(text) = std::mem::take(&mut self.line).read() {
            self.push(text);
        }
    }

    fn push(&mut self, line: String) {
        self.end_row();
        if let Some(part) = self.parts.last_mut() {
            part.lines.push(line);
        }
    }

    fn end_row(&mut self) {
        if let Some(part) = self.parts.last_mut()
            && let Some(row) = part.row.take()
        {
            part.lines.extend(row.read());
        }
    }

    fn end_cell(&mut self) {
        self.end_line();
        self.end_row();
        let Some(Part { mut lines, cell: Some(cell), .. }) = self.parts.pop() else { return };
        if cell.of_table {
            lines = vec![line::unbroken(&lines)];
        }
        let taken = |row: &Row| row.cells.iter().any(|(column, lines)| *column == cell.column && !is_empty(lines));
        let same = |row: &Row| row.number == cell.row && !taken(row);
        if !self.parts.last().and_then(|part| part.row.as_ref()).is_some_and(same) {
            self.end_row();
        }
        if let Some(part) = self.parts.last_mut() {
            let row = part.row.get_or_insert_with(|| Row { number: cell.row, cells: Vec::new() });
            row.cells.retain(|(column, _)| *column != cell.column);
            row.cells.push((cell.column, lines));
        }
    }

    fn finish(mut self) -> String {
        // A cell that goes on on the next page is still open.
        while self.parts.len() > 1 {
            self.end_cell();
        }
        self.end_line();
        self.end_row();
        let lines = self.parts.pop().map(|page| page.lines).unwrap_or_default();
        let text = lines.iter().map(|line| line.trim_end_matches(' ')).collect::<Vec<_>>().join("\n");
        lines::without_breaks(&text).into_owned()
    }
}

fn is_empty(lines: &[String]) -> bool {
    lines.iter().all(String::is_empty)
}

impl Row {
    /// One line, unless a cell holds several.
    fn read(mut self) -> Vec<String> {
        self.cells.sort_by_key(|(column, _)| *column);
        if self.cells.iter().any(|(_, lines)| lines.len() > 1) {
            return self.cells.into_iter().flat_map(|(_, lines)| lines).collect();
        }
        let cells: Vec<String> =
            self.cells.into_iter().map(|(_, lines)| lines.concat().trim_end().to_owned()).collect();
        let line = cells.join("\t").trim_end_matches('\t').to_owned();
        if line.is_empty() { Vec::new() } else { vec![line] }
    }
}

/// A cell of a table or grid, where it begins.
fn cell(element: &Content) -> Option<Cell> {
    let location = element.location()?;
    let (column, row, of_table) = if let Some(cell) = element.to_packed::<TableCell>() {
        (*cell.x.as_option(), *cell.y.as_option(), true)
    } else {
        let cell = element.to_packed::<GridCell>()?;
        (*cell.x.as_option(), *cell.y.as_option(), false)
    };
    let number = |place: Option<Smart<usize>>| place.and_then(Smart::custom).unwrap_or_default();
    Some(Cell { location, column: number(column), row: number(row), of_table })
}
