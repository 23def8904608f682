//! Grafana's words for sending a report by mail. Nothing is decided here.
//!
//! Source: Grafana's “Reporting API” (request, message, statuses); its published SDK writes the id as a number.

#![cfg_attr(test, allow(clippy::unwrap_used))]

use domain::{
    Outcome, Problem,
    address::Address,
    delivery::Skipped,
    names::ReportRef,
    problem::{Refusal, Wording},
    report::Report,
};
use serde::{Deserialize, Deserializer, Serialize, de};
use std::fmt;

/// Grafana's wording of refusals: `{"message":"Report not found"}`.
pub struct Grafana;

#[derive(Serialize)]
struct Message<'a> {
    message: &'a str,
}

impl Wording for Grafana {
    fn refusal(problem: &Problem, request_id: &str, _: &str) -> Refusal {
        Refusal::json(&Message { message: &problem.told(request_id) })
    }

    /// The document knows 400, 401, 403, 404 and 500. Besides there is 409, for keys that no client of Grafana's sends.
    fn status(problem: &Problem) -> u16 {
        match problem.status() {
            406 | 413 | 415 => 400,
            410 => 404,
            422 | 503 => 500,
            status => status,
        }
    }
}

/// The body of `POST /api/reports/email`.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SendBody {
    id: ReportId,
    emails: Option<String>,
    use_emails_from_report: Option<bool>,
}

/// The id of a report: a string in the document, a number in the SDK.
#[derive(Debug, Clone)]
struct ReportId(String);

impl<'de> Deserialize<'de> for ReportId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = ReportId;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the id of a report, as a string or a whole number")
            }

            fn visit_str<E>(self, text: &str) -> Result<ReportId, E> {
                Ok(ReportId(text.to_owned()))
            }

            fn visit_u64<E>(self, number: u64) -> Result<ReportId, E> {
                Ok(ReportId(number.to_string()))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

impl SendBody {
    /// The report that is named.
    ///
    /// # Errors
    /// `Invalid` for an empty id, `NotFound` for a text that names no report.
    pub fn report(&self) -> Outcome<ReportRef> {
        match self.id.0.trim() {
            "" => Err(Problem::invalid("id", "name the report to send.")),
            id => ReportRef::parse(id),
        }
    }

    /// Who is to get the report: `emails` comes before the recipients of the report itself.
    ///
    /// # Errors
    /// `Invalid`, naming the field and the address at fault, and when there is nobody to send to.
    pub fn recipients(&self, report: &Report) -> Outcome<Vec<Address>> {
        let emails = self.emails.as_deref().filter(|emails| !emails.trim().is_empty());
        let (field, list) = match (emails, self.use_emails_from_report) {
            (Some(emails), _) => ("emails", Address::list("emails", emails)?),
            (None, Some(true)) => ("recipients", Address::list("recipients", &report.details.mailing.recipients)?),
            _ => return Err(Problem::invalid("emails", "name the recipients, or set useEmailsFromReport.")),
        };
        match (list.is_empty(), field) {
            (false, _) => Ok(list),
            (true, "emails") => Err(Problem::invalid("emails", "name at least one recipient.")),
            (true, _) => {
                Err(Problem::invalid("useEmailsFromReport", "the report has no recipients; name some in emails."))
            }
        }
    }

    /// What the request says, for telling it from another one under the same key.
    pub fn fingerprint(&self) -> String {
        format!("{}\n{:?}\n{:?}", self.id.0.trim(), self.emails, self.use_emails_from_report)
    }
}

/// The answer when the mail system took the report.
#[derive(Debug, Serialize)]
pub struct SentBody {
    message: &'static str,
    /// Who got nothing, because of what came back from there before.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    skipped: Vec<Skipped>,
}

impl SentBody {
    /// `skipped`: those who were left out.
    pub fn new(skipped: Vec<Skipped>) -> Self {
        Self { message: "Report was sent", skipped }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(json: &str) -> SendBody {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn an_id_is_a_string_or_a_number() {
        for json in [r#"{"id":"3"}"#, r#"{"id":3}"#, r#"{"id":" 3 "}"#] {
            assert_eq!(body(json).report().unwrap().to_string(), "3", "{json}");
        }
        for json in [r#"{}"#, r#"{"id":null}"#, r#"{"id":-1}"#, r#"{"id":1.5}"#, r#"{"id":{}}"#, r#"{"id":3,"x":1}"#] {
            assert!(serde_json::from_str::<SendBody>(json).is_err(), "{json}");
        }
        assert!(body(r#"{"id":" "}"#).report().is_err());
    }

    #[test]
    fn the_two_forms_of_an_id_are_the_same_request() {
        let print = |json| body(json).fingerprint();
        assert_eq!(print(r#"{"id":"3","emails":"a@b.com"}"#), print(r#"{"id":3,"emails":"a@b.com"}"#));
        assert_ne!(print(r#"{"id":"3","emails":"a@b.com"}"#), print(r#"{"id":3,"emails":"b@b.com"}"#));
        assert_ne!(print(r#"{"id":3}"#), print(r#"{"id":3,"useEmailsFromReport":true}"#));
    }

    #[test]
    fn the_answer_is_that_of_the_document() {
        assert_eq!(serde_json::to_string(&SentBody::new(Vec::new())).unwrap(), r#"{"message":"Report was sent"}"#);
        let address = Address::parse("emails", "a@b.com").unwrap();
        let skipped = SentBody::new(vec![Skipped { address, reason: "It bounced.".into() }]);
        let told = r#"{"message":"Report was sent","skipped":[{"address":"a@b.com","reason":"It bounced."}]}"#;
        assert_eq!(serde_json::to_string(&skipped).unwrap(), told);
    }

    #[test]
    fn refusals_have_the_statuses_of_the_document() {
        let table = [
            (Problem::malformed("x"), 400),
            (Problem::UnsupportedMediaType("x".into()), 400),
            (Problem::TooLarge("x".into()), 400),
            (Problem::Unauthenticated("x"), 401),
            (Problem::Forbidden("x".into()), 403),
            (Problem::NotFound("x".into()), 404),
            (Problem::Gone("x".into()), 404),
            (Problem::Conflict("x".into()), 409),
            (Problem::Unprocessable("x".into()), 500),
            (Problem::Busy("x".into()), 500),
            (Problem::internal("x"), 500),
        ];
        for (problem, status) in table {
            assert_eq!(Grafana::status(&problem), status, "{problem:?}");
        }
        let refusal = Grafana::refusal(&Problem::Unprocessable("subject: undefined value".into()), "r-1", "");
        assert_eq!(refusal.body, r#"{"message":"subject: undefined value"}"#);
    }
}
