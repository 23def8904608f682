//! The scale of an axis of values: few steps of a round size, kept as whole numbers and a power of ten, so that what is written beside
//! a tick is exactly where the tick is, at any magnitude.

/// Marks at `(first + n) * factor * 10^power` for n from 0 to `steps`, of values that were multiplied by `10^shift` before.
#[derive(Debug, Clone, PartialEq)]
pub struct Scale {
    first: i128,
    factor: i128,
    power: i32,
    pub steps: usize,
    shift: i32,
    by: f64,
    low: f64,
    span: f64,
}

/// A decimal number, `digits * 10^power`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    pub digits: i128,
    pub power: i32,
}

/// The most steps that can be asked for.
pub const MAX_STEPS: usize = 10;
/// Values nearer to each other than this, as a share of their size, are the same number but for the rounding of 64-bit floats.
const NEAREST: f64 = 2e-14;

impl Scale {
    /// A scale that holds all values in about so many steps, and zero as well where lengths are compared.
    pub fn of(values: impl Iterator<Item = f64>, with_zero: bool, steps: usize) -> Scale {
        let range = values.fold(None, |range: Option<(f64, f64)>, value| {
            let (low, high) = range.unwrap_or((value, value));
            Some((low.min(value), high.max(value)))
        });
        let (low, high) = range.unwrap_or((0.0, 1.0));
        let shift = shift(low.abs().max(high.abs()));
        let by = power_of_ten(shift);
        let (low, high) = widen(low * by, high * by, with_zero);
        Scale { shift, by, ..Scale::between(low, high, steps.clamp(1, MAX_STEPS)) }
    }

    fn between(low: f64, high: f64, steps: usize) -> Scale {
        let (factor, power) = round_step((high - low) / steps as f64);
        let step = factor as f64 * power_of_ten(power);
        let first = exact(low / step).floor();
        let last = exact(high / step).ceil().max(first + 1.0);
        let (low, span) = (first * step, (last - first) * step);
        Scale { first: first as i128, factor, power, steps: (last - first) as usize, shift: 0, by: 1.0, low, span }
    }

    /// Where a value is between the start of the axis, 0, and its end, 1.
    pub fn place(&self, value: f64) -> f64 {
        ((value * self.by - self.low) / self.span).clamp(0.0, 1.0)
    }

    /// Where zero is, or the end of the axis that is nearer to it.
    pub fn base(&self) -> f64 {
        self.place(0.0)
    }

    /// Whether the axis starts or ends at zero, or crosses it.
    pub fn holds_zero(&self) -> bool {
        self.first <= 0 && self.first + self.steps as i128 >= 0
    }

    /// The distance of two marks.
    pub fn step(&self) -> Mark {
        Mark { digits: self.factor, power: self.power - self.shift }
    }

    /// The marks from the start of the axis to its end: where each is from 0 to 1, and its number.
    pub fn marks(&self) -> impl Iterator<Item = (f64, Mark)> + '_ {
        let mark = |n: usize| Mark { digits: (self.first + n as i128) * self.factor, power: self.power - self.shift };
        (0..=self.steps).map(move |n| (n as f64 / self.steps as f64, mark(n)))
    }
}

/// Very large and very small numbers are moved away from the ends of what a float holds.
fn shift(largest: f64) -> i32 {
    if largest > 1e200 {
        -100
    } else if largest < 1e-200 && largest > 0.0 {
        // The smallest numbers of all have few digits left; ten to the 300 keeps those.
        200
    } else {
        0
    }
}

/// Ends that are apart and hold what has to be on the axis.
fn widen(low: f64, high: f64, with_zero: bool) -> (f64, f64) {
    let (mut low, mut high) = (low, high);
    let alike = high - low <= NEAREST * low.abs().max(high.abs());
    // A line far above zero would be flat: it may start elsewhere.
    let near_zero = low > 0.0 && low < high * 0.6 || high < 0.0 && high > low * 0.6;
    if with_zero || alike || near_zero {
        (low, high) = (low.min(0.0), high.max(0.0));
    }
    if high <= low { (low, low + 1.0) } else { (low, high) }
}

