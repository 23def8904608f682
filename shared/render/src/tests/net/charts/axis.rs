//! One axis: a straight line from numbers to places.

use super::SAME;

/// Numbers with the places where they are, which must be on one line that rises.
#[derive(Default)]
pub struct Fit(Vec<(f64, f64)>);

/// What is left behind by floats, and by labels, which have no more digits.
const ROUNDING: f64 = 1e-13;

impl Fit {
    pub fn add(&mut self, number: f64, place: f64) {
        self.0.push((number, place));
    }

    fn ends(&self) -> Option<[(f64, f64); 2]> {
        let by_number = |a: &&(f64, f64), b: &&(f64, f64)| a.0.total_cmp(&b.0);
        Some([*self.0.iter().min_by(by_number)?, *self.0.iter().max_by(by_number)?])
    }

    /// Where a number belongs, by the smallest and the largest.
    pub fn at(&self, number: f64) -> Option<f64> {
        let [low, high] = self.ends()?;
        if low.0 == high.0 {
            return (number == low.0).then_some(low.1);
        }
        // The difference of the halves, since that of the largest numbers is more than a float holds.
        let part = (number / 2.0 - low.0 / 2.0) / (high.0 / 2.0 - low.0 / 2.0);
        Some(low.1 + part * (high.1 - low.1))
    }

    pub fn check(&self) -> Result<(), String> {
        let Some([low, high]) = self.ends() else { return Ok(()) };
        let largest = low.0.abs().max(high.0.abs());
        let slack =
            if low.0 == high.0 { 0.0 } else { ROUNDING * largest / (high.0 - low.0).abs() * (high.1 - low.1).abs() };
        if high.1 < low.1 - SAME {
            return Err(format!("{low:?} is above {high:?}"));
        }
        let astray =
            |(number, place): &&(f64, f64)| self.at(*number).is_none_or(|at| (at - place).abs() > SAME + slack);
        match self.0.iter().find(astray) {
            Some(point) => {
                Err(format!("{point:?} is not on the line from {low:?} to {high:?}, at {:?}", self.at(point.0)))
            }
            None => Ok(()),
        }
    }
}

/// The number that an English label says: `−€1,250.5`, `2.5M`, `40%`, `3×10¹⁶`, `3E−7`.
pub fn label_value(text: &str) -> Option<f64> {
    let (mut digits, mut power, mut exponent) = (String::new(), 0, String::new());
    let mut in_exponent = false;
    let text = text.replace("×10", "E");
    for c in text.chars() {
        match c {
            '0'..='9' | '.' if !in_exponent => digits.push(c),
            '−' | '-' if !in_exponent => digits.insert(0, '-'),
            '−' | '-' | '⁻' => exponent.push('-'),
            '0'..='9' => exponent.push(c),
            'E' => in_exponent = true,
            'K' => power += 3,
            'M' => power += 6,
            'B' => power += 9,
            'T' => power += 12,
            '%' => power -= 2,
            ',' | '€' => {}
            raised => {
                exponent.push(char::from_digit("⁰¹²³⁴⁵⁶⁷⁸⁹".chars().position(|digit| digit == raised)? as u32, 10)?)
            }
        }
    }
    if in_exponent {
        power += exponent.parse::<i32>().ok()?;
    }
    format!("{digits}e{power}").parse().ok()
}

#[test]
fn a_label_is_read_as_its_number() {
    let cases = [
        ("1,200,000,010", 1_200_000_010.0),
        ("−€1,250.50", -1250.5),
        ("2.5M", 2.5e6),
        ("−€4B", -4e9),
        ("40%", 0.4),
        ("−100B%", -1e9),
        ("0.25×10³⁰⁸", 0.25e308),
        ("-1×10⁻⁶", -1e-6),
        ("2E−300", 2e-300),
        ("0", 0.0),
    ];
    for (text, number) in cases {
        assert_eq!(label_value(text), Some(number), "{text}");
    }
    assert_eq!(label_value("–"), None);
}
