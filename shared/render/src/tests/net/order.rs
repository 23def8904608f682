//! The text alternative is read in the order of the definition and its data: blocks one after the other, rows one after the other, and
//! inside a row its cells.

use std::ops::Range;

use domain::definition::Format;
use serde_json::Value;

use super::{Outcome, ensure, records, squeezed};
use crate::lines::tidy;
use crate::writing::Writing;

/// What is read one after the other.
#[derive(Debug, Clone)]
pub enum Piece {
    /// Texts side by side: a row's cells, or a single text.
    Texts(Vec<String>),
    /// Blocks side by side.
    Columns(Vec<Vec<Piece>>),
}

impl Piece {
    fn text(text: &str) -> Piece {
        Piece::Texts(vec![text.to_owned()])
    }
}

/// Looks for all pieces in the texts of the pages.
pub fn check(pieces: &[Piece], pages: &[&str]) -> Outcome {
    Reading::new(pages).all(pieces, 0).map(|_| ())
}

/// What is to be read of a report: of its definition and data, and of what was resolved of them where that is written by the language.
pub struct Expected<'a> {
    pub definition: &'a Value,
    pub data: &'a Value,
    pub resolved: &'a Value,
    pub writing: &'a Writing,
}

impl Expected<'_> {
    pub fn pieces(&self) -> Result<Vec<Piece>, String> {
        let title = Piece::text(&tidy(self.definition["title"].as_str().unwrap_or_default()));
        let blocks = self.blocks(&self.definition["blocks"], &self.resolved["blocks"])?;
        Ok([vec![title, Piece::text(&self.writing.date())], blocks].concat())
    }

    fn blocks(&self, defined: &Value, resolved: &Value) -> Result<Vec<Piece>, String> {
        let (defined, resolved) = (list(defined), list(resolved));
        ensure(defined.len() == resolved.len(), || format!("{} blocks of {}", resolved.len(), defined.len()))?;
        let mut pieces = Vec::new();
        for (defined, resolved) in defined.iter().zip(resolved) {
            ensure(defined["kind"] == resolved["kind"], || {
                format!("{} is laid out as {}", defined["kind"], resolved["kind"])
            })?;
            pieces.extend(self.block(defined, resolved)?);
        }
        Ok(pieces)
    }

    fn block(&self, defined: &Value, resolved: &Value) -> Result<Vec<Piece>, String> {
        Ok(match defined["kind"].as_str().unwrap_or_default() {
            "heading" => vec![Piece::text(&tidy(words(&defined["text"])))],
            "text" => {
                let mut pieces = Vec::new();
                markdown(list(&resolved["nodes"]), &mut pieces);
                pieces
            }
            "kpis" => cards(list(&defined["items"]), resolved),
            "chart" => {
                let title = list(&resolved["title"]).iter().map(words).collect::<String>();
                vec![Piece::Texts(vec![title]), Piece::text(words(&resolved["alt"]))]
            }
            "table" => self.table(defined, resolved)?,
            "columns" => {
                let columns = list(&defined["columns"]).iter().zip(list(&resolved["columns"]));
                let columns: Result<_, String> =
                    columns.map(|(defined, resolved)| self.blocks(defined, resolved)).collect();
                vec![Piece::Columns(columns?)]
            }
            _ => Vec::new(),
        })
    }

    /// A table, whose columns may be divided into parts, each with the first.
    fn table(&self, defined: &Value, resolved: &Value) -> Result<Vec<Piece>, String> {
        let columns = list(&defined["columns"]);
        let rows: Result<Vec<Vec<String>>, String> =
            records(defined, self.data).iter().map(|record| self.row(columns, record)).collect();
        let (rows, title) = (rows?, tidy(words(&defined["title"])).into_owned());
        let (mut pieces, mut next) = (Vec::new(), 1);
        for part in list(&resolved["table"]["parts"]) {
            let beside = list(&part["widths"]).len() - 1;
            let members: Vec<usize> = [0].into_iter().chain(next..next + beside).collect();
            next += beside;
            let of_part = |row: &[String]| Piece::Texts(members.iter().map(|n| row[*n].clone()).collect());
            let heads: Vec<String> = columns.iter().map(head).collect();
            pieces.extend([Piece::text(&title), of_part(&heads)]);
            pieces.extend(rows.iter().map(|row| of_part(row)));
            if rows.is_empty() {
                pieces.push(Piece::text(self.writing.no_data_label()));
            }
            pieces.push(Piece::Texts(list(&part["totals"]).iter().map(|total| words(total).to_owned()).collect()));
        }
        ensure(next == columns.len(), || format!("{next} columns of {}", columns.len()))?;
        Ok(pieces)
    }

    fn row(&self, columns: &[Value], record: &Value) -> Result<Vec<String>, String> {
        let cell = |column: &Value| {
            let format: Option<Format> = column["format"].as_str().map(|format| format.parse().unwrap());
            let text = self.writing.format(&record[words(&column["field"])], format.as_ref())?;
            Ok(tidy(&text).into_owned())
        };
        columns.iter().map(cell).collect()
    }
}

