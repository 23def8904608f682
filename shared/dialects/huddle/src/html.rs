//! What the dialect's pages share: their style, their policy, and the filling of their templates.

use base64::{Engine, engine::general_purpose::STANDARD};
use quick_xml::escape::escape;
use sha2::{Digest, Sha256};

pub(crate) const STYLE: &str = include_str!("page.css");
pub(crate) const SCRIPT: &str = include_str!("progress.js");

/// `Content-Security-Policy` of the dialect's pages: their own style and script, by their hashes, and nothing else.
pub fn content_security_policy() -> String {
    let hash = |text: &str| STANDARD.encode(Sha256::digest(text));
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; connect-src 'self'; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'",
        hash(STYLE),
        hash(SCRIPT)
    )
}

/// What stands in a page for a `{{placeholder}}`.
pub(crate) enum Part<'a> {
    /// Text that people wrote or might have written.
    Text(&'a str),
    /// Ours.
    Markup(&'a str),
}

/// The template with its placeholders filled. In one go, so that a value which looks like a placeholder stays what it is.
pub(crate) fn filled(template: &str, parts: &[(&str, Part<'_>)]) -> String {
    let mut pieces = template.split("{{");
    let mut page = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (name, rest) = piece.split_once("}}").unwrap_or((piece, ""));
        match parts.iter().find(|(part, _)| *part == name) {
            Some((_, Part::Text(text))) => page += &escape(*text),
            Some((_, Part::Markup(markup))) => page += markup,
            None => {}
        }
        page += rest;
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_escaped_and_never_filled_themselves() {
        let parts = [("a", Part::Text("<b> & \"{{c}}\"")), ("c", Part::Markup("<i>")), ("d", Part::Text("'"))];
        assert_eq!(
            filled("1 {{a}} 2 {{c}}{{d}}{{unknown}} 3", &parts),
            "1 &lt;b&gt; &amp; &quot;{{c}}&quot; 2 <i>&apos; 3"
        );
    }

    #[test]
    fn the_policy_allows_two_hashes_and_our_own_address() {
        let policy = content_security_policy();
        assert_eq!(policy.matches("'sha256-").count(), 2);
        assert!(!policy.contains("unsafe") && policy.starts_with("default-src 'none'"));
    }
}
