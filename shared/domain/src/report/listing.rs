//! Reports in lists: what lists show of them, and the orders that lists have.

use super::{Kind, Report};
use crate::{Outcome, Problem, cursor, names::NaturalId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::{cmp::Ordering, fmt, sync::Arc};
use uuid::Uuid;

/// What lists show of a report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Listed {
    pub uid: Uuid,
    pub number: u64,
    pub natural_id: NaturalId,
    /// The id of the folder that holds the report.
    pub parent: String,
    pub name: String,
    #[serde(rename = "type")]
    pub kind: Kind,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub report_type: Option<String>,
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub description: String,
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub theme: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub template: Option<String>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl From<&Report> for Listed {
    fn from(report: &Report) -> Self {
        let details = &report.details;
        Self {
            uid: report.uid,
            number: report.number,
            natural_id: report.natural_id.clone(),
            parent: report.parent.clone(),
            name: report.name.clone(),
            kind: report.kind,
            report_type: details.report_type.clone(),
            description: details.description.clone(),
            theme: details.theme.clone(),
            template: details.template.clone(),
            created_at: report.created_at,
            updated_at: report.updated_at,
        }
    }
}

impl Listed {
    /// Whether a search for `q` finds the report: in its name, its description or its natural id, in any case.
    pub fn matches(&self, q: &str) -> bool {
        let q = q.to_lowercase();
        let texts = [&self.name, &self.description, &self.natural_id.to_string()];
        texts.iter().any(|text| text.to_lowercase().contains(&q))
    }
}

/// What reports are ordered by. Equal ones are ordered by number, so that each order is total.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// In any case.
    Name,
    CreatedAt,
    UpdatedAt,
}

/// Stands between the parts of a key: before all that a name may hold.
const END: char = '\u{1f}';

/// The most bytes of a name that a key holds. A sort key of DynamoDB has 1,024.
const LONGEST: usize = 1_000;

impl Order {
    pub const ALL: [Self; 3] = [Self::Name, Self::CreatedAt, Self::UpdatedAt];

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::CreatedAt => "createdAt",
            Self::UpdatedAt => "updatedAt",
        }
    }

    /// The place of a report: keys, compared as bytes, are in this order. Of names with the same first 1,000 bytes the number decides.
    pub fn key(self, report: &Listed) -> String {
        let first = match self {
            Self::Name => folded(&report.name),
            // As many digits as any other.
            Self::CreatedAt => format!("{:.3}", report.created_at),
            Self::UpdatedAt => format!("{:.3}", report.updated_at),
        };
        format!("{first}{END}{:012}", report.number)
    }
}

/// A name without regard to case, as far as keys hold it.
fn folded(name: &str) -> String {
    let mut folded = name.to_lowercase();
    folded.truncate(folded.floor_char_boundary(LONGEST));
    folded
}

/// The order of a list, and whether it is reversed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sort {
    pub by: Order,
    pub reverse: bool,
}

impl Sort {
    /// The order that lists have unless told otherwise.
    pub const NAME: Self = Self { by: Order::Name, reverse: false };

    /// Reads the words of a parameter: the order, with a `-` in front if it is reversed. Without them by name.
    ///
    /// # Errors
    /// `Invalid`, naming what a list can be sorted by.
    pub fn parse(text: Option<&str>) -> Outcome<Self> {
        let text = text.unwrap_or("name");
        let (word, reverse) = text.strip_prefix('-').map_or((text, false), |word| (word, true));
        let by = Order::ALL.into_iter().find(|order| order.word() == word);
        let by =
            by.ok_or_else(|| Problem::invalid("sort", "sort by name, createdAt or updatedAt; a - in front reverses."))?;
        Ok(Self { by, reverse })
    }

    /// How two keys stand in a list.
    pub fn compare(self, a: &str, b: &str) -> Ordering {
        if self.reverse { b.cmp(a) } else { a.cmp(b) }
    }
}

impl fmt::Display for Sort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", if self.reverse { "-" } else { "" }, self.by.word())
    }
}

/// Which reports are chosen.
pub type Chosen = Arc<dyn Fn(&Listed) -> bool + Send + Sync>;

