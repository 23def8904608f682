//! The service from outside, as its users meet it.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod access;
mod checking;
mod collecting;
mod cxreports;
mod events;
mod exago;
mod explorer;
mod heads;
mod history;
mod huddle;
mod large;
mod lists;
mod logs;
mod mail;
mod meeting;
mod operators;
mod public_page;
mod publishing;
mod refusals;
mod reports;
mod rights;
mod thumbnails;
mod tokens;
