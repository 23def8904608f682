//! The words of a mail that carries a report: templates that see what the report's own strings see.

use serde::{Deserialize, Serialize};

use crate::error::RenderError;
use crate::expression::Templates;

/// The words of a mail, as the report's author wrote them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LetterTemplates {
    /// The report's title is the subject when there is none.
    pub subject: Option<String>,
    /// Markdown; may be empty.
    pub message: String,
}

/// The words of a mail, with the values of the report in their places.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LetterTexts {
    /// One line of at most 200 characters, never empty.
    pub subject: String,
    /// Markdown as [`markdown::events`](crate::markdown::events) reads it; may be empty.
    pub message: String,
}

/// The characters of a subject; more is not shown anywhere.
const LONGEST_SUBJECT: usize = 200;
/// The characters of a message: as many as its template may have.
const LONGEST_MESSAGE: usize = 10_000;

impl LetterTemplates {
    /// Evaluates the templates; the first of `titles` that says something is the subject where there is no other.
    ///
    /// # Errors
    /// When a template does not fit the data, or the message becomes too long.
    pub(crate) fn write(&self, templates: &Templates, titles: [&str; 2]) -> Result<LetterTexts, RenderError> {
        let subject = templates.optional(self.subject.as_deref(), "subject")?;
        let subjects = subject.iter().map(String::as_str).chain(titles).map(subject_line);
        let subject = subjects.into_iter().find(|subject| !subject.is_empty());
        let message = templates.markdown(&self.message, "message")?;
        if message.chars().count() > LONGEST_MESSAGE {
            let rule = "is longer than 10,000 characters with the report's values in their places: show fewer of them";
            return Err(RenderError::report("message", rule));
        }
        Ok(LetterTexts { subject: subject.unwrap_or_else(|| "Report".to_owned()), message })
    }
}

/// A text as the one line that a header of a mail takes: at most 200 characters, no controls, no gaps.
pub fn subject_line(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    let line = words.collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(LONGEST_SUBJECT) {
        None => line,
        Some(_) => {
            let start: String = line.chars().take(LONGEST_SUBJECT - 1).collect();
            format!("{}…", start.trim_end())
        }
    }
}
