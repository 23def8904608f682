//! Mail addresses, as reports and requests name them.

use crate::{
    names::shortened,
    problem::{Outcome, Problem},
};
use email_address::{EmailAddress, Options};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, fmt};

/// An address that SES takes: ASCII, since it does not speak SMTPUTF8, with an internationalised domain in Punycode. The domain is in
/// small letters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Address(String);

/// The most recipients of one request: their mails can be handed over before the gateway gives up.
pub const MAX_RECIPIENTS: usize = 500;

/// The longest address (RFC 5321: a path has at most 256 octets, with its brackets).
const MAX_LENGTH: usize = 254;

/// What separates addresses in a list.
const SEPARATORS: [char; 4] = [',', ';', '\n', '\r'];

impl Address {
    /// Reads one address; `field` is the one that it stands in.
    ///
    /// # Errors
    /// `Invalid`, naming the field and the address.
    pub fn parse(field: &str, text: &str) -> Outcome<Self> {
        let text = text.trim();
        let wrong = |why: &str| Problem::invalid(field, format!("{} {why}", shortened(text)));
        let form = "is no mail address; write it as name@example.com.";
        let (local, domain) = text.rsplit_once('@').ok_or_else(|| wrong(form))?;
        if !local.is_ascii() {
            return Err(wrong("cannot be reached: the part before the @ may hold no letters outside ASCII."));
        }
        // A quoted local part may hold whatever a header may not.
        if local.contains('"') || text.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return Err(wrong(form));
        }
        let domain = idna::domain_to_ascii_strict(domain).map_err(|_| wrong(form))?;
        let address = format!("{local}@{domain}");
        let plain = Options::default().with_required_tld().without_domain_literal().without_display_text();
        if address.len() > MAX_LENGTH || EmailAddress::parse_with_options(&address, plain).is_err() {
            return Err(wrong(form));
        }
        Ok(Self(address))
    }

    /// Reads a list, separated by commas, semicolons or ends of lines. Who is named twice, in any case of letters, is in it once.
    ///
    /// # Errors
    /// `Invalid`, naming the field and the address at fault, or the number of addresses when there are too many.
    pub fn list(field: &str, text: &str) -> Outcome<Vec<Self>> {
        let mut known = BTreeSet::new();
        let mut list = Vec::new();
        for part in text.split(SEPARATORS).filter(|part| !part.trim().is_empty()) {
            let address = Self::parse(field, part)?;
            if known.insert(address.key()) {
                list.push(address);
            }
        }
        if list.len() > MAX_RECIPIENTS {
            let count = list.len();
            return Err(Problem::invalid(
                field,
                format!("holds {count} addresses; one request sends to at most {MAX_RECIPIENTS}."),
            ));
        }
        Ok(list)
    }

    /// The address as a key: hardly any mail system tells capital letters from small ones.
    pub fn key(&self) -> String {
        self.0.to_ascii_lowercase()
    }

    /// The part behind the @.
    pub fn domain(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, domain)| domain)
    }

    /// The address as a text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Outcome<String> {
        Address::parse("emails", text).map(|address| address.0)
    }

    #[test]
    fn addresses_that_can_be_reached_are_taken() {
        let cases = [
            ("a@example.com", "a@example.com"),
            (" first.last+tag@EXAMPLE.com ", "first.last+tag@example.com"),
            ("Ada@bücher.example", "Ada@xn--bcher-kva.example"),
            ("a@例え.jp", "a@xn--r8jz45g.jp"),
            ("o'brien@example.co.uk", "o'brien@example.co.uk"),
        ];
        for (text, address) in cases {
            assert_eq!(parsed(text).unwrap(), address, "{text}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused_by_its_name() {
        let long = format!("{}@example.com", "a".repeat(65));
        let longer = format!("a@{}.com", "b.".repeat(130));
        let texts = [
            "a",
            "a@",
            "@b.com",
            "a@b",
            "a b@example.com",
            "a@exa mple.com",
            "Ada <a@example.com>",
            "<a@example.com>",
            "\"a b\"@example.com",
            "a@[127.0.0.1]",
            "a@example..com",
            ".a@example.com",
            "a@b@example.com",
            "ü@example.com",
            "a@example.com\u{0}",
            "a@-example.com",
            &long,
            &longer,
        ];
        for text in texts {
            let refused = parsed(text).unwrap_err().to_string();
            assert!(refused.starts_with("emails: "), "{text}: {refused}");
        }
    }

    #[test]
    fn a_header_cannot_be_smuggled_in() {
        for text in
            ["a@example.com\r\nBcc: b@example.com", "a@example.com\nX: y", "a\r\n@example.com", "a@example.com%0ABcc:x"]
        {
            assert!(parsed(text).is_err(), "{text:?}");
        }
        // In a list the end of a line separates, and what follows it is no address.
        assert!(Address::list("emails", "a@example.com\r\nBcc: b@example.com").is_err());
    }

    #[test]
    fn a_list_takes_every_separator_and_each_address_once() {
        let list = Address::list("emails", " a@example.com, B@example.com;b@EXAMPLE.com\nc@example.com,,; ").unwrap();
        let texts: Vec<_> = list.iter().map(Address::as_str).collect();
        assert_eq!(texts, ["a@example.com", "B@example.com", "c@example.com"]);
        assert!(Address::list("emails", " ,; ").unwrap().is_empty());
    }

    #[test]
    fn a_list_has_an_end() {
        let many = |count: usize| (0..count).map(|n| format!("a{n}@example.com")).collect::<Vec<_>>().join(",");
        assert_eq!(Address::list("emails", &many(MAX_RECIPIENTS)).unwrap().len(), MAX_RECIPIENTS);
        assert!(Address::list("emails", &many(MAX_RECIPIENTS + 1)).unwrap_err().to_string().contains("501 addresses"));
    }
}
