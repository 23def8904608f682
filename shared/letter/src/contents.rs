//! A letter that brings a report, and the envelope that it travels in.

use domain::address::Address;
use domain::theme::Theme;
use jiff::Timestamp;
use render::file::File;
use render::page::size_words;

use crate::message;

/// Who sends, as the installation says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender {
    /// What mail programs show in the place of the address; may be empty.
    pub name: String,
    pub address: Address,
}

/// What is told, the same for all recipients.
#[derive(Debug, Clone, PartialEq)]
pub struct Letter {
    /// The title of the report.
    pub title: String,
    pub subject: String,
    /// Markdown of the report's author, with the values in their places; may be empty.
    pub message: String,
    /// The language of the report, such as `en`.
    pub lang: String,
    pub theme: Theme,
    /// Who asked for the mail.
    pub sent_by: String,
    /// Such as `22 November 2026`.
    pub date: String,
    /// The pages of the PDF.
    pub pages: u32,
    pub picture: Option<Picture>,
    pub pdf: Pdf,
    pub csv: Vec<File>,
    /// Sentences about what is otherwise than the reader may expect.
    pub notes: Vec<String>,
    /// Where the published report is.
    pub public_link: Option<String>,
}

/// Page one, shown in the letter.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    pub png: Vec<u8>,
    /// In points (1/72 inch), as the height is.
    pub width: f64,
    pub height: f64,
    /// For those who cannot see it.
    pub alt: String,
}

/// How the PDF reaches the reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pdf {
    Attached(File),
    /// It is too large for a mail: it lies at an address for a while.
    Linked {
        name: String,
        /// In bytes.
        size: u64,
        address: String,
        /// Such as `29 November 2026, 14:05 CET`.
        until: String,
    },
}

/// What one mail has on its outside.
#[derive(Debug, Clone)]
pub struct Envelope<'a> {
    pub sender: &'a Sender,
    /// Where answers go, in the place of the sender's address.
    pub reply_to: Option<&'a Address>,
    pub to: &'a [Address],
    /// Without its angle brackets; unique in the world, and not known to authors of reports beforehand.
    pub message_id: String,
    pub date: Timestamp,
}

impl Letter {
    /// The files that travel with the letter.
    pub fn attached(&self) -> impl Iterator<Item = &File> {
        let pdf = match &self.pdf {
            Pdf::Attached(file) => Some(file),
            Pdf::Linked { .. } => None,
        };
        pdf.into_iter().chain(&self.csv)
    }

    /// The language as a tag that can stand in a header.
    pub(crate) fn language(&self) -> &str {
        let known = !self.lang.is_empty() && self.lang.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        if known { &self.lang } else { "en" }
    }

    pub(crate) fn page_words(&self) -> String {
        if self.pages == 1 { "1 page".to_owned() } else { format!("{} pages", self.pages) }
    }

    /// What is said about a PDF that is too large.
    pub(crate) fn linked_words(&self) -> Option<String> {
        let Pdf::Linked { name, size, until, .. } = &self.pdf else { return None };
        let size = size_words(*size);
        Some(format!("{name} is {size}, too large for a mail. It can be downloaded until {until}."))
    }

    /// What lists of mails show beside the subject.
    pub(crate) fn opening(&self) -> String {
        let opening = message::opening(&self.message);
        if opening.is_empty() { format!("{}, {}, {}", self.title, self.date, self.page_words()) } else { opening }
    }
}
