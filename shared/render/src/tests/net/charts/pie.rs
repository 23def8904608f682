//! A pie: a slice for each value, as large as its share, and one for all that are too small.

use super::{Drawn, Mark, Outcome, Tone, ensure, labels_of};

/// The slices that can be told apart.
const MOST: usize = 8;
/// A turn of the pie that cannot be seen.
const SAME: f64 = 1e-9;

pub fn check(drawn: &Drawn<'_>, values: &[Option<f64>]) -> Outcome {
    let values: Vec<f64> = values.iter().flatten().copied().collect();
    let largest = values.iter().copied().fold(0.0, f64::max);
    if largest == 0.0 {
        return drawn.says_that_there_is_nothing();
    }
    // Of the largest, since the sum of the largest numbers is more than a float holds.
    let total: f64 = values.iter().map(|value| value / largest).sum();
    let shares: Vec<f64> = folded(&values).into_iter().map(|value| value / largest / total).collect();
    check_slices(drawn, &shares)?;
    check_words(drawn, &shares, values.len().saturating_sub(MOST))
}

/// The largest in their order, and the sum of all others.
fn folded(values: &[f64]) -> Vec<f64> {
    if values.len() <= MOST {
        return values.to_vec();
    }
    let larger = |n: usize| {
        values.iter().enumerate().filter(|(m, value)| **value > values[n] || **value == values[n] && *m < n).count()
    };
    let (large, small): (Vec<usize>, Vec<usize>) = (0..values.len()).partition(|n| larger(*n) < MOST);
    large.into_iter().map(|n| values[n]).chain([small.into_iter().map(|n| values[n]).sum()]).collect()
}

fn check_slices(drawn: &Drawn<'_>, shares: &[f64]) -> Outcome {
    let turned = crate::is_right_to_left(drawn.lang);
    let slices = drawn.scene.marks.iter().filter_map(|mark| match mark {
        Mark::Slice { from, to, .. } => Some(if turned { (1.0 - to, 1.0 - from) } else { (*from, *to) }),
        _ => None,
    });
    let slices: Vec<(f64, f64)> = slices.collect();
    let seen: Vec<f64> = shares.iter().copied().filter(|share| *share > 0.0).collect();
    ensure(slices.len() == seen.len(), || format!("{} slices for {} values", slices.len(), seen.len()))?;
    let mut at = 0.0;
    for ((from, to), share) in slices.iter().zip(&seen) {
        let right = (from - at).abs() < SAME && (to - from - share).abs() < SAME;
        ensure(right, || format!("a slice from {from} to {to} for a share of {share} from {at} on"))?;
        at = *to;
    }
    ensure((at - 1.0).abs() < SAME, || format!("the slices end at {at} of a turn"))?;
    let around = drawn.scene.marks.iter().filter_map(|mark| match mark {
        Mark::Slice { centre: (x, y), radius, .. } => Some((x - radius, y - radius, x + radius, y + radius)),
        _ => None,
    });
    let (plot, slack) = (&drawn.scene.plot, super::SAME);
    let leaves = |(left, top, right, bottom): &(f64, f64, f64, f64)| {
        *left < plot.x - slack
            || *top < plot.y - slack
            || *right > plot.right() + slack
            || *bottom > plot.bottom() + slack
    };
    let mut leaving = around.filter(leaves);
    ensure(leaving.next().is_none(), || "a slice leaves its place".to_owned())
}

/// The share of each slice is written beside it, and how many are one. A narrow picture has no room for them, and says so.
fn check_words(drawn: &Drawn<'_>, shares: &[f64], others: usize) -> Outcome {
    let written: Vec<&str> = labels_of(drawn.scene, Tone::Strong).collect();
    if written.is_empty() {
        return Ok(());
    }
    ensure(written.len() == shares.len(), || format!("{written:?} for shares {shares:?}"))?;
    for (text, share) in written.iter().zip(shares) {
        let digits: String = text.replace(',', ".").chars().filter(|c| c.is_ascii_digit() || *c == '.').collect();
        // Shares are rounded up or down so that they add up. Languages with digits of their own write what cannot be read here.
        let right = digits.parse::<f64>().is_ok_and(|percent| (percent / 100.0 - share).abs() < 0.001_001);
        ensure(right || digits.len() < 2, || format!("{text} beside a share of {share}"))?;
    }
    let names: String = labels_of(drawn.scene, Tone::Plain).collect();
    let wide = drawn.scene.width > 150.0 && written.iter().any(|text| text.contains(|c: char| c.is_ascii_digit()));
    ensure(others == 0 || !wide || names.contains(&format!("({others})")), || {
        format!("{others} are one, and {names:?} does not say so")
    })
}
