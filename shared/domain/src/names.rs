//! The names of a report: a number, a uid, and a natural id that people write.

use crate::problem::{Outcome, Problem};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;
use uuid::Uuid;

/// The most characters of an owner or a slug.
const MAX_PART: usize = 100;

/// The slug of a report that comes without one: its name in lower case, shortened at a word. A name without a letter or digit is
/// told by its hash.
pub fn slug_of(name: &str) -> String {
    let slug = slug::slugify(name);
    if slug.is_empty() {
        return format!("report-{}", &hex::encode(Sha256::digest(name))[..8]);
    }
    if slug.len() <= MAX_PART {
        return slug;
    }
    // One more, since a word may end right there. A first word that is longer is cut.
    let end = slug[..=MAX_PART].rfind('-').unwrap_or(MAX_PART);
    slug[..end].to_owned()
}

/// The name that people and documents use: `owner:slug`. A report may get another slug; its number and uid stay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct NaturalId {
    owner: String,
    slug: String,
}

impl NaturalId {
    /// # Errors
    /// `Invalid` naming the part that holds anything but lower-case letters, digits, `-`, `_` and `.`.
    pub fn new(owner: &str, slug: &str) -> Outcome<Self> {
        for (field, part) in [("owner", owner), ("slug", slug)] {
            let sound = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_' | b'.');
            if part.is_empty() || part.len() > MAX_PART || !part.bytes().all(sound) {
                return Err(Problem::invalid(field, "use 1 to 100 lower-case letters, digits, -, _ and dots."));
            }
        }
        Ok(Self { owner: owner.to_owned(), slug: slug.to_owned() })
    }

    pub fn owner(&self) -> &str {
        &self.owner
    }

    pub fn slug(&self) -> &str {
        &self.slug
    }
}

impl fmt::Display for NaturalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.owner, self.slug)
    }
}

impl From<NaturalId> for String {
    fn from(id: NaturalId) -> Self {
        id.to_string()
    }
}

impl TryFrom<String> for NaturalId {
    type Error = Problem;

    fn try_from(text: String) -> Outcome<Self> {
        let (owner, slug) = text.split_once(':').ok_or_else(|| Problem::malformed("write owner:slug"))?;
        Self::new(owner, slug)
    }
}

/// Any of a report's names, as every dialect takes them wherever a path says `{id}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReportRef {
    Number(u64),
    Uid(Uuid),
    Natural(NaturalId),
}

impl ReportRef {
    /// Reads a name.
    ///
    /// # Errors
    /// `NotFound`: a text that is no name names no report.
    pub fn parse(text: &str) -> Outcome<Self> {
        // A sign or zeros in front would be more names of the same report.
        if let Some(number) = text.parse::<u64>().ok().filter(|number| number.to_string() == text) {
            return Ok(Self::Number(number));
        }
        if let Ok(uid) = Uuid::try_parse(text) {
            return Ok(Self::Uid(uid));
        }
        NaturalId::try_from(text.to_owned()).map(Self::Natural).map_err(|_| Problem::no_report(&shortened(text)))
    }
}

impl fmt::Display for ReportRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Uid(uid) => write!(f, "{uid}"),
            Self::Natural(id) => write!(f, "{id}"),
        }
    }
}

/// Completes the decoding of an address. API Gateway's HTTP APIs decode every escape but `%25`: what they hand over is decoded
/// once when each `%25` has become `%`, and nothing else has changed.
pub fn decoded_once(text: &str) -> String {
    text.replace("%25", "%")
}

/// A caller's text as an error message may repeat it.
pub(crate) fn shortened(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(80).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_of_a_report_is_understood() {
        let uid = Uuid::from_u128(7);
        assert_eq!(ReportRef::parse("17").unwrap(), ReportRef::Number(17));
        assert_eq!(ReportRef::parse(&uid.to_string()).unwrap(), ReportRef::Uid(uid));
        let natural = NaturalId::new("team", "sales-dashboard").unwrap();
        assert_eq!(ReportRef::parse("team:sales-dashboard").unwrap(), ReportRef::Natural(natural));
    }

    #[test]
    fn a_slug_is_made_of_any_name() {
        let hundred = "x".repeat(100);
        let table = [
            ("a name", "Sales Dashboard", "sales-dashboard"),
            ("letters beyond ASCII", "Übersicht 東京", "ubersicht-dong-jing"),
            ("signs alone", "!!!", "report-e84c538e"),
            ("a hundred letters", &hundred, &hundred),
            ("one word of more", &"x".repeat(120), &hundred),
            ("words of more", &format!("{} and more words", "x".repeat(94)), &format!("{}-and", "x".repeat(94))),
            ("a word that ends in time", &format!("{} more", "x".repeat(100)), &hundred),
        ];
        for (what, name, slug) in table {
            assert_eq!(slug_of(name), slug, "{what}");
            assert!(NaturalId::new("team", &slug_of(name)).is_ok(), "{what}");
        }
    }

    #[test]
    fn decoding_is_completed_once() {
        let table = [
            ("a percent sign", "50%25 Growth", "50% Growth"),
            ("an escape that was escaped", "a%252Fb", "a%2Fb"),
            ("an escaped percent sign that was escaped", "%2525", "%25"),
            ("a lone percent sign", "Overseas%Holdings", "Overseas%Holdings"),
            ("nothing to decode", "Asset Reports/a+b", "Asset Reports/a+b"),
            ("half of one at the end", "a%2", "a%2"),
        ];
        for (what, text, expected) in table {
            assert_eq!(decoded_once(text), expected, "{what}");
        }
    }

    #[test]
    fn a_text_that_is_no_name_is_not_found() {
        for text in ["", "-1", "+1", "01", "team", "Team:x", "a:b:c", "99999999999999999999999", "a:b/c"] {
            assert!(matches!(ReportRef::parse(text), Err(Problem::NotFound(_))), "{text:?}");
        }
    }
}
