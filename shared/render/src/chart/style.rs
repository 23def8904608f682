//! How series are told apart: by colour, and lines also by their dashes and signs.

use domain::theme::Theme;

use super::scene::{Mark, Point, Shape};

/// The width of a line of values.
pub const STROKE: f64 = 1.6;

/// In the place of a colour: what is summed up of many, which is not taken for any colour of a palette.
pub const STRIPES: &str = "url(#stripes)";

/// The look of one series.
#[derive(Clone, Copy)]
pub struct Style<'a> {
    pub colour: &'a str,
    dash: &'static [f64],
    shape: Shape,
}

const DASHES: [&[f64]; 8] = [
    &[],
    &[5.0, 2.5],
    &[1.6, 2.0],
    &[7.0, 2.0, 1.6, 2.0],
    &[10.0, 3.0],
    &[3.0, 1.5],
    &[7.0, 2.0, 1.6, 2.0, 1.6, 2.0],
    &[1.0, 3.5],
];
const SHAPES: [Shape; 8] = [
    Shape::Circle,
    Shape::Square,
    Shape::Triangle,
    Shape::Diamond,
    Shape::Ring,
    Shape::Cross,
    Shape::TriangleDown,
    Shape::Saltire,
];

impl<'a> Style<'a> {
    /// The look of the series at a place of the list.
    pub fn of(theme: &'a Theme, n: usize) -> Style<'a> {
        Style { colour: colour(theme, n), dash: DASHES[n % DASHES.len()], shape: SHAPES[n % SHAPES.len()] }
    }

    pub fn line(self, points: Vec<Point>, width: f64) -> Mark<'a> {
        Mark::Line { points, colour: self.colour, width, dash: self.dash }
    }

    pub fn sign(self, at: Point) -> Mark<'a> {
        Mark::Sign { at, shape: self.shape, colour: self.colour }
    }
}

/// The colour of the theme at a place of the list.
pub fn colour(theme: &Theme, n: usize) -> &str {
    theme.palette.get(n % theme.palette.len().max(1)).map_or("#000000", String::as_str)
}