/// The next of 1, 2, 2.5, 5 and 10 times a power of ten, as a whole factor and a power.
fn round_step(raw: f64) -> (i128, i32) {
    let power = raw.log10().floor() as i32;
    let in_power = raw / power_of_ten(power);
    let choices = [(1.0, 1, 0), (2.0, 2, 0), (2.5, 25, -1), (5.0, 5, 0)];
    let choice = choices.into_iter().find(|(size, ..)| *size >= in_power * 0.999_999);
    choice.map_or((1, power + 1), |(_, factor, less)| (factor, power + less))
}

/// A number of steps without the last digits' rounding: 12.999999999999998 steps are 13.
fn exact(steps: f64) -> f64 {
    let whole = steps.round();
    if (steps - whole).abs() <= steps.abs() * 8.0 * f64::EPSILON + 1e-9 { whole } else { steps }
}

/// Ten to a power as near as a float comes; `powi` would multiply up its rounding.
fn power_of_ten(power: i32) -> f64 {
    format!("1e{power}").parse().unwrap_or(1.0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn number(mark: Mark) -> f64 {
        format!("{}e{}", mark.digits, mark.power).parse().unwrap()
    }

    fn ends(scale: &Scale) -> (f64, f64) {
        let marks: Vec<f64> = scale.marks().map(|(_, mark)| number(mark)).collect();
        (marks[0], marks[1])
    }

    #[test]
    fn scales_have_few_round_steps() {
        let cases = [
            ("positive", vec![10.0, 93.0], true, (0.0, 20.0, 5)),
            ("large", vec![0.0, 1_234_567.0], true, (0.0, 250_000.0, 5)),
            ("small", vec![0.001, 0.004], true, (0.0, 0.001, 4)),
            ("negative", vec![-30.0, 70.0], true, (-40.0, -20.0, 6)),
            ("a line far from zero", vec![980.0, 1_010.0], false, (980.0, 990.0, 3)),
            ("a line near zero", vec![10.0, 100.0], false, (0.0, 20.0, 5)),
            ("a meter", vec![1_200_000_000.0, 1_200_000_045.0], false, (1_200_000_000.0, 1_200_000_010.0, 5)),
            ("all the same", vec![5.0], false, (0.0, 1.0, 5)),
            ("all zero", vec![0.0], true, (0.0, 0.2, 5)),
            ("nothing", vec![], true, (0.0, 0.2, 5)),
            ("the ends of all numbers", vec![-1e308, 1e308], true, (-1e308, -5e307, 4)),
            ("next to nothing", vec![5e-300], true, (0.0, 1e-300, 5)),
        ];
        for (what, values, with_zero, (low, second, steps)) in cases {
            let scale = Scale::of(values.into_iter(), with_zero, 5);
            assert_eq!((ends(&scale), scale.steps), ((low, second), steps), "{what}: {scale:?}");
        }
    }

    #[test]
    fn a_place_is_relative_to_the_start_of_the_axis() {
        let scale = Scale::of([1_200_000_000.0, 1_200_000_045.0].into_iter(), false, 5);
        let places: Vec<f64> =
            [1_200_000_000.0, 1_200_000_005.0, 1_200_000_045.0].into_iter().map(|v| scale.place(v)).collect();
        assert_eq!(places, [0.0, 0.1, 0.9]);
    }

    fn anything() -> impl Strategy<Value = f64> {
        (-1.0..1.0f64, -320..308i32).prop_map(|(digits, power)| digits * power_of_ten(power))
    }

    proptest! {
        #[test]
        fn every_scale_holds_its_values(low in anything(), high in anything(), near in any::<bool>(), zero in any::<bool>(), steps in 2..=10usize) {
            let high = if near { low + low * 1e-9 } else { high };
            let scale = Scale::of([low, high].into_iter(), zero, steps);
            let marks: Vec<(f64, Mark)> = scale.marks().collect();
            prop_assert!((2..=12).contains(&marks.len()), "{scale:?}");
            prop_assert!(marks.windows(2).all(|two| two[0].1.digits < two[1].1.digits && two[0].0 < two[1].0), "{scale:?}");
            for value in [low, high] {
                let place = scale.place(value);
                prop_assert!((0.0..=1.0).contains(&place));
                let (value, by) = (value * scale.by, scale.span * 1e-6);
                prop_assert!(value >= scale.low - by && value <= scale.low + scale.span + by, "{value} {scale:?}");
            }
        }
    }
}
