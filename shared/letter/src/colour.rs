//! Colours that can be read, whatever the theme of the report says.

use palette::color_difference::Wcag21RelativeContrast;
use palette::{FromColor, Okhsl, Srgb};

/// The steps of lightness from black to white.
const STEPS: u8 = 100;

/// The shade of a colour nearest to it that everybody can read on a ground (WCAG 2.2, 1.4.3), as `#rrggbb`. What is no colour is black.
pub fn readable(colour: &str, ground: &str) -> String {
    let (black, white) = (Srgb::new(0, 0, 0), Srgb::new(255, 255, 255));
    let (colour, on) = (colour.parse().unwrap_or(black), ground.parse().unwrap_or(white));
    let is_readable = |shade: &Srgb<u8>| contrast(*shade, on) >= 4.5;
    let darker = contrast(black, on) > contrast(white, on);
    let okhsl = Okhsl::from_color(colour.into_format::<f64>());
    let shade = |step: u8| {
        let way = f64::from(step) / f64::from(STEPS);
        let end = if darker { 0.0 } else { 1.0 };
        let lightness = okhsl.lightness + (end - okhsl.lightness) * way;
        Srgb::from_color(Okhsl { lightness, ..okhsl }).into_format()
    };
    let mut shades = [colour].into_iter().chain((1..=STEPS).map(shade));
    let found = shades.find(is_readable).unwrap_or(if darker { black } else { white });
    format!("#{found:x}")
}

fn contrast(one: Srgb<u8>, other: Srgb<u8>) -> f64 {
    one.into_format::<f64>().relative_contrast(other.into_format())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_colour_has_a_shade_that_can_be_read() {
        let parts = [0, 51, 119, 128, 204, 255];
        let pairs = parts.into_iter().flat_map(|r| parts.map(|g| (r, g)));
        for (r, g, b) in pairs.flat_map(|(r, g)| parts.map(|b| (r, g, b))) {
            let colour = Srgb::new(r, g, b);
            for ground in ["#ffffff", "#1b222b", "#777777", "#000000"] {
                let on = ground.parse().unwrap();
                let shade = readable(&format!("#{colour:x}"), ground).parse().unwrap();
                assert!(contrast(shade, on) >= 4.5, "{colour:?} on {ground} is {shade:?}");
                assert!(contrast(colour, on) < 4.5 || shade == colour, "{colour:?} needs no change on {ground}");
            }
        }
    }

    #[test]
    fn a_shade_keeps_its_hue() {
        let cases = [
            ("#0f766e", "#ffffff", "#0f766e"),
            ("#0f766e", "#1b222b", "#15988e"),
            ("#1e3a5f", "#1b222b", "#5b8bcb"),
            ("#ffd400", "#ffffff", "#8b7300"),
        ];
        for (colour, ground, shade) in cases {
            assert_eq!(readable(colour, ground), shade, "{colour} on {ground}");
        }
    }

    #[test]
    fn what_is_no_colour_is_black() {
        for text in ["", "red", "#gggggg", "#ffffff\";evil", "#éab"] {
            assert_eq!(readable(text, "#ffffff"), "#000000", "{text}");
        }
    }
}
