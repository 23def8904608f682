//! Where each word of a laid-out page stands, and what is wrong with that.

use typst::layout::{Abs, Frame, FrameItem, Point, Transform};
use typst::text::TextItem;
use typst_layout::PagedDocument;

/// A word with its box, in points from the upper left corner of the page.
#[derive(Debug, Clone)]
pub struct Word {
    pub text: String,
    pub x: (f64, f64),
    pub y: (f64, f64),
    /// Whether the word stands straight; the box of one that does not is larger than its letters.
    straight: bool,
}

/// The words of a page in the order in which they were set.
pub fn of_page(frame: &Frame) -> Vec<Word> {
    let mut words = Vec::new();
    collect(frame, Transform::identity(), &mut words);
    words
}

fn collect(frame: &Frame, outer: Transform, words: &mut Vec<Word>) {
    for (position, item) in frame.items() {
        let here = outer.pre_concat(Transform::translate(position.x, position.y));
        match item {
            FrameItem::Group(group) => collect(&group.frame, here.pre_concat(group.transform), words),
            FrameItem::Text(text) => split(text, here, words),
            _ => {}
        }
    }
}

/// The words of a run of text: its glyphs between spaces.
fn split(item: &TextItem, here: Transform, words: &mut Vec<Word>) {
    let (mut at, mut open): (Abs, Option<(String, Abs)>) = (Abs::zero(), None);
    for glyph in &item.glyphs {
        let advance = glyph.x_advance.at(item.size);
        let letters = &item.text[glyph.range()];
        if letters.chars().all(char::is_whitespace) {
            finish(open.take(), at, item, here, words);
        } else {
            let (word, _) = open.get_or_insert_with(|| (String::new(), at));
            word.push_str(letters);
        }
        at += advance;
    }
    finish(open, at, item, here, words);
}

fn finish(open: Option<(String, Abs)>, end: Abs, item: &TextItem, here: Transform, words: &mut Vec<Word>) {
    let Some((text, start)) = open else { return };
    let (top, bottom) = (item.size * -0.73, item.size * 0.2);
    let corners = [(start, top), (end, top), (start, bottom), (end, bottom)]
        .map(|(x, y)| Point::new(x, y).transform(here))
        .map(|point| (point.x.to_pt(), point.y.to_pt()));
    let range = |value: fn(&(f64, f64)) -> f64| {
        let values = corners.iter().map(value);
        (values.clone().fold(f64::INFINITY, f64::min), values.fold(f64::NEG_INFINITY, f64::max))
    };
    let straight = here.kx.is_zero() && here.ky.is_zero();
    words.push(Word { text, x: range(|corner| corner.0), y: range(|corner| corner.1), straight });
}

/// The characters of a page that are printed as boxes.
pub fn boxes(frame: &Frame) -> Vec<char> {
    let of_item = |item: &FrameItem| match item {
        FrameItem::Group(group) => boxes(&group.frame),
        FrameItem::Text(text) => {
            let boxes = text.glyphs.iter().filter(|glyph| glyph.id == 0);
            boxes.flat_map(|glyph| text.text[glyph.range()].chars()).filter(|c| *c != crate::lines::BREAK).collect()
        }
        _ => Vec::new(),
    };
    frame.items().flat_map(|(_, item)| of_item(item)).collect()
}

/// What is wrong with a document: words over each other, and words off the page.
pub fn faults(document: &PagedDocument) -> Vec<String> {
    let mut faults = Vec::new();
    for (number, page) in document.pages().iter().enumerate() {
        let (width, height) = (page.frame.width().to_pt(), page.frame.height().to_pt());
        let mut words = of_page(&page.frame);
        let off =
            |word: &&Word| word.x.0 < -1.0 || word.y.0 < -1.0 || word.x.1 > width + 1.0 || word.y.1 > height + 1.0;
        let tell =
            |word: &Word| format!("page {}: {:?} leaves the page, {:?} {:?}", number + 1, word.text, word.x, word.y);
        faults.extend(words.iter().filter(off).map(tell));
        words.retain(|word| word.straight);
        words.sort_by(|a, b| a.y.0.total_cmp(&b.y.0));
        faults.extend(overlaps(&words).map(|(a, b)| format!("page {}: {a:?} is over {b:?}", number + 1)));
    }
    faults
}

fn overlaps(words: &[Word]) -> impl Iterator<Item = (&Word, &Word)> {
    words.iter().enumerate().flat_map(|(n, a)| {
        let below = words[n + 1..].iter().take_while(move |b| b.y.0 <= a.y.1);
        below.filter(move |b| is_over(a, b)).map(move |b| (a, b)).collect::<Vec<_>>()
    })
}

/// Whether one word covers a fifth of another. Lines that are set close touch, and that is right.
fn is_over(a: &Word, b: &Word) -> bool {
    let common = |a: (f64, f64), b: (f64, f64)| a.1.min(b.1) - a.0.max(b.0);
    let length = |range: (f64, f64)| range.1 - range.0;
    let (dx, dy) = (common(a.x, b.x), common(a.y, b.y));
    let smaller = (length(a.x) * length(a.y)).min(length(b.x) * length(b.y));
    dx > 1.0 && dy > 0.45 * length(a.y).min(length(b.y)) && dx * dy > 0.2 * smaller
}
