//! The links that a report or a mail may contain: those that its recipients can follow safely.

use crate::names::shortened;

/// The schemes of links that may be followed from a document that was sent to someone. `javascript:` runs code, `file:` reads the reader's
/// disk, `data:` shows a page of the sender's under no name.
pub const SCHEMES: [&str; 4] = ["https://", "http://", "mailto:", "tel:"];

/// Whether a link has one of the [`SCHEMES`], in any case, and no control character that a viewer would skip.
pub fn is_safe(url: &str) -> bool {
    let starts = |scheme: &&str| url.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    SCHEMES.iter().any(starts) && !url.chars().any(char::is_control)
}

/// What to change about a link that is not safe.
pub fn refusal(url: &str) -> String {
    format!("a report cannot link to `{}`: links start with {}", shortened(url), SCHEMES.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn web_pages_mail_addresses_and_telephones_can_be_linked_and_nothing_else() {
        for url in ["https://a.example/?q=ü", "HTTP://A.EXAMPLE", "mailto:a@b.example", "Tel:+49-30-1234"] {
            assert!(is_safe(url), "{url}");
        }
        let unsafe_ones = [
            "javascript:alert(1)",
            "JavaScript:alert(1)",
            " javascript:alert(1)",
            "java\nscript:alert(1)",
            "https://a.example\njavascript:alert(1)",
            "file:///etc/passwd",
            "data:text/html,a",
            "vbscript:a",
            "ftp://a.example",
            "//a.example",
            "/a",
            "https:a",
            "",
        ];
        for url in unsafe_ones {
            assert!(!is_safe(url), "{url:?}");
        }
    }
}