/// What a list of reports is asked for.
#[derive(Clone)]
pub struct Asked {
    pub sort: Sort,
    /// How the names begin, in any case; empty: however.
    pub prefix: String,
    /// The key behind which the page begins, from the cursor of the page before.
    pub after: Option<String>,
    /// How many reports of the list are before the page. With `after` they are not looked at.
    pub start: u64,
    /// How many the page has at most.
    pub limit: u64,
    /// Only these.
    pub chosen: Option<Chosen>,
    /// Whether it is to be told how many there are in all.
    pub counted: bool,
}

impl Asked {
    /// The first page by name, of so many.
    pub fn first(limit: u64) -> Self {
        let (prefix, after, chosen) = (String::new(), None, None);
        Self { sort: Sort::NAME, prefix, after, start: 0, limit, chosen, counted: false }
    }

    /// Only those whose names begin so, and from the page on that this cursor leads to.
    ///
    /// # Errors
    /// `Invalid` for a prefix in another order than that of the names, and for a cursor of another list.
    pub fn paged(mut self, prefix: Option<&str>, cursor: Option<&str>) -> Outcome<Self> {
        self.prefix = folded(prefix.unwrap_or_default());
        if !self.prefix.is_empty() && self.sort.by != Order::Name {
            return Err(Problem::invalid("prefix", "a list of names that begin so is sorted by name or -name."));
        }
        self.after = cursor::read(&self.list(), cursor)?;
        Ok(self)
    }

    /// The cursor of the page that begins behind this key.
    pub fn cursor(&self, key: &str) -> String {
        cursor::write(&self.list(), key)
    }

    fn list(&self) -> String {
        match self.prefix.as_str() {
            "" => self.sort.to_string(),
            prefix => format!("{} {prefix}", self.sort),
        }
    }

    /// The first and the last key that the list can have.
    pub fn range(&self) -> (String, String) {
        let low = if self.prefix.is_empty() { END.to_string() } else { self.prefix.clone() };
        (low, format!("{}{}", self.prefix, char::MAX))
    }

    /// How many of what is found behind `after` are before the page.
    pub fn skipped(&self) -> usize {
        let skipped = if self.after.is_some() { 0 } else { self.start };
        usize::try_from(skipped).unwrap_or(usize::MAX)
    }

    /// How many reports have to be found to fill the page, and to know whether there are more.
    pub fn enough(&self) -> usize {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        self.skipped().saturating_add(limit).saturating_add(1)
    }
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    pub reports: Vec<Listed>,
    /// The cursor of the next page, if there is one.
    pub next: Option<String>,
    /// How many reports there are in all; behind a cursor, `start` and what is behind it. Zero when it was not asked for.
    pub total: u64,
}

/// What was read of one of several lists that make one.
#[derive(Debug, Default)]
pub struct Part {
    /// With their keys, in order.
    pub found: Vec<(String, Listed)>,
    /// The key up to which was read, if there is more behind it that was not looked at.
    pub horizon: Option<String>,
    /// How many there are in all, if they were counted.
    pub total: Option<u64>,
}

impl Page {
    /// The page of all these lists together.
    pub fn of(asked: &Asked, parts: Vec<Part>) -> Self {
        let sort = asked.sort;
        // Of what is behind the nearest horizon something may be missing.
        let horizon = parts.iter().filter_map(|part| part.horizon.clone()).min_by(|a, b| sort.compare(a, b));
        let behind = |key: &str| horizon.as_deref().is_some_and(|horizon| sort.compare(key, horizon).is_gt());
        let before = if asked.after.is_some() { asked.start } else { 0 };
        let totals = parts.iter().map(|part| part.total.unwrap_or(part.found.len() as u64)).sum::<u64>();
        let counted = parts.iter().all(|part| part.total.is_some());
        let total = if counted { totals } else { before + totals };
        let mut found: Vec<_> = parts.into_iter().flat_map(|part| part.found).filter(|(key, _)| !behind(key)).collect();
        found.sort_by(|(a, _), (b, _)| sort.compare(a, b));
        let (skipped, enough) = (asked.skipped(), asked.enough());
        let more = found.len() >= enough;
        let page: Vec<_> = found.into_iter().take(enough - 1).skip(skipped).collect();
        let last = match more {
            true => page.last().map(|(key, _)| key.clone()),
            false => horizon,
        };
        let next = last.map(|key| asked.cursor(&key));
        Self { reports: page.into_iter().map(|(_, report)| report).collect(), next, total }
    }
}

#[cfg(test)]
mod tests;
