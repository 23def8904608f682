//! The scale of a vertical axis: few steps of a round size.

/// From `low`, `steps` steps of size `step`.
#[derive(Debug, Clone, PartialEq)]
pub struct Scale {
    pub low: f64,
    pub step: f64,
    pub steps: usize,
}

/// About as many steps as an eye takes in.
const STEPS: f64 = 5.0;

impl Scale {
    /// A scale that holds all values, and zero as well where lengths are compared.
    pub fn of(values: impl Iterator<Item = f64>, with_zero: bool) -> Scale {
        let (mut low, mut high) =
            values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
        if !low.is_finite() || !high.is_finite() {
            (low, high) = (0.0, 1.0);
        }
        // A line far above zero would be flat: it may start elsewhere.
        if with_zero || low > 0.0 && low < high * 0.6 || high < 0.0 && high > low * 0.6 {
            (low, high) = (low.min(0.0), high.max(0.0));
        }
        if high <= low {
            high = low + low.abs().max(1.0);
        }
        let step = round_step((high - low) / STEPS);
        let (first, last) = ((low / step).floor(), (high / step).ceil());
        Scale { low: first * step, step, steps: (last - first).clamp(1.0, 20.0) as usize }
    }
}

/// The next of 1, 2, 2.5, 5 and 10 times a power of ten.
fn round_step(raw: f64) -> f64 {
    let power = 10_f64.powf(raw.log10().floor());
    let factor = [1.0, 2.0, 2.5, 5.0].into_iter().find(|factor| factor * power >= raw * 0.999_999);
    factor.unwrap_or(10.0) * power
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_have_few_round_steps() {
        let cases = [
            ("positive", vec![10.0, 93.0], true, (0.0, 20.0, 5)),
            ("large", vec![0.0, 1_234_567.0], true, (0.0, 250_000.0, 5)),
            ("small", vec![0.001, 0.004], true, (0.0, 0.001, 4)),
            ("negative", vec![-30.0, 70.0], true, (-40.0, 20.0, 6)),
            ("a line far from zero", vec![980.0, 1_010.0], false, (980.0, 10.0, 3)),
            ("a line near zero", vec![10.0, 100.0], false, (0.0, 20.0, 5)),
            ("all the same", vec![0.0], true, (0.0, 0.2, 5)),
            ("nothing", vec![], true, (0.0, 0.2, 5)),
        ];
        for (what, values, with_zero, (low, step, steps)) in cases {
            let scale = Scale::of(values.into_iter(), with_zero);
            assert!(
                (scale.low - low).abs() < 1e-9 && (scale.step - step).abs() < 1e-9 && scale.steps == steps,
                "{what}: {scale:?}"
            );
        }
    }
}
