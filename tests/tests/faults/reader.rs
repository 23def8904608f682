//! What somebody sees who follows a public link: the page, and all that it shows and links to.

use imprint_tests::api::{Answer, Api};
use regex::Regex;
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

/// The addresses on a page that belong to the report.
static ADDRESSES: LazyLock<Regex> = LazyLock::new(|| Regex::new(r##"(?:src|href)="([^"#/:]+/[^"#:]+)""##).unwrap());

/// How often a look begins anew because the report changed while it was taken, and the status that stands for giving up.
const CHANGES: usize = 5;
const CHANGING: u16 = 503;

/// What a reader got.
#[derive(Debug)]
pub enum Sight {
    /// All of one bundle.
    Whole(Seen),
    /// Nothing: the link is dead.
    Nothing,
    /// An error, which promises nothing and shows nothing.
    Error(u16),
    /// A part of a bundle whose other part is missing, or is none: what no reader may ever get.
    Half(String),
}

/// A bundle as a reader saw it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The tag that all parts of a bundle have in common.
    pub tag: String,
    pub page: String,
    /// The other parts, by a hash of all their contents.
    pub rest: String,
}

/// Follows a link, and all that is on its page.
pub async fn look(link: &str) -> Sight {
    let mut before = String::new();
    for _ in 0..CHANGES {
        let page = Api::anonymous().get(link).await;
        match page.status {
            200 => {}
            404 => return Sight::Nothing,
            status => return Sight::Error(status),
        }
        // A part was of another bundle, and still the page is of the one before.
        if page.header("etag") == before {
            return Sight::Half(format!("{link} is of {before}, which is not whole"));
        }
        page.header("etag").clone_into(&mut before);
        match rest(link, &page).await {
            Rest::Whole(rest) => return Sight::Whole(Seen { tag: before, page: page.text(), rest }),
            Rest::Changed => {}
            Rest::Error(status) => return Sight::Error(status),
            Rest::Broken(what) => return Sight::Half(what),
        }
    }
    Sight::Error(CHANGING)
}

/// The parts of a bundle besides its page.
enum Rest {
    Whole(String),
    /// The report was published anew, or unpublished.
    Changed,
    Error(u16),
    Broken(String),
}

async fn rest(link: &str, page: &Answer) -> Rest {
    let (token, text) = (link.rsplit('/').next().unwrap(), page.text());
    let mut addresses: Vec<_> = ADDRESSES.captures_iter(&text).map(|found| found[1].to_owned()).collect();
    addresses.sort();
    addresses.dedup();
    let has = |ending: &str| addresses.iter().any(|address| address.ends_with(ending));
    if !text.trim_end().ends_with("</html>") || !has(".pdf") || !has(".svg") {
        return Rest::Broken(format!("{link} is no whole page: {text}"));
    }
    let mut hash = Sha256::new();
    for address in &addresses {
        let part = Api::anonymous().get(&link.replace(token, address)).await;
        match part.status {
            200 if part.header("etag") != page.header("etag") => return Rest::Changed,
            200 if is_whole(address, &part) => hash.update(&part.body),
            404 => return Rest::Changed,
            status @ 500.. => return Rest::Error(status),
            status => return Rest::Broken(format!("{address} of {link}: {status}, {} bytes", part.body.len())),
        }
    }
    Rest::Whole(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

fn is_whole(address: &str, part: &Answer) -> bool {
    match address.ends_with(".pdf") {
        true => part.body.starts_with(b"%PDF-") && part.body.trim_ascii_end().ends_with(b"%%EOF"),
        false => part.text().starts_with("<svg") && part.text().trim_end().ends_with("</svg>"),
    }
}
