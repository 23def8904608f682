//! Which way a language is written.

/// Scripts that are written from right to left.
const SCRIPTS: [&str; 8] = ["adlm", "arab", "hebr", "mand", "nkoo", "rohg", "syrc", "thaa"];
/// Languages that are usually written in one of these.
const LANGUAGES: [&str; 17] =
    ["ar", "arc", "azb", "ckb", "dv", "fa", "he", "iw", "ks", "lrc", "mzn", "nqo", "ps", "sd", "ug", "ur", "yi"];

/// Whether a language tag such as `ar-EG` or `az-Arab` is written from right to left.
pub fn is_right_to_left(lang: &str) -> bool {
    let lang = lang.to_ascii_lowercase();
    let mut parts = lang.split(['-', '_']);
    let primary = parts.next().unwrap_or_default();
    // A script is named by four letters, and says more than the language.
    match parts.find(|part| part.len() == 4 && part.bytes().all(|byte| byte.is_ascii_alphabetic())) {
        Some(script) => SCRIPTS.contains(&script),
        None => LANGUAGES.contains(&primary),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_tag_says_which_way_it_is_written() {
        let right_to_left = ["ar", "ar-EG", "he", "he-IL", "fa", "ur-PK", "AR", "az-Arab", "ckb", "ks", "pa-Arab-PK"];
        let left_to_right = ["en", "de-AT", "ja", "pa", "hi", "az", "ks-Deva", "ar-Latn", "zh-Hant-TW", ""];
        for lang in right_to_left {
            assert!(is_right_to_left(lang), "{lang}");
        }
        for lang in left_to_right {
            assert!(!is_right_to_left(lang), "{lang}");
        }
    }
}
