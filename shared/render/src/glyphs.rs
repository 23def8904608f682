//! Characters that no font has: they are printed as boxes, and never without a warning.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use typst::layout::{Frame, FrameItem};
use typst::text::TextItem;

use crate::error::RenderError;
use crate::lines;
use crate::warning::{Warning, Warnings};

#[cfg(test)]
mod tests;

/// More characters than these are counted in a warning, not named.
const MOST_NAMED: usize = 20;

/// The characters that are printed as boxes, and the first page that has each.
#[derive(Default)]
pub struct Missing(BTreeMap<char, u32>);

impl Missing {
    /// Those on these pages, by their numbers.
    pub fn on<'a>(pages: impl Iterator<Item = (u32, &'a Frame)>) -> Missing {
        let mut missing = Missing::default();
        pages.for_each(|(number, frame)| missing.search(frame, number));
        missing
    }

    fn search(&mut self, frame: &Frame, page: u32) {
        for (_, item) in frame.items() {
            match item {
                FrameItem::Group(group) => self.search(&group.frame, page),
                FrameItem::Text(words) => boxes(words).for_each(|c| {
                    self.0.entry(c).or_insert(page);
                }),
                _ => {}
            }
        }
    }

    /// Warns of each character once for every block of a resolved document that has it.
    pub fn warn_by_block(&self, document: &Value, warnings: &Warnings) {
        self.warn(warnings, |c, page| {
            let places = places(document, c);
            if places.is_empty() { vec![on_page(page)] } else { places }
        });
    }

    /// Warns of each character on the first page that has it: a whole Typst source has no blocks.
    pub fn warn_by_page(&self, warnings: &Warnings) {
        self.warn(warnings, |_, page| vec![on_page(page)]);
    }

    fn warn(&self, warnings: &Warnings, places: impl Fn(char, u32) -> Vec<String>) {
        let mut by_place: Vec<(String, BTreeSet<char>)> = Vec::new();
        for (c, page) in &self.0 {
            for place in places(*c, *page) {
                match by_place.iter_mut().find(|(known, _)| *known == place) {
                    Some((_, characters)) => drop(characters.insert(*c)),
                    None => by_place.push((place, BTreeSet::from([*c]))),
                }
            }
        }
        by_place.into_iter().for_each(|(place, characters)| warnings.add(place, message(&characters)));
    }
}

/// What a report that asks for `strictGlyphs` comes to when a character has no glyph.
pub fn refusal(warnings: &[Warning]) -> Option<RenderError> {
    let first = warnings.iter().find(|warning| warning.message.starts_with(NO_FONT))?;
    Some(RenderError::report(first.place.clone(), first.message.clone()))
}

const NO_FONT: &str = "No font has ";

fn message(characters: &BTreeSet<char>) -> String {
    let named: Vec<String> = characters.iter().take(MOST_NAMED).map(|c| named(*c)).collect();
    let more = match characters.len().saturating_sub(MOST_NAMED) {
        0 => String::new(),
        more => format!(" and {more} more characters"),
    };
    format!(
        "{NO_FONT}{}{more}: each is printed as a box; add a font that has them to the report or to its workspace",
        named.join(", ")
    )
}

/// A character and its code point; one that cannot be seen by its code point alone.
fn named(c: char) -> String {
    let code = format!("U+{:04X}", u32::from(c));
    let private = matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..);
    if c.is_alphanumeric() || !(private || c.is_control() || c.is_whitespace()) {
        format!("`{c}` ({code})")
    } else {
        code
    }
}

/// The characters of a text whose glyph is the first of its font, which is the box. Breaks that were added are nobody's characters.
fn boxes(words: &TextItem) -> impl Iterator<Item = char> {
    let boxes = words.glyphs.iter().filter(|glyph| glyph.id == 0);
    boxes.filter_map(|glyph| words.text.get(glyph.range())).flat_map(str::chars).filter(|c| *c != lines::BREAK)
}

fn on_page(page: u32) -> String {
    format!("page {page}")
}

/// The blocks whose words hold a character, and the words around them that do.
fn places(document: &Value, c: char) -> Vec<String> {
    let heads = [("title", "title"), ("header", "template.header"), ("footer", "template.footer")];
    let heads = heads.into_iter().filter(|(name, _)| holds(&document[name], c));
    let mut places: Vec<String> = heads.map(|(_, place)| place.to_owned()).collect();
    in_blocks(&document["blocks"], "blocks", c, &mut places);
    places
}

fn in_blocks(blocks: &Value, place: &str, c: char, places: &mut Vec<String>) {
    for (n, block) in blocks.as_array().into_iter().flatten().enumerate() {
        let place = format!("{place}[{n}]");
        if block["kind"] == "columns" {
            let columns = block["columns"].as_array().into_iter().flatten().enumerate();
            columns.for_each(|(n, column)| in_blocks(column, &format!("{place}.columns[{n}]"), c, places));
        } else if holds(block, c) {
            places.push(place);
        }
    }
}

fn holds(value: &Value, c: char) -> bool {
    match value {
        Value::String(text) => text.contains(c),
        Value::Array(values) => values.iter().any(|value| holds(value, c)),
        Value::Object(fields) => fields.values().any(|value| holds(value, c)),
        _ => false,
    }
}
