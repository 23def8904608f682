//! What must not be in any picture.

use crate::chart::WORDS;
use crate::chart::scene::{Area, Mark, Point, Scene};

fn points(mark: &Mark<'_>) -> Vec<Point> {
    let corners = |area: &Area| [(area.x, area.y), (area.right(), area.bottom())];
    match mark {
        Mark::Bars { areas, .. } => areas.iter().flat_map(corners).collect(),
        Mark::Line { points, .. } | Mark::Ground { points, .. } => points.clone(),
        Mark::Sign { at, .. } => vec![*at],
        Mark::Slice { centre: (x, y), radius, .. } => vec![(x - radius, y - radius), (x + radius, y + radius)],
    }
}

/// Whether a point is in an area or on its edge.
pub fn holds(area: &Area, (x, y): Point) -> bool {
    let slack = 0.01;
    (area.x - slack..=area.right() + slack).contains(&x) && (area.y - slack..=area.bottom() + slack).contains(&y)
}

fn touch(one: &Area, other: &Area) -> bool {
    let slack = 0.01;
    one.x + slack < other.right()
        && other.x + slack < one.right()
        && one.y + slack < other.bottom()
        && other.y + slack < one.bottom()
}

/// What is wrong with a picture.
pub fn faults(scene: &Scene<'_>) -> Vec<String> {
    let mut faults = Vec::new();
    let whole = Area::new(0.0, 0.0, scene.width, scene.height);
    for mark in &scene.marks {
        if !points(mark).into_iter().all(|point| point.0.is_finite() && point.1.is_finite() && holds(&whole, point)) {
            faults.push(format!("{mark:?} leaves the picture of {} by {}", scene.width, scene.height));
        }
    }
    for label in &scene.labels {
        let (start, end) = ((label.area.x, label.area.y), (label.area.right(), label.area.bottom()));
        let room = if label.upright { label.area.height } else { label.area.width };
        if label.text.contains(['\n', '\r', '\u{2028}']) {
            faults.push(format!("{label:?} is more than one line"));
        }
        if !holds(&whole, start) || !holds(&whole, end) || WORDS.width(&label.text) > room + 0.01 {
            faults.push(format!("{label:?} leaves its place in {} by {}", scene.width, scene.height));
        }
    }
    for (n, one) in scene.labels.iter().enumerate() {
        for other in &scene.labels[n + 1..] {
            if touch(&one.area, &other.area) {
                faults.push(format!("{one:?} touches {other:?}"));
            }
        }
    }
    faults
}
