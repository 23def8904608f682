//! A picture as marks and words in points, which says nothing of how it is written: as SVG with words placed by Typst, or as one SVG for a browser.

use serde_json::{Value, json};

use crate::measure;

/// What is drawn in a box of `width` by `height`, from its upper left corner.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Scene<'a> {
    pub width: f64,
    pub height: f64,
    /// Where the values are; the rest is for words.
    pub plot: Area,
    pub marks: Vec<Mark<'a>>,
    pub labels: Vec<Label>,
}

/// A rectangle.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Area {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

pub type Point = (f64, f64);

/// A shape; its colour is a `#rrggbb` of the theme, or [`super::style::STRIPES`].
#[derive(Debug, Clone, PartialEq)]
pub enum Mark<'a> {
    /// Rectangles of one colour, as of one series.
    Bars { areas: Vec<Area>, colour: &'a str },
    /// A line through points.
    Line { points: Vec<Point>, colour: &'a str, width: f64, dash: &'static [f64] },
    /// A ground between points, to be seen through.
    Ground { points: Vec<Point>, colour: &'a str },
    /// A sign at a point.
    Sign { at: Point, shape: Shape, colour: &'a str },
    /// A part of a ring, from and to in turns, clockwise from the top.
    Slice { centre: Point, radius: f64, from: f64, to: f64, colour: &'a str },
}

/// The shape of a sign: lines are told apart by it where there is no colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    Circle,
    Square,
    Triangle,
    Diamond,
    Ring,
    Cross,
    TriangleDown,
    Saltire,
}

/// What a label belongs to: those of one part must not touch each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Values,
    Across,
    Legend,
    Note,
}

/// Where a label's words are inside its area.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Left,
    Centre,
    Right,
}

/// How a label stands out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Quiet,
    Plain,
    Strong,
}

/// One line of words, measured, with the area it takes.
#[derive(Debug, Clone, PartialEq)]
pub struct Label {
    pub text: String,
    pub area: Area,
    pub side: Side,
    pub part: Part,
    pub tone: Tone,
    /// Read from below.
    pub upright: bool,
}

/// The size of all labels.
pub const SIZE: f64 = 7.5;
/// The height of a line of labels.
pub const LINE: f64 = 9.5;

impl Label {
    pub fn new(text: impl Into<String>, area: Area, side: Side, part: Part) -> Label {
        Label { text: text.into(), area, side, part, tone: Tone::Quiet, upright: false }
    }
}

impl Area {
    pub fn new(x: f64, y: f64, width: f64, height: f64) -> Area {
        Area { x, y, width, height }
    }

    pub fn right(&self) -> f64 {
        self.x + self.width
    }

    pub fn bottom(&self) -> f64 {
        self.y + self.height
    }

    pub fn centre(&self) -> Point {
        (self.x + self.width / 2.0, self.y + self.height / 2.0)
    }
}

impl Scene<'_> {
    /// The picture for languages that are read from right to left: its mirror image, with words that are not mirrored.
    pub fn mirrored(mut self) -> Self {
        let width = self.width;
        let area = |area: &mut Area| area.x = width - area.right();
        area(&mut self.plot);
        self.marks.iter_mut().for_each(|mark| mark.mirror(width));
        for label in &mut self.labels {
            area(&mut label.area);
            label.side = label.side.mirrored();
        }
        self
    }

    /// The labels as the layout reads them.
    pub fn words(&self) -> Vec<Value> {
        self.labels.iter().map(Label::layout).collect()
    }
}

impl Label {
    fn layout(&self) -> Value {
        let side = match self.side {
            Side::Left => "left",
            Side::Centre => "centre",
            Side::Right => "right",
        };
        let tone = match self.tone {
            Tone::Quiet => "quiet",
            Tone::Plain => "plain",
            Tone::Strong => "strong",
        };
        let Area { x, y, width, height } = self.area;
        let area = json!({"x": x, "y": y, "width": width, "height": height});
        let plain = measure::is_plain(&self.text);
        json!({"text": self.text, "area": area, "side": side, "tone": tone, "upright": self.upright, "plain": plain})
    }
}

impl Side {
    fn mirrored(self) -> Side {
        match self {
            Side::Left => Side::Right,
            Side::Centre => Side::Centre,
            Side::Right => Side::Left,
        }
    }
}

impl Mark<'_> {
    fn mirror(&mut self, width: f64) {
        match self {
            Mark::Bars { areas, .. } => areas.iter_mut().for_each(|area| area.x = width - area.right()),
            Mark::Line { points, .. } | Mark::Ground { points, .. } => {
                points.iter_mut().for_each(|point| point.0 = width - point.0);
            }
            Mark::Sign { at, .. } => at.0 = width - at.0,
            Mark::Slice { centre, from, to, .. } => {
                centre.0 = width - centre.0;
                (*from, *to) = (1.0 - *to, 1.0 - *from);
            }
        }
    }
}
