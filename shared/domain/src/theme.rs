//! The colours of a report.

use palette::color_difference::Wcag21RelativeContrast;
use palette::{Mix, Srgb};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The colours of a report, each as `#rrggbb`; what a stored theme leaves out is as in the default theme.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Theme {
    /// The brand: rules, headings of tables, the first series of charts.
    pub accent: String,
    /// The text.
    pub ink: String,
    /// Labels and footers.
    pub muted: String,
    /// Hairlines.
    pub line: String,
    /// The page.
    pub background: String,
    /// The ground of cards and table heads.
    pub surface: String,
    /// A change for the better.
    pub positive: String,
    /// A change for the worse.
    pub negative: String,
    /// The series of charts, in order.
    pub palette: Vec<String>,
}

/// What is wrong with a theme.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {message}")]
pub struct InvalidTheme {
    /// The key, such as `palette[2]`.
    pub field: String,
    /// What to change.
    pub message: String,
}

const MAX_SERIES: usize = 16;
const WHITE: &str = "#ffffff";
/// The least contrast of text with its ground (WCAG 2.2, 1.4.3).
const TEXT: f64 = 4.5;
/// The least contrast of the series of a chart with the page.
const SERIES: f64 = 2.0;
/// What a shade keeps of its colour.
const SHADE: f64 = 0.6;

impl Default for Theme {
    fn default() -> Theme {
        Theme {
            accent: "#0f766e".into(),
            ink: "#1c2530".into(),
            muted: "#5b6775".into(),
            line: "#dce2e8".into(),
            background: WHITE.into(),
            surface: "#f5f7f9".into(),
            positive: "#15803d".into(),
            negative: "#b42318".into(),
            palette: colours("#0f766e #e0912f #3b6fb6 #b4532a #7c5cb8 #6b9a3a #c0487a #64748b"),
        }
    }
}

impl Theme {
    /// A theme that comes with Imprint: `default` or `dark-blue`.
    pub fn named(name: &str) -> Option<Theme> {
        match name {
            "default" => Some(Theme::default()),
            "dark-blue" => Some(dark_blue()),
            _ => None,
        }
    }

    /// Reads a theme that a user made: an object with any of the keys of [`Theme`].
    ///
    /// # Errors
    /// An unknown key, a colour that is not `#rrggbb`, or one that cannot be seen on the theme's own background, by name.
    pub fn parse(value: &Value) -> Result<Theme, InvalidTheme> {
        let theme: Theme = serde_path_to_error::deserialize(value).map_err(|error| InvalidTheme {
            field: error.path().to_string(),
            message: error.into_inner().to_string(),
        })?;
        theme.check()?;
        Ok(theme)
    }

    /// The colours of so many series: those of the palette, and from there on shades of them, so that no two look alike.
    pub fn series(&self, count: usize) -> Vec<String> {
        let rounds = (1_u8..).flat_map(|round| self.palette.iter().map(move |colour| (round, colour)));
        let shades = rounds.map(|(round, colour)| self.shade(colour, 1.0 - SHADE.powi(round.into())));
        self.palette.iter().cloned().chain(shades).take(count).collect()
    }

    /// A colour on its way to the text or to the page, whichever is farther from it.
    fn shade(&self, colour: &str, way: f64) -> String {
        let darker = contrast(colour, &self.ink) > contrast(colour, &self.background);
        let end = if darker { &self.ink } else { &self.background };
        format!("#{:x}", rgb(colour).mix(rgb(end), way).into_format::<u8>())
    }

    fn check(&self) -> Result<(), InvalidTheme> {
        let invalid = |field: String, message: String| Err(InvalidTheme { field, message });
        if !(1..=MAX_SERIES).contains(&self.palette.len()) {
            return invalid("palette".into(), format!("needs 1 to {MAX_SERIES} colours, not {}", self.palette.len()));
        }
        let series = self.palette.iter().enumerate();
        let mut colours = self
            .single_colours()
            .map(|(name, colour)| (name.to_owned(), colour))
            .into_iter()
            .chain(series.map(|(n, colour)| (format!("palette[{n}]"), colour)));
        match colours.find(|(_, colour)| !is_colour(colour)) {
            Some((field, colour)) => invalid(field, format!("`{colour}` is no colour: use #rrggbb, such as #0f766e")),
            // Themes are older than backgrounds: one on white is valid whatever its colours.
            None if self.background.eq_ignore_ascii_case(WHITE) => Ok(()),
            None => self.check_contrast(),
        }
    }

    fn check_contrast(&self) -> Result<(), InvalidTheme> {
        let text = [
            ("accent", &self.accent),
            ("ink", &self.ink),
            ("muted", &self.muted),
            ("positive", &self.positive),
            ("negative", &self.negative),
        ];
        let grounds = [("background", &self.background), ("surface", &self.surface)];
        let texts = text.into_iter().flat_map(|(name, colour)| grounds.map(|on| (name.to_owned(), colour, on, TEXT)));
        let series = self.palette.iter().enumerate();
        let series =
            series.map(|(n, colour)| (format!("palette[{n}]"), colour, ("background", &self.background), SERIES));
        for (field, colour, (name, ground), least) in texts.chain(series) {
            let contrast = (contrast(colour, ground) * 10.0).floor() / 10.0;
            if contrast < least {
                let message = format!(
                    "`{colour}` is hard to see on the {name} `{ground}`: its contrast is {contrast:.1}:1, use at least {least}:1"
                );
                return Err(InvalidTheme { field, message });
            }
        }
        Ok(())
    }

