//! What can go wrong when a report is rendered.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why a report could not be rendered: where, and what its author must change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub struct RenderError {
    /// Who can do something about it.
    pub cause: Cause,
    /// Where it is wrong.
    pub place: Place,
    /// What is wrong and what to change.
    pub message: String,
    /// What else is wrong, when more was found in other places.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<RenderError>,
}

/// Where an error is: in what the request brought, or in the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// A field of the request, such as `params.quarter`: another request may succeed.
    Request(String),
    /// Such as `blocks[2].items[0].value` or `typst line 12, column 5`; empty when the report as a whole is meant.
    Report(String),
}

impl Place {
    /// The field, or the place in the definition.
    pub fn as_str(&self) -> &str {
        match self {
            Place::Request(place) | Place::Report(place) => place,
        }
    }
}

/// More errors than this help nobody.
const MAX_OTHERS: usize = 99;
/// The letters of a message: it is kept in items and headers, and a report can make Typst say anything by `panic`.
const MAX_MESSAGE: usize = 1_000;
/// The letters of a reason that comes from a library.
const MAX_REASON: usize = 300;

/// Who can do something about a failed rendering.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Cause {
    /// The report's author: the definition, the data or an asset is wrong. Trying again does not help.
    Report,
    /// The report's author: it needs more time or memory than it may have. Trying again does not help.
    Limit,
    /// The operator: the process could not be started, or its pipes broke. Trying again may help.
    Internal,
}

impl RenderError {
    /// A mistake in the report.
    pub fn report(place: impl Into<String>, message: impl Into<String>) -> RenderError {
        let mut message = message.into();
        if let Some((end, _)) = message.char_indices().nth(MAX_MESSAGE) {
            message.replace_range(end.., "…");
        }
        RenderError { cause: Cause::Report, place: Place::Report(place.into()), message, others: Vec::new() }
    }

    /// A mistake in what the request brought to the report.
    pub fn request(field: impl Into<String>, message: impl Into<String>) -> RenderError {
        RenderError { place: Place::Request(field.into()), ..RenderError::report("", message) }
    }

    /// A report that needs too much.
    pub fn limit(message: impl Into<String>) -> RenderError {
        RenderError { cause: Cause::Limit, ..RenderError::report("", message) }
    }

    /// A report that the renderer cannot finish, as it would each time.
    pub fn stopped(reason: &str) -> RenderError {
        let reason: String = reason.chars().filter(|c| !c.is_control()).take(MAX_REASON).collect();
        RenderError::report(
            "",
            format!("The renderer stopped at this report: {reason}. Take out its parts one by one to find which"),
        )
    }

    /// A failure of the machinery.
    pub fn internal(message: impl Into<String>) -> RenderError {
        RenderError { cause: Cause::Internal, ..RenderError::report("", message) }
    }

    /// This error first, and the other one behind it.
    pub fn and(mut self, mut other: RenderError) -> RenderError {
        let behind = std::mem::take(&mut other.others);
        self.others.push(other);
        self.others.extend(behind);
        self.others.truncate(MAX_OTHERS);
        self
    }

    /// Works through all parts of a report, so that the errors of all are found.
    ///
    /// # Errors
    /// The first error, with those of the other parts behind it.
    pub fn all<T>(parts: impl IntoIterator<Item = Result<T, RenderError>>) -> Result<Vec<T>, RenderError> {
        let (mut made, mut failed) = (Vec::new(), None::<RenderError>);
        for part in parts {
            match part {
                Ok(part) => made.push(part),
                Err(error) => {
                    failed = Some(match failed {
                        Some(first) => first.and(error),
                        None => error,
                    });
                }
            }
        }
        failed.map_or(Ok(made), Err)
    }
}

impl fmt::Display for RenderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place.as_str() {
            "" => f.write_str(&self.message),
            place => write!(f, "{place}: {}", self.message),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_of_any_length_is_cut() {
        let error = RenderError::report("typst", "ä".repeat(500_000));
        assert_eq!(error.message, format!("{}…", "ä".repeat(MAX_MESSAGE)));
        assert_eq!(RenderError::report("typst", "ä".repeat(MAX_MESSAGE)).message.chars().count(), MAX_MESSAGE);
    }

    #[test]
    fn the_errors_of_all_parts_are_found_and_the_first_one_is_told() {
        let wrong = |place: &str| RenderError::report(place, "is wrong");
        let inner = RenderError::all([Ok(1), Err(wrong("b[0]")), Err(wrong("b[1]"))]).map(|_| 2);
        let error = RenderError::all([Err(wrong("a")), Ok(3), inner, Err(wrong("c"))]).unwrap_err();
        assert_eq!(error.to_string(), "a: is wrong");
        let places: Vec<&str> = error.others.iter().map(|other| other.place.as_str()).collect();
        assert_eq!(places, ["b[0]", "b[1]", "c"]);
        assert!(error.others.iter().all(|other| other.others.is_empty()));
        assert_eq!(RenderError::all([Ok(1), Ok(2)]), Ok(vec![1, 2]));
    }
}
