//! What a workspace offers to its reports: report types, themes and templates, each under a code that people write and a number
//! that clients keep. Source: “CxReports API”; the fields are those that its official clients read.

use crate::{Outcome, Problem, names::ReportRef, rendition::Template, theme::Theme};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A report type, a theme or a template, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Preset<T> {
    pub code: String,
    /// Unique among those of its kind, never reused.
    pub number: u64,
    pub name: String,
    #[serde(flatten)]
    pub details: T,
}

/// A kind of preset.
pub trait PresetKind: Sized {
    /// What messages call it.
    const NOUN: &'static str;
    /// The list that messages point to.
    const LIST: &'static str;

    /// Those that every workspace has, with numbers up to [`RESERVED`].
    fn built_in() -> Vec<Preset<Self>> {
        Vec::new()
    }
}

/// The numbers up to this one are kept for what comes with Imprint.
pub const RESERVED: u64 = 10;

/// What is particular about a report type.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReportType {
    #[serde(default)]
    pub description: String,
    /// The report that stands for the type where a report is named by the type's code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_report: Option<Uuid>,
}

impl PresetKind for ReportType {
    const NOUN: &'static str = "report type";
    const LIST: &'static str = "report-types";
}

impl PresetKind for Theme {
    const NOUN: &'static str = "theme";
    const LIST: &'static str = "themes";

    fn built_in() -> Vec<Preset<Self>> {
        let themes = [("default", "Default"), ("dark-blue", "Dark blue")].into_iter().zip(1..);
        let themes = themes.filter_map(|((code, name), number)| Some((code, name, number, Self::named(code)?)));
        themes.map(|(code, name, number, details)| preset(code, name, number, details)).collect()
    }
}

impl PresetKind for Template {
    const NOUN: &'static str = "template";
    const LIST: &'static str = "templates";

    fn built_in() -> Vec<Preset<Self>> {
        vec![preset("default", "Default", 1, Self::default())]
    }
}

fn preset<T>(code: &str, name: &str, number: u64, details: T) -> Preset<T> {
    Preset { code: code.to_owned(), number, name: name.to_owned(), details }
}

impl<T: PresetKind> Preset<T> {
    /// Whether clients mean this one by `text`: its code in any case, for a published sample has `Default`, or its number.
    pub fn is_called(&self, text: &str) -> bool {
        self.code.eq_ignore_ascii_case(text) || self.number.to_string() == text
    }

    /// The one that is called so, of all that a workspace has.
    ///
    /// # Errors
    /// `Invalid`, naming the field that calls it so and the list of those that there are.
    pub fn choose(all: Vec<Self>, field: &str, text: &str) -> Outcome<Self> {
        all.into_iter().find(|preset| preset.is_called(text)).ok_or_else(|| {
            let shown = crate::names::shortened(text);
            let (noun, list) = (T::NOUN, T::LIST);
            Problem::invalid(field, format!("the workspace has no {noun} “{shown}”; GET …/{list} lists those it has."))
        })
    }
}

/// Checks the code and the name of a preset of the kind `T`.
///
/// # Errors
/// `Invalid`, naming the field.
pub fn check<T: PresetKind>(code: &str, name: &str) -> Outcome<()> {
    let sound = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_' || b == b'.';
    if code.is_empty() || code.len() > 64 || !code.bytes().all(sound) {
        return Err(Problem::invalid("code", "use 1 to 64 lower-case letters, digits, -, _ and dots."));
    }
    // Where a report type may stand, a report may stand too, and where a code may, a number.
    if ReportRef::parse(code).is_ok() || code.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Problem::invalid("code", "use a code that cannot be taken for a number or the uid of a report."));
    }
    if T::built_in().iter().any(|preset| preset.is_called(code)) {
        let noun = T::NOUN;
        return Err(Problem::invalid("code", format!("the {noun} “{code}” comes with the service; use another code.")));
    }
    if name.trim().is_empty() || name.chars().count() > 200 || name.chars().any(char::is_control) {
        return Err(Problem::invalid("name", "use 1 to 200 characters."));
    }
    Ok(())
}

/// Checks that a preset of the kind `T` may be deleted, if the workspace has one of this code.
///
/// # Errors
/// `Conflict` for one that comes with the service, `NotFound` for a code that none can have.
pub fn check_deletion<T: PresetKind>(code: &str) -> Outcome<()> {
    if T::built_in().iter().any(|preset| preset.is_called(code)) {
        let noun = T::NOUN;
        return Err(Problem::Conflict(format!("The {noun} “{code}” comes with the service and cannot be deleted.")));
    }
    check::<T>(code, T::NOUN).map_err(|_| none_of::<T>(code))
}

/// The workspace has no preset of this code.
pub fn none_of<T: PresetKind>(code: &str) -> Problem {
    Problem::NotFound(format!("The workspace has no {} “{}”.", T::NOUN, crate::names::shortened(code)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_preset_is_called_by_its_code_or_its_number() {
        let all = Theme::built_in();
        assert_eq!(Preset::choose(all.clone(), "theme", "dark-blue").unwrap().number, 2);
        for text in ["1", "default", "Default"] {
            assert_eq!(Preset::choose(all.clone(), "theme", text).unwrap().code, "default", "{text}");
        }
        let told = Preset::choose(all, "theme", "neon").unwrap_err().to_string();
        assert_eq!(told, "theme: the workspace has no theme “neon”; GET …/themes lists those it has.");
    }

    #[test]
    fn a_theme_that_was_stored_before_there_were_backgrounds_is_on_white() {
        let stored = serde_json::json!({"code": "acme", "number": 12, "name": "Acme", "accent": "#aa0000"});
        let preset: Preset<Theme> = serde_json::from_value(stored).unwrap();
        assert_eq!(preset.details, Theme { accent: "#aa0000".into(), ..Theme::default() });
    }

    #[test]
    fn a_code_is_never_taken_for_something_else() {
        assert!(check::<ReportType>("sales.2026_q1-x", "Sales").is_ok());
        for code in ["", "17", "a b", "Sales", "a:b", "00000000-0000-0000-0000-000000000007", "a/b", &"x".repeat(65)] {
            assert!(check::<ReportType>(code, "Sales").is_err(), "{code}");
        }
        assert!(check::<Theme>("default", "Mine").is_err(), "it comes with the service");
        assert!(check::<ReportType>("sales", " ").is_err());
    }

    #[test]
    fn what_comes_with_the_service_is_not_deleted_and_what_cannot_be_is_not_found() {
        assert!(check_deletion::<Theme>("acme").is_ok());
        for code in ["default", "Default", "2"] {
            assert!(matches!(check_deletion::<Theme>(code), Err(Problem::Conflict(_))), "{code}");
        }
        for code in ["17", "a b", &"x".repeat(2_000)] {
            assert!(matches!(check_deletion::<Template>(code), Err(Problem::NotFound(_))), "{code}");
        }
        assert_eq!(none_of::<ReportType>("sales").to_string(), "The workspace has no report type “sales”.");
    }
}
