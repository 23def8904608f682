//! Links of a report, which Informer's documents call tokens.

use crate::Href;
use domain::{
    Outcome, Problem,
    names::ReportRef,
    token::{Link, PublicToken},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The body of `POST /api/tokens`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct NewToken {
    #[serde(rename = "type")]
    kind: Kind,
    report_id: ReportId,
    #[serde(default)]
    name: Option<String>,
    /// `null` or nothing: never.
    #[serde(default)]
    expires_at: Option<Timestamp>,
}

/// What a token opens; there are no others here.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Report,
}

#[derive(Debug, Deserialize)]
#[serde(try_from = "Value")]
enum ReportId {
    Number(u64),
    Text(String),
}

// By way of a value: an untagged enum would see a number as the object that carries its digits.
impl TryFrom<Value> for ReportId {
    type Error = &'static str;

    fn try_from(value: Value) -> Result<Self, Self::Error> {
        match value {
            Value::String(text) => Ok(Self::Text(text)),
            other => other.as_u64().map(Self::Number).ok_or("write the id of a report"),
        }
    }
}

/// The longest name of a link, in characters.
const MAX_NAME: usize = 100;

impl NewToken {
    /// The report that the body names.
    ///
    /// # Errors
    /// `NotFound` for a text that names no report.
    pub fn report(&self) -> Outcome<ReportRef> {
        match &self.report_id {
            ReportId::Number(number) => ReportRef::parse(&number.to_string()),
            ReportId::Text(text) => ReportRef::parse(text),
        }
    }

    /// The name and the end of the link.
    ///
    /// # Errors
    /// `Invalid` for an over-long name, or an end that is not in the future.
    pub fn check(self, now: Timestamp) -> Outcome<(Option<String>, Option<Timestamp>)> {
        let Kind::Report = self.kind;
        let name = self.name.filter(|name| !name.is_empty());
        if name.as_ref().is_some_and(|name| name.chars().count() > MAX_NAME || name.chars().any(char::is_control)) {
            return Err(Problem::invalid("name", format!("use at most {MAX_NAME} characters.")));
        }
        if self.expires_at.is_some_and(|end| end <= now) {
            return Err(Problem::invalid("expiresAt", "this is over; name a time to come, or null for never."));
        }
        Ok((name, self.expires_at))
    }
}

/// The token object of Informer's documents.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TokenObject {
    id: String,
    #[serde(rename = "type")]
    kind: &'static str,
    report_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    token: String,
    cloud: bool,
    url: String,
    created_at: Timestamp,
    expires_at: Option<Timestamp>,
    views: u64,
    #[serde(rename = "_links")]
    links: TokenLinks,
}

#[derive(Debug, Serialize)]
struct TokenLinks {
    #[serde(rename = "self")]
    this: Href,
    #[serde(rename = "inf:report")]
    report: Href,
}

impl TokenObject {
    /// `public_url` is the address under which the public reaches the service, without a slash at the end.
    pub fn new(token: &PublicToken, link: Link, public_url: &str) -> Self {
        Self {
            links: TokenLinks {
                this: Href::new(format!("/api/tokens/{}", link.id)),
                report: Href::new(format!("/api/reports/{}", link.publication.report)),
            },
            id: link.id.to_string(),
            kind: "report",
            report_id: link.report,
            name: link.name,
            token: token.to_string(),
            cloud: true,
            url: token.address(public_url),
            created_at: link.created_at,
            expires_at: link.expires_at,
            views: link.views,
        }
    }

    /// Where it is found.
    pub fn address(&self) -> Href {
        self.links.this.clone()
    }
}

/// The answer of `GET /api/reports/{id}/tokens`.
#[derive(Debug, Serialize)]
pub struct TokenList {
    tokens: Vec<TokenObject>,
    /// What the owner should know; mostly nothing.
    warning: Option<&'static str>,
}

impl TokenList {
    /// All tokens of a report.
    pub fn new(tokens: Vec<TokenObject>, now: Timestamp) -> Self {
        let expired = tokens.iter().any(|token| token.expires_at.is_some_and(|end| end <= now));
        let warning = expired.then_some("A token has expired: its link is dead. Delete it, or make another one.");
        Self { tokens, warning }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(body: &str) -> Result<(Option<String>, Option<Timestamp>), String> {
        let body: NewToken = serde_json::from_str(body).map_err(|error| error.to_string())?;
        body.check(Timestamp::from_second(1_000).unwrap()).map_err(|problem| problem.to_string())
    }

    #[test]
    fn a_token_may_have_a_name_and_an_end() {
        let end = Timestamp::from_second(1_001).unwrap();
        let body = format!(r#"{{"type":"report","reportId":"team:x","name":"For Ada","expiresAt":"{end}"}}"#);
        assert_eq!(checked(&body), Ok((Some("For Ada".into()), Some(end))));
        assert_eq!(checked(r#"{"type":"report","reportId":7,"expiresAt":null}"#), Ok((None, None)));
    }

    #[test]
    fn other_bodies_are_refused() {
        let table = [
            r#"{"type":"dataset","reportId":7}"#,
            r#"{"type":"report"}"#,
            r#"{"type":"report","reportId":7,"expiresAt":"tomorrow"}"#,
            r#"{"type":"report","reportId":7,"expiresAt":"1970-01-01T00:16:40Z"}"#,
            r#"{"type":"report","reportId":7,"password":"x"}"#,
        ];
        for body in table {
            assert!(checked(body).is_err(), "{body}");
        }
        let long = format!(r#"{{"type":"report","reportId":7,"name":"{}"}}"#, "x".repeat(101));
        assert!(checked(&long).is_err_and(|message| message.starts_with("name: ")));
    }
}
