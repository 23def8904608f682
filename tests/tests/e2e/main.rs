//! The service from outside, as its users meet it.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod access;
mod collecting;
mod cxreports;
mod events;
mod exago;
mod history;
mod huddle;
mod large;
mod mail;
mod public_page;
mod publishing;
mod refusals;
mod reports;
mod tokens;
mod trail;
