//! A scene's marks as SVG, without a letter in it.

use std::f64::consts::TAU;
use std::fmt::Write;

use domain::theme::Theme;

use super::scene::{Area, Mark, Point, Scene, Shape};
use super::style;

/// Half the size of a sign.
const SIGN: f64 = 2.1;
/// The hole of a ring, as a share of its radius.
const HOLE: f64 = 0.58;

/// Writes the marks over the background of a theme.
pub fn write(scene: &Scene<'_>, theme: &Theme) -> String {
    let mut svg = format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="{w}" height="{h}" viewBox="0 0 {w} {h}">"#,
        w = short(scene.width),
        h = short(scene.height)
    );
    let marks = scene.marks.iter();
    if marks.clone().any(|mark| matches!(mark, Mark::Slice { colour, .. } if *colour == style::STRIPES)) {
        write_stripes(&mut svg, theme);
    }
    marks.for_each(|mark| write_mark(&mut svg, mark, &theme.background));
    svg.push_str("</svg>");
    svg
}

/// The pattern behind [`style::STRIPES`].
fn write_stripes(svg: &mut String, Theme { muted, line, .. }: &Theme) {
    let _ = write!(
        svg,
        r#"<defs><pattern id="stripes" width="2.4" height="2.4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path fill="{line}" d="M0 0h2.4v2.4h-2.4Z"/><path fill="{muted}" d="M0 0h1v2.4h-1Z"/></pattern></defs>"#
    );
}

fn write_mark(svg: &mut String, mark: &Mark<'_>, background: &str) {
    // Writing into a string cannot fail.
    let _ = match mark {
        Mark::Bars { areas, colour } => write!(svg, r#"<path fill="{colour}" d="{}"/>"#, bars(areas)),
        Mark::Line { points, colour, width, dash } => {
            let dash = dash.iter().map(f64::to_string).collect::<Vec<_>>().join(" ");
            let dash = if dash.is_empty() { dash } else { format!(r#" stroke-dasharray="{dash}""#) };
            let (width, path) = (short(*width), path(points));
            write!(
                svg,
                r#"<path fill="none" stroke="{colour}" stroke-width="{width}" stroke-linejoin="round"{dash} d="{path}"/>"#
            )
        }
        Mark::Ground { points, colour } => {
            write!(svg, r#"<path fill="{colour}" fill-opacity="0.16" d="{}Z"/>"#, path(points))
        }
        Mark::Sign { at, shape, colour } => write!(svg, "<path {}/>", sign(*shape, *at, colour, background)),
        Mark::Slice { centre, radius, from, to, colour } => {
            let path = slice(*centre, *radius, *from, *to);
            write!(
                svg,
                r#"<path fill="{colour}" fill-rule="evenodd" stroke="{background}" stroke-width="0.8" d="{path}"/>"#
            )
        }
    };
}

fn bars(areas: &[Area]) -> String {
    let bar = |area: &Area| {
        let (x, y, width, height) = (short(area.x), short(area.y), short(area.width), short(area.height));
        format!("M{x} {y}h{width}v{height}h-{width}Z")
    };
    areas.iter().map(bar).collect()
}

fn path(points: &[Point]) -> String {
    let mut path = String::with_capacity(points.len() * 14);
    for (n, (x, y)) in points.iter().enumerate() {
        let _ = write!(path, "{}{} {}", if n == 0 { 'M' } else { 'L' }, short(*x), short(*y));
    }
    path
}

fn sign(shape: Shape, (x, y): Point, colour: &str, background: &str) -> String {
    let polygon = |corners: &[Point]| {
        let corners: Vec<Point> = corners.iter().map(|(dx, dy)| (x + dx * SIGN, y + dy * SIGN)).collect();
        format!(r#"fill="{colour}" d="{}Z""#, path(&corners))
    };
    let stroke = |path: String| format!(r#"fill="{background}" stroke="{colour}" stroke-width="1.2" d="{path}""#);
    match shape {
        Shape::Circle => format!(r#"fill="{colour}" d="{}""#, circle((x, y), SIGN)),
        Shape::Ring => stroke(circle((x, y), SIGN * 0.85)),
        Shape::Square => polygon(&[(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)]),
        Shape::Triangle => polygon(&[(0.0, -1.2), (1.15, 0.9), (-1.15, 0.9)]),
        Shape::TriangleDown => polygon(&[(0.0, 1.2), (1.15, -0.9), (-1.15, -0.9)]),
        Shape::Diamond => polygon(&[(0.0, -1.3), (1.3, 0.0), (0.0, 1.3), (-1.3, 0.0)]),
        Shape::Cross => stroke(path(&[(x - SIGN, y), (x + SIGN, y)]) + &path(&[(x, y - SIGN), (x, y + SIGN)])),
        Shape::Saltire => {
            let d = SIGN * 0.8;
            stroke(path(&[(x - d, y - d), (x + d, y + d)]) + &path(&[(x + d, y - d), (x - d, y + d)]))
        }
    }
}

fn circle((x, y): Point, radius: f64) -> String {
    let (left, y, r, d) = (short(x - radius), short(y), short(radius), short(2.0 * radius));
    format!("M{left} {y}a{r} {r} 0 1 1 {d} 0a{r} {r} 0 1 1 -{d} 0Z")
}

fn slice(centre: Point, radius: f64, from: f64, to: f64) -> String {
    if to - from > 0.999_999 {
        return circle(centre, radius) + &circle(centre, radius * HOLE);
    }
    let at = |turn: f64, radius: f64| {
        let angle = turn * TAU;
        format!("{} {}", short(centre.0 + radius * angle.sin()), short(centre.1 - radius * angle.cos()))
    };
    let (outer, inner, large) = (short(radius), short(radius * HOLE), u8::from(to - from > 0.5));
    format!(
        "M{}A{outer} {outer} 0 {large} 1 {}L{}A{inner} {inner} 0 {large} 0 {}Z",
        at(from, radius),
        at(to, radius),
        at(to, radius * HOLE),
        at(from, radius * HOLE)
    )
}

/// A length with two decimals: a hundredth of a point is less than any printer shows.
fn short(length: f64) -> f64 {
    (length * 100.0).round() / 100.0
}
