//! A published report, as those see it who look for what is published.

use super::Publication;
use crate::{report::Report, token::PublicToken, workspace::Workspace};

/// How many published reports a page of a list has.
pub const PAGE_SIZE: u64 = 25;

/// A published report.
pub struct Published {
    pub report: Report,
    pub workspace: Workspace,
    /// The publication that is live.
    pub publication: Publication,
    /// The link that is told, unless it expired at this moment.
    pub bookmark: Option<PublicToken>,
    /// Of all links.
    pub views: u64,
}
