//! Who did something, and when, as all of Huddle's representations tell it.

use crate::link::Link;
use domain::report;
use jiff::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

/// What stands for itself in a `mailto:` address.
const MAILBOX: &AsciiSet = &NON_ALPHANUMERIC.remove(b'@').remove(b'.').remove(b'-').remove(b'_').remove(b'+');

/// Who did something. There are no pages about people here, so the only link is the address to write to, if there is one.
#[derive(Debug, Serialize)]
pub(crate) struct Actor {
    #[serde(rename = "@name")]
    name: String,
    #[serde(rename = "@email", skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    #[serde(rename = "@rel")]
    rel: &'static str,
    link: Vec<Link>,
}

impl Actor {
    pub(crate) fn new(actor: &report::Actor, rel: &'static str) -> Self {
        let mailto = |email: &String| format!("mailto:{}", utf8_percent_encode(email, MAILBOX));
        let link = actor.email.iter().map(|email| Link::new("alternate", mailto(email))).collect();
        Self { name: actor.name.clone(), email: actor.email.clone(), rel, link }
    }
}

/// An instant as Huddle writes it: UTC, whole seconds.
pub(crate) fn instant(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn an_address_to_write_to_is_an_address_whatever_the_email_is() {
        let actor = report::Actor { name: "x".into(), email: Some("a+b c@x.com?cc=d".into()) };
        let written = json::text(&Actor::new(&actor, "publisher")).unwrap();
        assert!(
            written.ends_with(r#""links":[{"rel":"alternate","href":"mailto:a+b%20c@x.com%3Fcc%3Dd"}]}"#),
            "{written}"
        );
    }
}