fn head(column: &Value) -> String {
    let title = column["title"].as_str().map(|title| tidy(title).into_owned());
    title.unwrap_or_else(|| crate::records::words(words(&column["field"])))
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn words(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// Rows of cards: what is written in each, from above.
fn cards(defined: &[Value], resolved: &Value) -> Vec<Piece> {
    let card = |(defined, resolved): (&Value, &Value)| {
        let delta = words(&resolved["delta"]["text"]);
        [&tidy(words(&defined["label"])), words(&resolved["value"]), delta, &tidy(words(&defined["hint"]))].concat()
    };
    let cards: Vec<String> = defined.iter().zip(list(&resolved["items"])).map(card).collect();
    let per_row = resolved["per_row"].as_u64().unwrap_or(1) as usize;
    cards.chunks(per_row).map(|row| Piece::Texts(row.to_vec())).collect()
}

/// The paragraphs, items and rows of a tree.
fn markdown(nodes: &[Value], pieces: &mut Vec<Piece>) {
    let mut inline = String::new();
    for node in nodes {
        let is_block = ["p", "heading", "quote", "pre", "list", "item", "table"].contains(&words(&node["t"]));
        if !is_block {
            inline.push_str(&plain_words(node));
            continue;
        }
        pieces.push(Piece::Texts(vec![std::mem::take(&mut inline)]));
        let rows = list(&node["parts"]).iter().flat_map(|part| list(&part["rows"]));
        let row = |row: &Value| Piece::Texts(list(row).iter().map(plain_words).collect());
        pieces.extend(rows.map(row));
        markdown(list(&node["c"]), pieces);
    }
    pieces.push(Piece::Texts(vec![inline]));
}

fn plain_words(node: &Value) -> String {
    match node {
        Value::Array(nodes) => nodes.iter().map(plain_words).collect(),
        node => format!("{}{}", words(&node["v"]), plain_words_of(&node["c"])),
    }
}

fn plain_words_of(children: &Value) -> String {
    list(children).iter().map(plain_words).collect()
}

/// The texts of all pages, and where each page but the first begins.
struct Reading {
    text: String,
    breaks: Vec<usize>,
}

type End = Result<usize, String>;

impl Reading {
    fn new(pages: &[&str]) -> Reading {
        let (mut text, mut breaks) = (String::new(), Vec::new());
        for page in pages {
            breaks.push(text.len());
            text.push_str(&letters(page));
        }
        Reading { text, breaks: breaks.split_off(1) }
    }

    /// Reads pieces from a place on, and returns where the last one ends.
    fn all(&self, pieces: &[Piece], at: usize) -> End {
        pieces.iter().try_fold(at, |at, piece| match piece {
            Piece::Texts(texts) => self.texts(&texts.iter().map(|text| letters(text)).collect::<Vec<_>>(), at),
            Piece::Columns(columns) => self.columns(columns, at),
        })
    }

    /// Blocks side by side are read column by column, on each page for itself.
    fn columns(&self, columns: &[Vec<Piece>], at: usize) -> End {
        let in_turn = columns.iter().try_fold(at, |at, column| self.all(column, at));
        in_turn.or_else(|fault| {
            let ends: Result<Vec<usize>, String> = columns.iter().map(|column| self.all(column, at)).collect();
            let end = ends?.into_iter().max().unwrap_or(at);
            if self.is_broken(&(at..end)) { Ok(end) } else { Err(fault) }
        })
    }

    /// Texts side by side are read without anything between them, unless a page ends inside.
    fn texts(&self, texts: &[String], at: usize) -> End {
        let whole = texts.concat();
        if whole.is_empty() {
            return Ok(at);
        }
        let whole_end = self.text[at..].find(&whole).map(|start| at + start + whole.len());
        if whole_end.is_some_and(|end| !self.is_broken(&(at..end - whole.len() + 1))) {
            return whole_end.ok_or_else(String::new);
        }
        let ends: Option<Vec<usize>> = texts.iter().map(|text| self.in_parts(text, at)).collect();
        let broken_end = ends.and_then(|ends| ends.into_iter().max()).filter(|end| self.is_broken(&(at..*end)));
        let end = [whole_end, broken_end].into_iter().flatten().min();
        end.ok_or_else(|| self.missed(&whole, at))
    }

    /// Says as how much of a text is read from a place on.
    fn missed(&self, whole: &str, at: usize) -> String {
        let starts = whole.char_indices().map(|(start, _)| &whole[..start]);
        let read = starts.rev().find(|start| self.text[at..].contains(start)).unwrap_or_default();
        let behind = at + self.text[at..].find(read).unwrap_or_default() + read.len();
        let shown = |text: &str| text.chars().take(60).collect::<String>();
        format!("{:?} is not read behind {read:?}, but {:?}", shown(&whole[read.len()..]), shown(&self.text[behind..]))
    }

    fn is_broken(&self, range: &Range<usize>) -> bool {
        self.breaks.iter().any(|start| range.contains(start))
    }

    /// Where a text ends whose lines are on several pages: on each as much of it as is there, between the foot of one and the head of the next.
    fn in_parts(&self, text: &str, at: usize) -> Option<usize> {
        /// A text that goes on behind a whole page has so many letters on it.
        const ON_A_PAGE: usize = 20;
        let (mut rest, mut at, mut letters) = (text, at, ON_A_PAGE);
        let begun = at;
        let ends = self.breaks.iter().copied().filter(|start| *start > begun).chain([self.text.len()]);
        for (n, page_end) in ends.enumerate() {
            // It begins on this page or on the next one.
            if n > 2 && letters < ON_A_PAGE {
                return None;
            }
            let page = &self.text[at..page_end];
            let ends = (0..=rest.len()).rev().filter(|end| rest.is_char_boundary(*end));
            let (end, start) = ends.into_iter().find_map(|end| Some((end, page.find(&rest[..end])?)))?;
            letters = rest[..end].chars().count();
            rest = &rest[end..];
            if rest.is_empty() {
                return Some(at + start + end);
            }
            at = page_end;
        }
        None
    }
}

/// The letters and digits of a text. Signs, emoji and marks are looked for in `cells`, but not in their order: between words of two directions a
/// sign stands where Unicode's rules put it, and which word it is read with is not on the page.
fn letters(text: &str) -> String {
    squeezed(text).chars().filter(|c| c.is_alphanumeric()).collect()
}

#[test]
fn pieces_are_read_in_their_order() {
    let row = |cells: &[&str]| Piece::Texts(cells.iter().map(|cell| (*cell).to_owned()).collect());
    let pieces = [Piece::text("Net sales"), row(&["North", "10"]), row(&["South and West", "20"])];
    let cases = [
        ("in order", vec!["Report\nNet sales\nNorth\t10\nSouth and West\t20\nPage 1"], true),
        ("rows that change places", vec!["Net sales\nSouth and West\t20\nNorth\t10"], false),
        ("cells that change places", vec!["Net sales\n10\tNorth\nSouth and West\t20"], false),
        ("a row on two pages", vec!["Net sales\nNorth\t10\nSouth\t20 Page 1", "Head\nand West\nPage 2"], true),
        ("a row in two parts on one page", vec!["Net sales\nNorth\t10\nSouth\t20 Page 1\nand West"], false),
        ("words that change places", vec!["sales Net\nNorth\t10\nSouth and West\t20"], false),
    ];
    for (what, pages, right) in cases {
        assert_eq!(check(&pieces, &pages).is_ok(), right, "{what}");
    }
    let columns = [Piece::Columns(vec![vec![Piece::text("left"), Piece::text("below")], vec![Piece::text("right")]])];
    let cases =
        [(vec!["left below right"], true), (vec!["left right below"], false), (vec!["left right", "below"], true)];
    for (pages, right) in cases {
        assert_eq!(check(&columns, &pages).is_ok(), right, "{pages:?}");
    }
}
