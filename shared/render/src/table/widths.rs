//! How the columns of a table share its width.

use domain::definition::Length;

/// What a column needs and what its author wants.
pub struct Needs {
    /// The width at which each cell fits on one line, in points.
    pub natural: f64,
    /// What the definition says.
    pub wanted: Option<Length>,
}

/// No column gets narrower than a few letters.
const MIN: f64 = 24.0;

/// The widths of the columns: together as wide as the table, if that is possible at all.
pub fn share(columns: &[Needs], width: f64) -> Vec<f64> {
    let fixed: f64 = columns.iter().filter_map(|column| fixed(column, width)).sum();
    let shares: f64 = columns.iter().filter_map(shares).sum();
    let naturals: Vec<f64> = columns.iter().filter(|column| is_auto(column)).map(|column| column.natural).collect();
    let left = (width - fixed).max(0.0);
    // Columns with a share take what the others leave, but are not starved by them.
    let reserved = if shares > 0.0 { left * 0.25 } else { 0.0 };
    let cap = cap(&naturals, left - reserved);
    let taken: f64 = naturals.iter().map(|natural| natural.min(cap)).sum();
    let rest = (left - taken).max(0.0);
    let stretch = if shares == 0.0 && taken > 0.0 { left.max(taken) / taken } else { 1.0 };
    let size = |column: &Needs| match (fixed_or_share(column, width), shares) {
        (Some(Size::Fixed(points)), _) => points,
        (Some(Size::Share(share)), all) => rest * share / all,
        (None, _) => column.natural.min(cap) * stretch,
    };
    columns.iter().map(|column| size(column).max(MIN)).collect()
}

enum Size {
    Fixed(f64),
    Share(f64),
}

fn fixed_or_share(column: &Needs, width: f64) -> Option<Size> {
    match column.wanted {
        Some(Length::Points(points)) => Some(Size::Fixed(points)),
        Some(Length::Percent(percent)) => Some(Size::Fixed(width * percent / 100.0)),
        Some(Length::Share(share)) => Some(Size::Share(share)),
        Some(Length::Auto) | None => None,
    }
}

fn fixed(column: &Needs, width: f64) -> Option<f64> {
    match fixed_or_share(column, width) {
        Some(Size::Fixed(points)) => Some(points),
        _ => None,
    }
}

fn shares(column: &Needs) -> Option<f64> {
    match fixed_or_share(column, 0.0) {
        Some(Size::Share(share)) => Some(share),
        _ => None,
    }
}

fn is_auto(column: &Needs) -> bool {
    matches!(column.wanted, None | Some(Length::Auto))
}

/// The width above which columns are cut so that all fit: narrow columns keep what they need, and only wide ones break their lines.
fn cap(naturals: &[f64], available: f64) -> f64 {
    let mut sorted = naturals.to_vec();
    sorted.sort_by(f64::total_cmp);
    let mut left = available.max(0.0);
    for (n, natural) in sorted.iter().enumerate() {
        let fair = left / (sorted.len() - n) as f64;
        if *natural > fair {
            return fair.max(MIN);
        }
        left -= natural;
    }
    f64::INFINITY
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_share_the_width() {
        let auto = |natural| Needs { natural, wanted: None };
        let want = |text: &str| Needs { natural: 50.0, wanted: Some(text.parse().unwrap()) };
        let cases = [
            ("room to spare is spread", vec![auto(50.0), auto(100.0)], vec![100.0, 200.0]),
            ("only the wide one is cut", vec![auto(50.0), auto(100.0), auto(900.0)], vec![50.0, 100.0, 150.0]),
            ("a measure is kept", vec![want("100pt"), auto(50.0)], vec![100.0, 200.0]),
            ("a percentage is of the table", vec![want("50%"), auto(50.0)], vec![150.0, 150.0]),
            ("shares take the rest", vec![want("1fr"), want("3fr"), auto(100.0)], vec![50.0, 150.0, 100.0]),
        ];
        for (what, columns, expected) in cases {
            let widths = share(&columns, 300.0);
            let near = widths.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-6);
            assert!(near && widths.len() == expected.len(), "{what}: {widths:?}");
        }
    }
}
