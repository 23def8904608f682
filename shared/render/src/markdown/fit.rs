//! Markdown fitted into a width: pieces that are too long get breaks, and tables get the widths of their columns.

use serde_json::{Value, json};

use crate::lines;
use crate::measure::Weight;
use crate::table::{Needs, Type, plan_of_words};

/// The type of text, of code, and of the largest heading, in points.
const TEXT: f64 = 9.5;
const CODE: f64 = 8.0;
const HEADING: f64 = 14.0;
/// The width of a letter of code, in em.
const CODE_LETTER: f64 = 0.602;
/// What lists, quotes and blocks of code take of the width.
const LIST: f64 = 18.0;
const QUOTE: f64 = 12.0;
const PRE: f64 = 16.0;

/// The type in which words are set, and the room that they have, in points.
#[derive(Clone, Copy)]
struct Place {
    room: f64,
    size: f64,
    weight: Weight,
}

/// Fits a tree of Markdown into a width in points.
pub fn fit(nodes: Vec<Value>, width: f64) -> Vec<Value> {
    each(nodes, Place { room: width, size: TEXT, weight: Weight::Regular })
}

fn each(nodes: Vec<Value>, place: Place) -> Vec<Value> {
    nodes.into_iter().map(|node| one(node, place)).collect()
}

fn one(mut node: Value, place: Place) -> Value {
    let inner = match node["t"].as_str().unwrap_or_default() {
        "text" => return softened(node, |words| lines::fitted(words, place.piece(), place.size, place.weight)),
        "code" => return softened(node, |words| code(words, place.room)),
        "pre" => {
            return with_children(node, |nodes| {
                nodes.into_iter().map(|node| softened(node, |words| code(words, place.room - PRE))).collect()
            });
        }
        "table" => return table(node, place),
        "list" => Place { room: place.room - LIST, ..place },
        "quote" => Place { room: place.room - QUOTE, ..place },
        "heading" => Place { size: HEADING, weight: Weight::SemiBold, ..place },
        "strong" => Place { weight: Weight::SemiBold, ..place },
        _ => place,
    };
    if node.get("c").is_some() {
        node = with_children(node, |nodes| each(nodes, inner));
    }
    node
}

impl Place {
    /// The longest piece that gets no breaks: it may touch a piece of another type, without a space between.
    fn piece(self) -> f64 {
        self.room / 2.0
    }
}

fn softened(mut node: Value, soften: impl Fn(&str) -> String) -> Value {
    if let Some(words) = node["v"].as_str().map(soften) {
        node["v"] = words.into();
    }
    node
}

fn with_children(mut node: Value, change: impl FnOnce(Vec<Value>) -> Vec<Value>) -> Value {
    if let Value::Array(children) = node["c"].take() {
        node["c"] = Value::Array(change(children));
    }
    node
}

/// Code with breaks where it is wider than its box; a tab is four columns there.
fn code(words: &str, room: f64) -> String {
    let width = |piece: &str| piece.chars().map(|c| if c.is_ascii() { CODE_LETTER } else { 1.3 }).sum::<f64>() * CODE;
    lines::soften_by(&lines::tidy(&words.replace('\t', "    ")), room, width).into_owned()
}

/// A table of Markdown with the widths of its columns, in groups where they do not fit side by side.
fn table(node: Value, place: Place) -> Value {
    let rows: Vec<Vec<Value>> = children(&node).iter().map(|row| children(row).to_vec()).collect();
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let words = |cell: &Value| lines::tidy(&words(children(cell))).into_owned();
    let needs: Vec<Needs> =
        (0..columns).map(|n| Needs::of_words(rows.iter().filter_map(|row| row.get(n)).map(words))).collect();
    let plan = plan_of_words(&needs, place.room);
    let parts: Vec<Value> = plan
        .groups
        .iter()
        .map(|group| {
            let cell = |row: &[Value], n: usize, width: f64| {
                let room = width - 2.0 * plan.type_.inset;
                let place = Place { room: 2.0 * room, size: plan.type_.size, weight: Weight::SemiBold };
                each(row.get(n).map(children).unwrap_or_default().to_vec(), place)
            };
            let row = |row: &Vec<Value>| {
                group.columns.iter().zip(&group.widths).map(|(n, width)| cell(row, *n, *width)).collect::<Vec<_>>()
            };
            let align: Vec<&Value> = group.columns.iter().map(|n| &node["align"][*n]).collect();
            json!({"widths": group.widths, "align": align, "rows": rows.iter().map(row).collect::<Vec<_>>()})
        })
        .collect();
    let Type { size, inset } = plan.type_;
    json!({"t": "table", "size": size, "inset": inset, "parts": parts})
}

fn children(node: &Value) -> &[Value] {
    node["c"].as_array().map(Vec::as_slice).unwrap_or_default()
}

/// The words of nodes without their marks.
fn words(nodes: &[Value]) -> String {
    nodes
        .iter()
        .map(|node| match (node["v"].as_str(), node["t"].as_str()) {
            (Some(words), _) => words.to_owned(),
            (None, Some("br")) => "\n".to_owned(),
            (None, _) => words(children(node)),
        })
        .collect()
}
