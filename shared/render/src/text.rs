//! The words of a page, read back from what was laid out.

use typst::introspection::Tag;
use typst::layout::{Abs, Frame, FrameItem, Point};
use typst::text::TextItem;
use typst::visualize::ImageElem;

use crate::lines;

/// The words of a page in reading order: a line of text a line, cells of a row apart, pictures by their alternative text.
pub fn of_frame(frame: &Frame) -> String {
    let mut reader = Reader::default();
    reader.frame(frame, Point::zero());
    reader.text
}

#[derive(Default)]
struct Reader {
    text: String,
    /// Where the last run of words ended.
    end: Option<Point>,
}

impl Reader {
    fn frame(&mut self, frame: &Frame, origin: Point) {
        for (position, item) in frame.items() {
            let position = origin + *position;
            match item {
                // Rotated words keep their order; that they stand askew does not matter here.
                FrameItem::Group(group) => {
                    let shift = Point::new(group.transform.tx, group.transform.ty);
                    self.frame(&group.frame, position + shift);
                }
                FrameItem::Text(words) => self.words(words, position),
                FrameItem::Tag(Tag::Start(element, _)) => {
                    if let Some(alt) =
                        element.to_packed::<ImageElem>().and_then(|image| image.alt.as_option().clone().flatten())
                    {
                        self.line(&alt);
                    }
                }
                _ => {}
            }
        }
    }

    fn words(&mut self, words: &TextItem, position: Point) {
        let near = words.size * 0.6;
        if let Some(end) = self.end {
            if (position.y - end.y).abs() > near || position.x + near < end.x {
                self.text.push('\n');
            } else if position.x - end.x > words.size * 1.2 {
                // As wide a gap is the next cell of a table.
                self.text.push('\t');
            } else if position.x - end.x > words.size * 0.15 {
                self.text.push(' ');
            }
        }
        self.text.push_str(&lines::without_breaks(&words.text));
        self.end = Some(Point::new(position.x + words.width(), position.y));
    }

    fn line(&mut self, words: &str) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.text.push_str(words);
        self.end = Some(Point::new(Abs::zero(), Abs::pt(f64::MIN)));
    }
}