    fn single_colours(&self) -> [(&'static str, &String); 8] {
        [
            ("accent", &self.accent),
            ("ink", &self.ink),
            ("muted", &self.muted),
            ("line", &self.line),
            ("background", &self.background),
            ("surface", &self.surface),
            ("positive", &self.positive),
            ("negative", &self.negative),
        ]
    }
}

fn dark_blue() -> Theme {
    Theme {
        accent: "#1e3a5f".into(),
        ink: "#17212e".into(),
        muted: "#586779".into(),
        line: "#d8e0ea".into(),
        surface: "#f3f6fa".into(),
        palette: colours("#1e3a5f #4f8fc0 #d9a441 #7d93ab #a8563f #5a8f7b #8a6fb0 #9aa5b1"),
        ..Theme::default()
    }
}

fn colours(list: &str) -> Vec<String> {
    list.split(' ').map(str::to_owned).collect()
}

fn is_colour(text: &str) -> bool {
    let digits = text.strip_prefix('#').unwrap_or_default();
    digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit())
}

/// How much two colours differ in luminance, from 1 to 21; what is no colour is black.
fn contrast(one: &str, other: &str) -> f64 {
    rgb(one).relative_contrast(rgb(other))
}

fn rgb(colour: &str) -> Srgb<f64> {
    colour.parse::<Srgb<u8>>().unwrap_or_default().into_format()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_themes_in_code_pass_their_own_check() {
        for name in ["default", "dark-blue"] {
            assert_eq!(Theme::named(name).unwrap().check(), Ok(()), "{name}");
        }
        assert_eq!(Theme::named("neon"), None);
    }

    #[test]
    fn a_theme_that_says_little_is_filled_from_the_default() {
        let theme = Theme::parse(&json!({"accent": "#aa0000"})).unwrap();
        assert_eq!(theme, Theme { accent: "#aa0000".into(), ..Theme::default() });
    }

    #[test]
    fn a_wrong_theme_names_its_key() {
        let cases = [
            ("an unknown key", json!({"acccent": "#000000"}), "acccent"),
            ("a colour in words", json!({"ink": "black"}), "ink"),
            ("code instead of a colour", json!({"line": "#fff\"); evil("}), "line"),
            ("a wrong series", json!({"palette": ["#000000", "#00000g"]}), "palette[1]"),
            ("no series", json!({"palette": []}), "palette"),
            ("a page in words", json!({"background": "white"}), "background"),
        ];
        for (what, value, field) in cases {
            assert_eq!(Theme::parse(&value).unwrap_err().field, field, "{what}");
        }
    }

    fn dark() -> Value {
        json!({
            "accent": "#5eead4", "ink": "#e8edf2", "muted": "#a3b0bd", "line": "#323d49", "background": "#12171d",
            "surface": "#1b222b", "positive": "#4ade80", "negative": "#f87171",
            "palette": ["#5eead4", "#fbbf24", "#93c5fd", "#f87171"]
        })
    }

    #[test]
    fn what_is_on_a_background_of_its_own_can_be_seen() {
        assert_eq!(Theme::parse(&dark()).unwrap().background, "#12171d");
        let cases = [
            (
                "ink",
                json!("#1c2530"),
                "ink: `#1c2530` is hard to see on the background `#12171d`: its contrast is 1.1:1, use at least 4.5:1",
            ),
            (
                "muted",
                json!("#7b8591"),
                "muted: `#7b8591` is hard to see on the surface `#1b222b`: its contrast is 4.2:1, use at least 4.5:1",
            ),
            ("surface", json!("#f5f7f9"), "accent: `#5eead4` is hard to see on the surface `#f5f7f9`"),
            (
                "palette",
                json!(["#ffffff", "#1e293b"]),
                "palette[1]: `#1e293b` is hard to see on the background `#12171d`: its contrast is 1.2:1, use at least 2:1",
            ),
        ];
        for (field, colour, expected) in cases {
            let mut theme = dark();
            theme[field] = colour;
            let error = Theme::parse(&theme).unwrap_err().to_string();
            assert!(error.starts_with(expected), "{error}");
        }
    }

    #[test]
    fn series_beyond_the_palette_have_shades_of_their_own() {
        let short = |theme: Theme| Theme { palette: theme.palette[..3].to_vec(), ..theme };
        for theme in [Theme::default(), short(Theme::default()), short(dark_blue()), Theme::parse(&dark()).unwrap()] {
            let colours = theme.series(3 * theme.palette.len());
            assert_eq!(colours[..theme.palette.len()], theme.palette);
            for (n, colour) in colours.iter().enumerate() {
                assert!(is_colour(colour) && !colours[..n].contains(colour), "{colours:?}");
                assert!(contrast(colour, &theme.background) > 1.4, "{colour} on {}", theme.background);
            }
        }
        assert_eq!(Theme::default().series(2), ["#0f766e", "#e0912f"]);
    }

    #[test]
    fn themes_from_before_backgrounds_are_on_white() {
        let stored = json!({"accent": "#eeeeee", "ink": "#cccccc"});
        assert_eq!(Theme::parse(&stored).unwrap().background, "#ffffff");
    }
}
