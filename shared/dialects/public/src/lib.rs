//! The words for people who follow a public link. They are told nothing but whether the link works.

#![cfg_attr(test, allow(clippy::unwrap_used))]

use base64::{Engine, engine::general_purpose::STANDARD};
use domain::{
    Outcome, Problem,
    problem::{Refusal, Wording},
    publication::BundleKey,
    token::PublicToken,
};
use http::response::Builder;
use sha2::{Digest, Sha256};

/// Refusals as small pages, in light and dark.
pub struct Public;

const STYLE: &str = include_str!("refusal.css");

/// The policy of the public page: its own pictures and its own style, nothing else. `style` names the hash of the style
/// (`sha256-…`), `frames` says who may show the page in a frame.
pub fn content_security_policy(style: &str, frames: &str) -> String {
    format!(
        "default-src 'none'; img-src 'self'; style-src '{style}'; base-uri 'self'; form-action 'none'; frame-ancestors {frames}"
    )
}

/// The token in an address.
///
/// # Errors
/// `NotFound` for a text that is no token; it is not looked up.
pub fn token(text: &str) -> Outcome<PublicToken> {
    PublicToken::parse(text).ok_or_else(|| Problem::NotFound("This is no token.".into()))
}

/// The position of the page that `3.svg` names, counted from 0.
///
/// # Errors
/// `NotFound` for any other text.
pub fn page_position(text: &str) -> Outcome<usize> {
    let number = text.strip_suffix(".svg").and_then(|number| number.parse::<usize>().ok());
    number.and_then(|number| number.checked_sub(1)).ok_or_else(|| Problem::NotFound("There is no such page.".into()))
}

/// The tag of a bundle: all its parts change together. It is a hash, since the bundle's own name tells the report's uid.
fn tag(bundle: &BundleKey) -> String {
    format!("\"{}\"", hex::encode(&Sha256::digest(bundle.zip())[..12]))
}

/// Whether the reader has this very bundle: `If-None-Match` of RFC 9110, weakly compared.
pub fn is_current(if_none_match: Option<&str>, bundle: &BundleKey) -> bool {
    let tags = if_none_match.unwrap_or_default().split(',');
    tags.map(|tag| tag.trim().trim_start_matches("W/")).any(|held| held == tag(bundle))
}

/// The headers of every answer under a link: kept by the reader's own browser only, and asked for again each time, so that a
/// withdrawn report is gone at once.
pub fn cached(answer: Builder, bundle: &BundleKey) -> Builder {
    answer
        .header("etag", tag(bundle))
        .header("cache-control", "private, no-cache")
        .header("vary", "accept-encoding")
        .header("x-robots-tag", "noindex, nofollow")
        .header("x-content-type-options", "nosniff")
        .header("referrer-policy", "no-referrer")
}

/// The page with addresses that work under `/view/{token}`. In the bundle they are relative to its own folder, so that it can be
/// read from a disk too. Words of a report never look like an attribute: their quotes are escaped.
pub fn with_addresses(html: &str, token: &PublicToken) -> String {
    let pages = html.replace("=\"pages/", &format!("=\"{token}/pages/"));
    pages.replace("=\"report.pdf", &format!("=\"{token}/report.pdf"))
}

impl Wording for Public {
    fn refusal(problem: &Problem, request_id: &str, _: &str) -> Refusal {
        let (title, text) = match problem {
            Problem::Internal(_) | Problem::Busy(_) => (
                "This page cannot be shown right now",
                format!("Please try again in a minute. Reference: {request_id}"),
            ),
            _ => (
                "This link does not work",
                "The report may have been withdrawn, or the address may be incomplete. \
                 Ask the person who sent you the link for a new one."
                    .to_owned(),
            ),
        };
        let style = format!("sha256-{}", STANDARD.encode(Sha256::digest(STYLE)));
        let page = include_str!("refusal.html").replace("{{style}}", STYLE);
        Refusal {
            media_type: "text/html; charset=utf-8",
            body: page.replace("{{title}}", title).replace("{{text}}", &text),
            headers: vec![
                ("content-security-policy", content_security_policy(&style, "'none'")),
                ("x-robots-tag", "noindex, nofollow".to_owned()),
                ("referrer-policy", "no-referrer".to_owned()),
            ],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_named_by_their_numbers() {
        assert_eq!(page_position("1.svg").unwrap(), 0);
        for text in ["0.svg", "1", "-1.svg", "1.png", "..", "99999999999999999999.svg"] {
            assert!(page_position(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_reader_is_current_with_the_tag_of_this_very_bundle() {
        let (one, other) = (key(1), key(2));
        assert!(is_current(Some(&format!("\"x\", W/{}", tag(&one))), &one));
        assert!(!is_current(Some(&tag(&one)), &other));
        assert!(!is_current(None, &one));
    }

    fn key(sequence: u64) -> BundleKey {
        let id = format!("00000000-0000-0000-0000-000000000000-{sequence}");
        BundleKey::new(id.parse().unwrap(), "a")
    }

    #[test]
    fn a_dead_link_tells_the_same_whatever_the_reason() {
        let unknown = Public::refusal(&Problem::NotFound("expired yesterday".into()), "r-1", "").body;
        let gone = Public::refusal(&Problem::Gone("unpublished by ada".into()), "r-2", "").body;
        assert_eq!(unknown, gone);
        assert!(!unknown.contains("{{"));
    }
}
