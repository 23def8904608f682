//! What the layout reads of a table: type, widths, texts with breaks where they need them, and the heights that are known.

use domain::definition::Length;
use serde::Serialize;

use super::widths::{self, Group, Needs, Refusal, Type};
use crate::lines;
use crate::measure::{self, Weight};

/// The height of a row of one line, in em.
const ROW_HEIGHT: f64 = 2.0;
/// The type of heads, in em of the table's.
const HEAD: f64 = 8.0 / 8.5;
/// Longer pieces are broken before the type gets smaller: hashes, addresses, references. Words are mostly shorter.
const LONG: usize = 12;
/// The width in em that such pieces keep.
const LONG_WIDTH: f64 = 7.2;
/// The rows that stay with the row of totals.
const KEPT: usize = 2;
/// The most lines of a row that stays with the row of totals.
const MAX_KEPT_LINES: usize = 6;
/// From one line of a cell to the next, in em, and the space above and below a cell together, in points.
const LINE: f64 = 1.2;
const AROUND: f64 = 9.0;
/// The part of a page that a head may take to be repeated on every page, and to be kept in one piece at all.
const REPEATED: f64 = 0.3;
const WHOLE: f64 = 0.8;

/// The texts of a table by rows.
pub struct Columns<'a> {
    pub heads: &'a [String],
    pub cells: &'a [Vec<String>],
    pub totals: Option<&'a [String]>,
    pub aligns: &'a [&'static str],
    /// The columns whose cells are never broken over lines.
    pub whole: Vec<bool>,
    pub wanted: Vec<Option<Length>>,
}

/// A table as the layout reads it.
#[derive(Debug, Serialize)]
pub struct Laid {
    size: f64,
    head_size: f64,
    inset: f64,
    /// Columns side by side, one group below the other.
    pub parts: Vec<Part>,
}

/// Columns that stand side by side, over all rows.
#[derive(Debug, Serialize)]
pub struct Part {
    widths: Vec<f64>,
    aligns: Vec<&'static str>,
    heads: Vec<String>,
    head: Head,
    rows: Vec<Vec<String>>,
    /// The heights of rows, where the layout need not find them out.
    heights: Vec<Option<f64>>,
    totals: Option<Vec<String>>,
    /// The last rows, which stay on a page with the totals.
    kept: usize,
}

/// How the row of heads is set.
#[derive(Debug, Serialize)]
#[serde(rename_all = "lowercase")]
enum Head {
    /// On every page.
    Repeated,
    /// Once: on every page it would leave too little for the rows.
    Once,
    /// As any row, which may go on on the next page: it is almost as high as a page.
    Row,
}

/// What a reader should know of a table in several parts.
pub fn divided(parts: usize) -> String {
    format!(
        "the columns do not fit side by side: the table is printed in {parts} parts, each with the first column; use a larger page, `\"orientation\": \"auto\"`, or fewer columns"
    )
}

impl Columns<'_> {
    /// Sizes the columns for a page, or a part of one, of this width and height in points.
    ///
    /// # Errors
    /// When they do not fit.
    pub fn lay_out(&self, (width, height): (f64, f64), may_turn: bool) -> Result<Laid, Refusal> {
        let needs: Vec<Needs> = (0..self.heads.len()).map(|n| self.needs(n)).collect();
        let plan = widths::plan(&needs, width, may_turn)?;
        let Type { size, inset } = plan.type_;
        let parts = plan.groups.into_iter().map(|group| self.part(group, plan.type_, &needs, height)).collect();
        Ok(Laid { size, head_size: size * HEAD, inset, parts })
    }

    fn needs(&self, n: usize) -> Needs {
        let mut needs = Needs { wanted: self.wanted[n], ..Needs::default() };
        needs.hold(&self.heads[n], Weight::SemiBold, HEAD, false);
        let mut squares = 0.0;
        for row in self.cells {
            squares += needs.hold(&row[n], Weight::Regular, 1.0, self.whole[n]).powi(2);
        }
        needs.usual = (squares / self.cells.len().max(1) as f64).sqrt();
        if let Some(totals) = self.totals {
            needs.hold(&totals[n], Weight::SemiBold, 1.0, self.whole[n]);
        }
        needs
    }

    fn part(&self, group: Group, type_: Type, needs: &[Needs], page: f64) -> Part {
        let Group { columns, widths } = group;
        let rooms: Vec<f64> = widths.iter().map(|width| width - 2.0 * type_.inset).collect();
        let row = |row: &[String], size: f64, weight| -> Vec<String> {
            let texts = columns.iter().zip(&rooms);
            // Most columns hold no piece that is wider than they are.
            let softened = |(n, room): (&usize, &f64)| match needs[*n].longest * type_.size <= *room {
                true => row[*n].clone(),
                false => lines::soften(&row[*n], *room, size, weight).into_owned(),
            };
            texts.map(softened).collect()
        };
        let rows: Vec<Vec<String>> = self.cells.iter().map(|cells| row(cells, type_.size, Weight::Regular)).collect();
        let heads = row(self.heads, type_.size * HEAD, Weight::SemiBold);
        let head = measured_height(&heads, &rooms, type_.size * HEAD, Weight::SemiBold);
        Part {
            head: Head::of(head, page),
            heights: rows.iter().map(|row| height(row, &rooms, type_.size)).collect(),
            totals: self.totals.map(|totals| row(totals, type_.size, Weight::SemiBold)),
            kept: if self.totals.is_some() { kept(&rows, &rooms, type_.size) } else { 0 },
            aligns: columns.iter().map(|n| self.aligns[*n]).collect(),
            heads,
            widths,
            rows,
        }
    }
}

