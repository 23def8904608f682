//! Huddle's words: documents, their publications, and the progress of a publication. Nothing is decided here.
//!
//! Sources: “PublishDocument” of Huddle's API wiki, and its pages on documents, published documents and errors. README.md has the quirks.
//!
//! - `form`: XML or JSON, as the client asks; `xml` and `json` write them; `link`: links in bodies and in headers.
//! - `document`: a document and its versions; `history`: its publications; `published`: lists of what is published.
//! - `progress`: how far a publication is; `progress_page`: the same for people; `html`: what both pages share.
//! - `refusal`: what every refusal looks like.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod actor;
mod document;
mod form;
mod history;
mod html;
mod json;
mod link;
mod progress;
mod progress_page;
mod published;
mod refusal;
mod xml;

#[cfg(test)]
mod samples;

pub use document::{Document, DocumentVersion};
pub use form::{Form, ProgressForm, Representation, Written};
pub use history::DocumentPublication;
pub use html::content_security_policy;
pub use link::{started, unpublished};
pub use progress::PublishingProgress;
pub use progress_page::progress_page;
pub use published::{DocumentPublicationView, PublishedDocuments};
pub use refusal::Huddle;
