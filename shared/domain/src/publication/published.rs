//! A published report, as those see it who look for what is published.

use super::Publication;
use crate::{Outcome, cursor, report::Report, token::PublicToken, workspace::Workspace};

/// How many published reports a page of a list has.
pub const PAGE_SIZE: u64 = 25;

/// What a list of published reports is asked for.
#[derive(Debug, Clone)]
pub struct Sought {
    /// Only those of this owner.
    pub owner: Option<String>,
    /// Only those that a search for this finds.
    pub q: Option<String>,
    /// Counted from 1.
    pub page: u64,
    /// The place behind which the page begins, from the cursor of the page before.
    pub after: Option<String>,
}

impl Sought {
    /// # Errors
    /// `Invalid` for a cursor of another list.
    pub fn new(owner: Option<String>, q: Option<String>, page: u64, cursor: Option<&str>) -> Outcome<Self> {
        let mut sought = Self { owner, q: q.filter(|q| !q.is_empty()), page, after: None };
        sought.after = cursor::read(sought.list(), cursor)?;
        Ok(sought)
    }

    /// Newest first is the only order that there is.
    fn list(&self) -> &'static str {
        "published"
    }

    /// The cursor of the page that begins behind this place.
    pub fn cursor(&self, place: &str) -> String {
        cursor::write(self.list(), place)
    }

    /// How many of what is found are before the page.
    pub fn skipped(&self) -> usize {
        let skipped = if self.after.is_some() { 0 } else { (self.page - 1).saturating_mul(PAGE_SIZE) };
        usize::try_from(skipped).unwrap_or(usize::MAX)
    }

    /// How many have to be found to fill the page, and to know whether there are more.
    pub fn enough(&self) -> usize {
        self.skipped().saturating_add(PAGE_SIZE as usize + 1)
    }
}

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
