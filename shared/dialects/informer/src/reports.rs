//! Reports: the HAL list of Informer's documents, and the full record.

use crate::Href;
use domain::{
    Outcome, Problem,
    credential::{Permission, Role},
    rendition::Form,
    report::{Report, Source, Version},
};
use jiff::Timestamp;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use serde_json::Value;
use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
    fmt,
};

/// What a list is asked for: `q`, `sort`, `start`, `limit`.
#[derive(Debug, Clone)]
pub struct Listing {
    pub q: Option<String>,
    pub sort: Sort,
    pub start: u64,
    pub limit: u64,
}

/// The order of a list; a `-` in front reverses it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sort {
    by: SortBy,
    reverse: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SortBy {
    Name,
    CreatedAt,
    UpdatedAt,
}

impl Sort {
    /// Reads the parameter; by name when it is left out.
    ///
    /// # Errors
    /// `Invalid`, naming the fields that a list can be sorted by.
    pub fn parse(text: Option<&str>) -> Outcome<Self> {
        let text = text.unwrap_or("name");
        let (name, reverse) = text.strip_prefix('-').map_or((text, false), |name| (name, true));
        let by = match name {
            "name" => SortBy::Name,
            "createdAt" => SortBy::CreatedAt,
            "updatedAt" => SortBy::UpdatedAt,
            _ => return Err(Problem::invalid("sort", "sort by name, createdAt or updatedAt; a - in front reverses.")),
        };
        Ok(Self { by, reverse })
    }

    fn compare(self, a: &Report, b: &Report) -> Ordering {
        let by_name = || a.name.to_lowercase().cmp(&b.name.to_lowercase()).then_with(|| a.name.cmp(&b.name));
        let order = match self.by {
            SortBy::Name => by_name(),
            SortBy::CreatedAt => a.created_at.cmp(&b.created_at),
            SortBy::UpdatedAt => a.updated_at.cmp(&b.updated_at),
        };
        // The number makes the order total, so that pages neither repeat nor skip.
        let order = order.then_with(|| a.number.cmp(&b.number));
        if self.reverse { order.reverse() } else { order }
    }
}

impl fmt::Display for Sort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let by = match self.by {
            SortBy::Name => "name",
            SortBy::CreatedAt => "createdAt",
            SortBy::UpdatedAt => "updatedAt",
        };
        write!(f, "{}{by}", if self.reverse { "-" } else { "" })
    }
}

impl Listing {
    /// The list that `reports` (all that the caller may see) come to.
    pub fn of(&self, mut reports: Vec<Report>, role: Role) -> ReportList {
        reports.retain(|report| self.q.as_deref().is_none_or(|q| report.matches(q)));
        reports.sort_by(|a, b| self.sort.compare(a, b));
        let total = reports.len();
        let skip = usize::try_from(self.start).unwrap_or(usize::MAX);
        let take = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let items: Vec<_> = reports.iter().skip(skip).take(take).map(ReportItem::from).collect();
        ReportList {
            links: self.links(total as u64),
            start: self.start,
            count: items.len(),
            total,
            aggs: Value::Object(serde_json::Map::new()),
            permissions: permissions(role),
            embedded: Embedded { reports: items },
        }
    }

    fn links(&self, total: u64) -> BTreeMap<&'static str, Href> {
        let page = |start: u64| {
            let mut query = format!("start={start}&limit={}&sort={}", self.limit, self.sort);
            if let Some(q) = &self.q {
                query += &format!("&q={}", utf8_percent_encode(q, NON_ALPHANUMERIC));
            }
            Href::new(format!("/api/reports?{query}"))
        };
        let mut links = BTreeMap::from([("self", page(self.start))]);
        if self.start + self.limit < total {
            links.insert("next", page(self.start + self.limit));
        }
        if self.start > 0 {
            links.insert("prev", page(self.start.saturating_sub(self.limit)));
        }
        links
    }
}

fn permissions(role: Role) -> BTreeMap<&'static str, bool> {
    [Permission::ReportRead, Permission::ReportWrite, Permission::ReportCloudPublish]
        .map(|permission| (permission.name(), role.holds(permission)))
        .into()
}

