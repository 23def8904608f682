//! Cloud publishing: what is sent, and the progress of a publication.

use crate::{Href, TokenObject};
use domain::{Outcome, Problem, publication::Publication};
use serde::{Deserialize, Serialize};

/// The optional body of `_cloud-publish`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublishBody {
    progress: Option<MonitorId>,
}

/// The id under which the client wants to follow: clients of Informer send texts or numbers.
#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "write a text or a number")]
enum MonitorId {
    Number(serde_json::Number),
    Text(String),
}

impl PublishBody {
    /// The name under which the caller wants to follow the publication.
    ///
    /// # Errors
    /// `Invalid` for an empty or over-long name, or one that looks like a publication's own id.
    pub fn monitor(&self) -> Outcome<Option<String>> {
        let name = match &self.progress {
            None => return Ok(None),
            Some(MonitorId::Number(number)) => number.to_string(),
            Some(MonitorId::Text(text)) => text.clone(),
        };
        let length = name.chars().count();
        if length == 0 || length > 200 || name.chars().any(|c| c.is_control() || c == '/') {
            return Err(Problem::invalid("progress", "use 1 to 200 characters without slashes."));
        }
        if name.parse::<domain::publication::PublicationId>().is_ok() {
            return Err(Problem::invalid("progress", "this has the form of our own ids; choose another name."));
        }
        Ok(Some(name))
    }
}

/// The answer of `GET /api/progress/{id}`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProgressBody<'a> {
    id: String,
    /// The newest message: what is being done now.
    message: Option<&'a str>,
    version: u64,
    #[serde(flatten)]
    progress: &'a domain::progress::Progress,
    report_id: String,
    /// The token object, once it is known; only for those who may publish.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<TokenObject>,
    #[serde(rename = "_links")]
    links: ProgressLinks,
}

#[derive(Debug, Serialize)]
struct ProgressLinks {
    #[serde(rename = "self")]
    this: Href,
    #[serde(rename = "inf:report")]
    report: Href,
    #[serde(rename = "inf:token", skip_serializing_if = "Option::is_none")]
    token: Option<Href>,
}

impl<'a> ProgressBody<'a> {
    /// How far a publication has come, and the token object if there is one that the caller may read.
    pub fn new(publication: &'a Publication, token: Option<TokenObject>) -> Self {
        let (id, report) = (publication.id.to_string(), publication.id.report.to_string());
        Self {
            links: ProgressLinks {
                this: Href::new(format!("/api/progress/{id}")),
                report: Href::new(format!("/api/reports/{report}")),
                token: token.as_ref().map(TokenObject::address),
            },
            id,
            message: publication.progress.messages.last().map(String::as_str),
            version: publication.version,
            progress: &publication.progress,
            report_id: report,
            token,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn monitor(body: &str) -> Result<Option<String>, String> {
        let body: PublishBody = serde_json::from_str(body).map_err(|error| error.to_string())?;
        body.monitor().map_err(|problem| problem.to_string())
    }

    #[test]
    fn a_monitor_may_be_a_text_a_number_or_nothing() {
        assert_eq!(monitor(r#"{"progress":"progress-monitor-id"}"#), Ok(Some("progress-monitor-id".into())));
        assert_eq!(monitor(r#"{"progress":17}"#), Ok(Some("17".into())));
        assert_eq!(monitor(r#"{"progress":-1.5}"#), Ok(Some("-1.5".into())));
        assert_eq!(monitor("{}"), Ok(None));
    }

    #[test]
    fn other_monitors_are_refused() {
        for body in [r#"{"progress":""}"#, r#"{"progress":[1]}"#, r#"{"progress":"a/b"}"#, r#"{"other":1}"#] {
            assert!(monitor(body).is_err(), "{body}");
        }
        let own = format!(r#"{{"progress":"{}-1"}}"#, "00000000-0000-0000-0000-000000000000");
        assert!(monitor(&own).is_err_and(|message| message.contains("our own ids")));
    }
}
