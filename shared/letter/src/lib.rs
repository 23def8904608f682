//! A report as a mail: what it says, how it looks, and its bytes. No network and no clock.
//!
//! - [`Letter`]: what is told, the same for all recipients; [`Envelope`]: the outside of the mail that carries it to some of them.
//!
//! Inside: `message` reads the Markdown of the author and bounds it, `html` and `text` are the two forms of a letter, `colour` finds
//! colours that can be read, `mime` writes the bytes.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod colour;
mod contents;
mod html;

mod message;
mod mime;
mod text;

#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;

pub use contents::{Envelope, Letter, Pdf, Picture, Sender};
