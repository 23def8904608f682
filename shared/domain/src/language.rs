//! Language tags: read by BCP 47 and brought into their usual case once, wherever a request or a definition names one.

use icu_locale_core::Locale;

/// The longest tag that BCP 47 asks anybody to hold.
const LONGEST: usize = 35;

/// What to write in the place of a tag that is none.
pub const EXPECTED: &str = "write a language tag, such as de or en-GB.";

/// A tag in its usual case, such as `en-GB` for `EN-gb`; none for a text that is no tag. What a tag says beyond language, script,
/// region and variant, such as a calendar, is left out.
pub fn canonical(tag: &str) -> Option<String> {
    // The parser reads the underscores of POSIX as well, which no standard of the web does.
    if tag.len() > LONGEST || tag.contains('_') {
        return None;
    }
    let id = Locale::try_from_str(tag).ok()?.id;
    (!id.language.is_unknown()).then(|| id.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_written_in_its_usual_case() {
        let cases = [
            ("de", "de"),
            ("DE", "de"),
            ("EN-us", "en-US"),
            ("PT-br", "pt-BR"),
            ("zh-hant-tw", "zh-Hant-TW"),
            ("es-419", "es-419"),
            ("de-u-nu-latn", "de"),
        ];
        for (tag, expected) in cases {
            assert_eq!(canonical(tag).as_deref(), Some(expected), "{tag}");
        }
    }

    #[test]
    fn what_is_no_tag_is_none() {
        for text in ["english", "de_DE", "", "d", "klingon!", "/etc", "de-", "-de", "und", "de--AT", "e n"] {
            assert_eq!(canonical(text), None, "{text}");
        }
    }
}
