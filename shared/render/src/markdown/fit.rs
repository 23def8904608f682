//! Markdown fitted into a width: pieces that are too long get breaks, and tables get the widths of their columns.

use serde_json::{Value, json};

use crate::lines;
use crate::measure::{self, Weight};
use crate::table::{Needs, Type, plan_of_words};

/// The type of text, of code, and of the largest heading, in points.
const TEXT: f64 = 9.5;
const CODE: f64 = 8.0;
const HEADING: f64 = 14.0;
/// The width of a letter of code, in em.
const CODE_LETTER: f64 = 0.602;
/// What lists, quotes and blocks of code take of the width.
const LIST: f64 = 18.0;
const BESIDE_NUMBER: f64 = 9.0;
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
    Fitter::default().each(nodes, Place { room: width, size: TEXT, weight: Weight::Regular })
}

/// Walks through the words in their order.
#[derive(Default)]
struct Fitter {
    /// The width of the piece at the end of what was walked through, which the next words go on with if no space is between.
    open: f64,
}

impl Fitter {
    fn each(&mut self, nodes: Vec<Value>, place: Place) -> Vec<Value> {
        nodes.into_iter().map(|node| self.one(node, place)).collect()
    }

    fn one(&mut self, mut node: Value, place: Place) -> Value {
        let inner = match node["t"].as_str().unwrap_or_default() {
            "text" => return self.words(node, place.room, |words| place.width(words)),
            "code" => return self.words(node, place.room, code_width),
            "pre" => {
                let code = |node| Fitter::default().words(node, place.room - PRE, code_width);
                return with_children(node, |nodes| nodes.into_iter().map(code).collect());
            }
            "table" => return table(node, place),
            "list" => Place { room: place.room - indent(&node, place), ..place },
            "quote" => Place { room: place.room - QUOTE, ..place },
            "heading" => Place { size: HEADING, weight: Weight::SemiBold, ..place },
            "strong" => Place { weight: Weight::SemiBold, ..place },
            _ => place,
        };
        let goes_on = matches!(node["t"].as_str(), Some("strong" | "emph" | "strike" | "link" | "span"));
        if !goes_on {
            self.open = 0.0;
        }
        if node.get("c").is_some() {
            node = with_children(node, |nodes| self.each(nodes, inner));
        }
        node
    }

    /// Words with breaks where a piece is too long, alone or together with the words before it.
    fn words(&mut self, mut node: Value, room: f64, width: impl Fn(&str) -> f64) -> Value {
        let words = lines::tidy(&node["v"].as_str().unwrap_or_default().replace('\t', "    ")).into_owned();
        let first = words.split(char::is_whitespace).next().unwrap_or_default();
        let glued = self.open > 0.0 && !first.is_empty() && self.open + width(first) > room / 2.0;
        let last = words.rsplit(char::is_whitespace).next().unwrap_or_default();
        let goes_on = last.len() == words.len() && !glued;
        self.open = width(last) + if goes_on { self.open } else { 0.0 };
        let softened = lines::soften_by(&words, room, width);
        node["v"] = if glued { format!("{}{softened}", lines::BREAK) } else { softened.into_owned() }.into();
        node
    }
}

impl Place {
    fn width(self, words: &str) -> f64 {
        measure::width(words, self.size, self.weight)
    }
}

/// What the bullets or numbers of a list take of the width.
fn indent(list: &Value, place: Place) -> f64 {
    let last = list["start"].as_u64().map(|start| start + children(list).len() as u64);
    last.map_or(LIST, |last| LIST.max(place.width(&format!("{last}.")) + BESIDE_NUMBER))
}

fn with_children(mut node: Value, change: impl FnOnce(Vec<Value>) -> Vec<Value>) -> Value {
    if let Value::Array(children) = node["c"].take() {
        node["c"] = Value::Array(change(children));
    }
    node
}

fn code_width(words: &str) -> f64 {
    words.chars().map(|c| if c.is_ascii() { CODE_LETTER } else { 1.3 }).sum::<f64>() * CODE
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
                let place = Place { room, size: plan.type_.size, weight: Weight::SemiBold };
                Fitter::default().each(row.get(n).map(children).unwrap_or_default().to_vec(), place)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_several_kinds_without_a_space_between_can_be_broken() {
        let text = |words: &str| json!({"t": "text", "v": words});
        let emph = |words: &str| json!({"t": "emph", "c": [text(words)]});
        let fitted = |nodes: Vec<Value>| words(&fit(nodes, 80.0)).replace(lines::BREAK, "|");
        let cases = [
            ("short ones stay together", vec![text("ab"), emph("cd"), text("ef gh")], "abcdef gh"),
            ("together too long", vec![text("abcdef"), emph("ghijkl"), text("mno")], "abcdef|ghijkl|mno"),
            ("a space is enough", vec![text("abcdef "), emph("ghijkl"), text(" mno")], "abcdef ghijkl mno"),
            ("a long piece alone", vec![text("abcdefghijklmnop")], "abcdef|ghijkl|mnop"),
        ];
        for (what, nodes, expected) in cases {
            assert_eq!(fitted(nodes), expected, "{what}");
        }
    }
}