impl Head {
    fn of(height: f64, page: f64) -> Head {
        if height < page * REPEATED {
            Head::Repeated
        } else if height < page * WHOLE {
            Head::Once
        } else {
            Head::Row
        }
    }
}

impl Needs {
    /// The needs of a column of words, the first of which is its head.
    pub fn of_words(words: impl Iterator<Item = String>) -> Needs {
        let mut needs = Needs::default();
        let (mut squares, mut count) = (0.0, 0.0);
        for words in words {
            squares += needs.hold(&words, Weight::SemiBold, 1.0, false).powi(2);
            count += 1.0;
        }
        Needs { usual: (squares / f64::max(count, 1.0)).sqrt(), ..needs }
    }

    /// Makes room for a text; the width of its longest line.
    fn hold(&mut self, text: &str, weight: Weight, size: f64, whole: bool) -> f64 {
        let mut longest_line = 0.0_f64;
        for line in text.lines() {
            let widest = measure::width(line, size, weight);
            // A line that is narrower than a piece of the column changes nothing but the widest line.
            if whole {
                self.longest = self.longest.max(widest);
                self.broken = self.broken.max(widest);
            } else if widest > self.longest || widest > self.broken {
                self.hold_pieces(line, weight, size);
            }
            self.widest = self.widest.max(widest);
            longest_line = longest_line.max(widest);
        }
        longest_line
    }

    fn hold_pieces(&mut self, line: &str, weight: Weight, size: f64) {
        lines::for_each_piece(line, |piece| {
            let width = measure::width(piece, size, weight);
            let is_long = piece.len() > LONG && piece.chars().count() > LONG;
            self.longest = self.longest.max(width);
            self.broken = self.broken.max(if is_long { width.min(LONG_WIDTH) } else { width });
        });
    }
}

/// The height of a row whose cells all fit on one line; nothing when the layout has to find out.
fn height(row: &[String], rooms: &[f64], size: f64) -> Option<f64> {
    let fits = |(cell, room): (&String, &f64)| {
        let one_line = !cell.contains('\n') && measure::width(cell, size, Weight::Regular) <= *room + 0.01;
        one_line && measure::is_plain(cell)
    };
    row.iter().zip(rooms).all(fits).then_some(ROW_HEIGHT * size)
}

/// The height of a row, as far as it can be found out before it is laid out.
fn measured_height(row: &[String], rooms: &[f64], size: f64, weight: Weight) -> f64 {
    let lines = row.iter().zip(rooms).map(|(cell, room)| lines::count(cell, *room, size, weight));
    lines.max().unwrap_or(1) as f64 * LINE * size + AROUND
}

/// The number of last rows that stay with the row of totals.
fn kept(rows: &[Vec<String>], rooms: &[f64], size: f64) -> usize {
    let lines = |(cell, room): (&String, &f64)| lines::count(cell, *room, size, Weight::Regular);
    let is_short = |row: &&Vec<String>| row.iter().zip(rooms).all(|cell| lines(cell) <= MAX_KEPT_LINES);
    rows.iter().rev().take(KEPT).take_while(is_short).count()
}
