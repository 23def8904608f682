//! Reports: the HAL list of Informer's documents, and the full record.

use crate::Href;
use domain::{
    Outcome,
    credential::{Permission, Role},
    data::Data,
    rendition::Form,
    report::{Asked, Chosen, Listed, Page, Report, Sort, Source, Version},
};
use jiff::Timestamp;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// What a list is asked for.
#[derive(Clone)]
pub struct Listing {
    asked: Asked,
    q: Option<String>,
    prefix: Option<String>,
    cursor: Option<String>,
}

impl Listing {
    /// From the parameters `q`, `prefix`, `sort`, `start`, `limit` and `cursor`; an empty text is as good as none.
    ///
    /// # Errors
    /// `Invalid`, naming the parameter.
    pub fn parse(parameter: impl Fn(&str) -> Option<String>, start: u64, limit: u64) -> Outcome<Self> {
        let text = |name: &str| parameter(name).filter(|text| !text.is_empty());
        let [q, prefix, cursor] = ["q", "prefix", "cursor"].map(text);
        let chosen = q.clone().map(|q| Arc::new(move |report: &Listed| report.matches(&q)) as Chosen);
        let sort = Sort::parse(parameter("sort").as_deref())?;
        let asked = Asked { sort, start, chosen, counted: true, ..Asked::first(limit) };
        Ok(Self { asked: asked.paged(prefix.as_deref(), cursor.as_deref())?, q, prefix, cursor })
    }

    /// What is to be read.
    pub fn asked(&self) -> &Asked {
        &self.asked
    }

    /// The list with this page.
    pub fn of(&self, page: &Page, role: Role) -> ReportList {
        let items: Vec<_> = page.reports.iter().map(ReportItem::from).collect();
        ReportList {
            links: self.links(items.len() as u64, page.next.as_deref()),
            start: self.asked.start,
            count: items.len(),
            total: page.total,
            aggs: Value::Object(serde_json::Map::new()),
            permissions: permissions(role),
            embedded: Embedded { reports: items },
        }
    }

    fn links(&self, count: u64, next: Option<&str>) -> BTreeMap<&'static str, Href> {
        let Asked { sort, start, limit, .. } = self.asked;
        let page = |start: u64, cursor: Option<&str>| {
            let mut query = format!("start={start}&limit={limit}&sort={sort}");
            let texts = [("q", self.q.as_deref()), ("prefix", self.prefix.as_deref()), ("cursor", cursor)];
            for (name, text) in texts.into_iter().filter_map(|(name, text)| Some((name, text?))) {
                query += &format!("&{name}={}", utf8_percent_encode(text, NON_ALPHANUMERIC));
            }
            Href::new(format!("/api/reports?{query}"))
        };
        let mut links = BTreeMap::from([("self", page(start, self.cursor.as_deref()))]);
        links.extend(next.map(|cursor| ("next", page(start + count, Some(cursor)))));
        if start > 0 {
            links.insert("prev", page(start.saturating_sub(limit), None));
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
    total: u64,
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

impl From<&Listed> for ReportItem {
    fn from(report: &Listed) -> Self {
        Self {
            id: report.uid.to_string(),
            kind: report.kind,
            name: report.name.clone(),
            slug: report.natural_id.slug().to_owned(),
            description: report.description.clone(),
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
    definition: Option<Data>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<Data>,
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
            item: ReportItem::from(&Listed::from(report)),
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

    /// Adds the assets of the newest version.
    pub fn with_assets(self, assets: &BTreeMap<String, domain::report::Asset>) -> Self {
        Self { assets: assets.clone(), ..self }
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

    fn listing(parameters: &[(&str, &str)]) -> Outcome<Listing> {
        let find = |name: &str| parameters.iter().find(|(other, _)| *other == name).map(|(_, text)| (*text).to_owned());
        Listing::parse(find, 4, 2)
    }

    #[test]
    fn the_links_of_a_list_keep_what_was_asked_for() {
        let listing = listing(&[("q", "a&b"), ("prefix", "Sal"), ("sort", "-name")]).unwrap();
        let page = Page { reports: Vec::new(), next: Some("bmV4dA".into()), total: 9 };
        let links = serde_json::to_value(listing.of(&page, Role::Viewer)).unwrap()["_links"].take();
        let kept = "limit=2&sort=%2Dname&q=a%26b&prefix=Sal".replace("%2D", "-");
        assert_eq!(links["self"]["href"], format!("/api/reports?start=4&{kept}"));
        assert_eq!(links["next"]["href"], format!("/api/reports?start=4&{kept}&cursor=bmV4dA"));
        assert_eq!(links["prev"]["href"], format!("/api/reports?start=2&{kept}"));
    }

    #[test]
    fn a_list_refuses_what_it_cannot_be_asked_for() {
        for (name, text) in [("sort", "secretHash"), ("cursor", "x")] {
            let problem = listing(&[(name, text)]).err().unwrap().to_string();
            assert!(problem.starts_with(&format!("{name}: ")), "{problem}");
        }
    }
}
