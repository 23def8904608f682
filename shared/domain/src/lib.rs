//! The rules and types of Imprint: no AWS, no HTTP, no clock and no randomness (these come in as arguments).
//!
//! - [`names`]: the names of a report; [`report`]: what it is, its versions; [`definition`]: what a report's author writes; [`template`]: what its strings may use.
//! - [`rendition`]: how a request wants a report rendered; [`theme`]: the colours; [`preset`]: report types, themes and templates of a workspace.
//! - [`font`]: the fonts of a workspace.
//! - [`data`]: JSON that is handed on as text.
//! - [`temporary`]: data that is left with the service for a while; [`export`]: renditions that are made behind a queue; [`preview`]: nonces and the cookies they become.
//! - [`workspace`]: the top of every folder tree; [`tree`]: names of nodes and paths.
//! - [`credential`]: personal access tokens, roles, permissions, callers; [`secret`]: what callers present; [`session`]: sessions of the Exago dialect.
//! - [`publication`]: the life of a publication, as one pure state machine; [`progress`]: what its watchers see.
//! - [`bundle`]: the one object that a publication makes; [`token`]: the public link to it.
//! - [`address`]: mail addresses; [`delivery`]: a report by mail, and what became of it.
//! - [`language`]: language tags in their usual case; [`link`]: the links that documents may carry; `literal`: the texts by which enums are stored.
//! - [`cursor`]: where the next page of a list begins.
//! - [`problem`]: the one error, worded by each dialect in its own way.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

pub mod address;
pub mod bundle;
pub mod credential;
pub mod cursor;
pub mod data;
pub mod definition;
pub mod delivery;
pub mod export;
pub mod font;
pub mod language;
pub mod link;
mod literal;
pub mod names;
pub mod preset;
pub mod preview;
pub mod problem;
pub mod progress;
pub mod publication;
pub mod rendition;
pub mod report;
pub mod secret;
pub mod session;
pub mod template;
pub mod temporary;
pub mod theme;
pub mod token;
pub mod tree;
pub mod warnings;
pub mod workspace;

pub use problem::{Outcome, Problem};