/// The HAL list.
#[derive(Debug, Serialize)]
pub struct ReportList {
    #[serde(rename = "_links")]
    links: BTreeMap<&'static str, Href>,
    start: u64,
    count: usize,
    total: usize,
    aggs: Value,
    permissions: BTreeMap<&'static str, bool>,
    #[serde(rename = "_embedded")]
    embedded: Embedded,
}

#[derive(Debug, Serialize)]
struct Embedded {
    #[serde(rename = "inf:report")]
    reports: Vec<ReportItem>,
}

/// An item of the list: the eight fields of Informer's documents.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReportItem {
    id: String,
    #[serde(rename = "type")]
    kind: domain::report::Kind,
    name: String,
    slug: String,
    description: String,
    owner_id: String,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl From<&Report> for ReportItem {
    fn from(report: &Report) -> Self {
        Self {
            id: report.uid.to_string(),
            kind: report.kind,
            name: report.name.clone(),
            slug: report.natural_id.slug().to_owned(),
            description: report.details.description.clone(),
            owner_id: report.natural_id.owner().to_owned(),
            created_at: report.created_at,
            updated_at: report.updated_at,
        }
    }
}

/// The full record of a report.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReportRecord {
    #[serde(flatten)]
    item: ReportItem,
    number: u64,
    natural_id: String,
    workspace: String,
    /// The path of its folder; that of the root is empty.
    folder: String,
    report_type: Option<String>,
    theme: String,
    template: Option<String>,
    time_zone: Option<String>,
    recipients: String,
    reply_to: Option<String>,
    subject: Option<String>,
    message: String,
    formats: BTreeSet<Form>,
    version: u64,
    published: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    assets: BTreeMap<String, domain::report::Asset>,
    #[serde(skip_serializing_if = "Option::is_none")]
    definition: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<Value>,
    #[serde(rename = "_links")]
    links: BTreeMap<&'static str, Href>,
}

impl ReportRecord {
    /// The address of a report.
    pub(crate) fn path(report: &Report) -> String {
        format!("/api/reports/{}", report.uid)
    }

    /// The record for a caller with `role`: links only to what the caller may do. `folder` is the path of its folder.
    pub fn new(report: &Report, folder: String, role: Role, published: bool) -> Self {
        let path = Self::path(report);
        let mut links = BTreeMap::from([
            ("self", Href::new(&path)),
            ("inf:versions", Href::new(format!("{path}/versions"))),
            ("inf:publications", Href::new(format!("{path}/publications"))),
        ]);
        if role.holds(Permission::ReportCloudPublish) {
            links.insert("inf:cloud-publish", Href::new(format!("{path}/_cloud-publish")));
            if published {
                links.insert("inf:cloud-unpublish", Href::new(format!("{path}/_cloud-unpublish")));
                links.insert("inf:tokens", Href::new(format!("{path}/tokens")));
            }
        }
        let mailing = &report.details.mailing;
        Self {
            item: ReportItem::from(report),
            number: report.number,
            natural_id: report.natural_id.to_string(),
            workspace: report.workspace.clone(),
            folder,
            report_type: report.details.report_type.clone(),
            theme: report.details.theme.clone(),
            template: report.details.template.clone(),
            time_zone: report.details.time_zone.clone(),
            recipients: mailing.recipients.clone(),
            reply_to: mailing.reply_to.clone(),
            subject: mailing.subject.clone(),
            message: mailing.message.clone(),
            formats: mailing.formats.clone(),
            version: report.version,
            published,
            note: None,
            assets: BTreeMap::new(),
            definition: None,
            data: None,
            links,
        }
    }

    /// Adds what the newest version holds.
    pub fn with_version(self, version: Version, source: Source) -> Self {
        Self {
            note: version.note,
            assets: version.assets,
            definition: Some(source.definition),
            data: Some(source.data),
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_sorted_by_the_fields_of_its_items_and_by_no_other() {
        assert!(Sort::parse(None).is_ok());
        assert!(Sort::parse(Some("-updatedAt")).is_ok_and(|sort| sort.reverse));
        assert!(Sort::parse(Some("secretHash")).is_err());
    }
}
