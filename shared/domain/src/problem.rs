//! The one error of the product. Every refusal is a [`Problem`]; each dialect puts it into its own words.

use serde::Serialize;
use std::fmt::{self, Display};

/// What an operation answers: its result or a [`Problem`].
pub type Outcome<T> = Result<T, Problem>;

/// Why a request was not served. The message tells the caller what to change; a cause that the caller cannot
/// change stays inside ([`Problem::Internal`]) and is logged, never answered.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// The request is malformed: `field` names the part at fault where one can be named. `errors` holds every mistake that was found;
    /// field and message are those of the first.
    #[error("{message}")]
    Invalid { field: Option<String>, message: String, errors: Vec<Mistake> },
    /// No credential, or one that is unknown, revoked or expired.
    #[error("{0}")]
    Unauthenticated(&'static str),
    /// The caller may see the resource, but not do this to it.
    #[error("{0}")]
    Forbidden(String),
    /// The resource does not exist, or the caller may not know that it does.
    #[error("{0}")]
    NotFound(String),
    /// The resource existed and was deleted.
    #[error("{0}")]
    Gone(String),
    /// None of the media types that the caller takes can be written.
    #[error("{0}")]
    NotAcceptable(String),
    /// The request contradicts the present state: a name that is taken, for example.
    #[error("{0}")]
    Conflict(String),
    /// The body is larger than what the operation takes.
    #[error("{0}")]
    TooLarge(String),
    /// The body is of a media type that the operation does not read.
    #[error("{0}")]
    UnsupportedMediaType(String),
    /// The request is well formed, but the report itself cannot be served: its template fails, for example.
    #[error("{0}")]
    Unprocessable(String),
    /// Nothing was changed; the same request may succeed a little later.
    #[error("{0}")]
    Busy(String),
    /// A fault of ours or of a service below us, of which the caller must know what was not done. The cause is for the log only.
    #[error("{told} ({cause})")]
    Failed { told: String, cause: String },
    /// A fault of ours or of a service below us. The cause is for the log only.
    #[error("internal error: {0}")]
    Internal(String),
}

impl Problem {
    /// A malformed request in which `field` is at fault.
    pub fn invalid(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::from(Mistake::new(field, message))
    }

    /// A malformed request in which no single field is at fault.
    pub fn malformed(message: impl Into<String>) -> Self {
        Self::Invalid { field: None, message: message.into(), errors: Vec::new() }
    }

    /// What is wrong with a malformed request, each mistake by its field; empty for any other problem.
    pub fn mistakes(&self) -> &[Mistake] {
        match self {
            Self::Invalid { errors, .. } => errors,
            _ => &[],
        }
    }

    /// A fault that no caller can mend.
    pub fn internal(cause: impl Display) -> Self {
        Self::Internal(cause.to_string())
    }

    /// No report answers to this name, as far as the caller may know.
    pub fn no_report(name: &impl Display) -> Self {
        Self::NotFound(format!("There is no report {name}."))
    }

    /// The HTTP status that every dialect gives this problem.
    pub fn status(&self) -> u16 {
        match self {
            Self::Invalid { .. } => 400,
            Self::Unauthenticated(_) => 401,
            Self::Forbidden(_) => 403,
            Self::NotFound(_) => 404,
            Self::NotAcceptable(_) => 406,
            Self::Conflict(_) => 409,
            Self::Gone(_) => 410,
            Self::TooLarge(_) => 413,
            Self::UnsupportedMediaType(_) => 415,
            Self::Unprocessable(_) => 422,
            Self::Failed { .. } | Self::Internal(_) => 500,
            Self::Busy(_) => 503,
        }
    }

    /// The standard phrase of [`Problem::status`] (RFC 9110).
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Invalid { .. } => "Bad Request",
            Self::Unauthenticated(_) => "Unauthorized",
            Self::Forbidden(_) => "Forbidden",
            Self::NotFound(_) => "Not Found",
            Self::NotAcceptable(_) => "Not Acceptable",
            Self::Conflict(_) => "Conflict",
            Self::Gone(_) => "Gone",
            Self::TooLarge(_) => "Content Too Large",
            Self::UnsupportedMediaType(_) => "Unsupported Media Type",
            Self::Unprocessable(_) => "Unprocessable Content",
            Self::Failed { .. } | Self::Internal(_) => "Internal Server Error",
            Self::Busy(_) => "Service Unavailable",
        }
    }

    /// What the caller is told. An internal fault tells only where to look it up.
    pub fn told(&self, request_id: &str) -> String {
        match self {
            Self::Internal(_) => {
                format!("Something went wrong on our side. The log has it under request {request_id}.")
            }
            Self::Failed { told, .. } => format!("{told} The log has the reason under request {request_id}."),
            other => other.to_string(),
        }
    }
}

/// One mistake in a request, by its field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
pub struct Mistake {
    /// The place, such as `definition.blocks[3].columns[1].format`.
    pub field: String,
    /// What to change, in a sentence without its subject: the field.
    pub message: String,
}

impl Mistake {
    /// A mistake in `field`.
    pub fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: field.into(), message: message.into() }
    }
}

impl Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.message)
    }
}

impl From<Mistake> for Problem {
    fn from(mistake: Mistake) -> Self {
        Self::Invalid { field: Some(mistake.field.clone()), message: mistake.to_string(), errors: vec![mistake] }
    }
}

/// Collects the mistakes of a request, so that all of them are reported at once.
#[derive(Debug, Default)]
pub struct Mistakes(Vec<Mistake>);

impl Mistakes {
    /// Keeps the mistakes of a part that was checked, and returns the part when it has none.
    ///
    /// # Errors
    /// Any problem but mistakes in named fields.
    pub fn keep<T>(&mut self, outcome: Outcome<T>) -> Outcome<Option<T>> {
        match outcome {
            Ok(part) => Ok(Some(part)),
            Err(Problem::Invalid { errors, .. }) if !errors.is_empty() => {
                self.0.extend(errors);
                Ok(None)
            }
            Err(problem) => Err(problem),
        }
    }

    /// Adds mistakes.
    pub fn extend(&mut self, mistakes: impl IntoIterator<Item = Mistake>) {
        self.0.extend(mistakes);
    }

    /// Ends the check.
    ///
    /// # Errors
    /// `Invalid` with everything that was kept.
    pub fn end(self) -> Outcome<()> {
        let Some(first) = self.0.first() else { return Ok(()) };
        Err(Problem::Invalid { field: Some(first.field.clone()), message: first.to_string(), errors: self.0 })
    }
}

/// A refusal in the words of a dialect.
#[derive(Debug)]
pub struct Refusal {
    pub media_type: &'static str,
    pub body: String,
    /// Headers besides the media type.
    pub headers: Vec<(&'static str, String)>,
}

/// How a dialect words a refusal: one implementation a dialect.
pub trait Wording {
    /// The answer to a refused request; `request_id` is also in the log, `accept` is the header of this name, empty without one.
    fn refusal(problem: &Problem, request_id: &str, accept: &str) -> Refusal;

    /// The status of the answer. A dialect whose document knows fewer of them says the nearest.
    fn status(problem: &Problem) -> u16 {
        problem.status()
    }
}

impl Refusal {
    /// A refusal in JSON.
    pub fn json(body: &impl serde::Serialize) -> Self {
        let body = serde_json::to_string(body).unwrap_or_default();
        Self { media_type: "application/json", body, headers: Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cause_of_an_internal_fault_is_never_told() {
        let problem = Problem::internal("ResourceNotFoundException: table imprint-Catalog-17");
        assert_eq!(problem.told("req-1"), "Something went wrong on our side. The log has it under request req-1.");
    }

    #[test]
    fn what_was_not_done_is_told_and_its_cause_is_not() {
        let problem = Problem::Failed { told: "Nothing was sent.".into(), cause: "Throttling: rate exceeded".into() };
        assert_eq!(problem.told("r"), "Nothing was sent. The log has the reason under request r.");
        assert!(problem.status() == 500 && problem.to_string().contains("Throttling"));
    }

    #[test]
    fn an_invalid_field_is_named_in_the_message() {
        assert_eq!(Problem::invalid("slug", "use letters").told("r"), "slug: use letters");
    }

    #[test]
    fn mistakes_are_kept_until_the_end_and_other_problems_are_not() {
        let mut mistakes = Mistakes::default();
        assert_eq!(mistakes.keep(Ok(1)).unwrap(), Some(1));
        assert_eq!(mistakes.keep::<()>(Err(Problem::invalid("a", "is wrong"))).unwrap(), None);
        assert_eq!(mistakes.keep::<()>(Err(Problem::invalid("b", "is long"))).unwrap(), None);
        assert!(matches!(mistakes.keep::<()>(Err(Problem::Forbidden("no".into()))), Err(Problem::Forbidden(_))));
        let problem = mistakes.end().unwrap_err();
        assert_eq!(problem.told("r"), "a: is wrong");
        assert_eq!(problem.mistakes(), [Mistake::new("a", "is wrong"), Mistake::new("b", "is long")]);
    }
}
