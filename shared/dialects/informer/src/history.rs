//! The versions of a report, and who published which of them when.

use crate::{Href, ReportRecord};
use domain::{
    data::Data,
    progress::Progress,
    publication::{BundleKey, Publication, State, history::PublishingState},
    report::{Actor, Asset, Report, Source, Version},
};
use jiff::Timestamp;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// A version of a report.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VersionRecord {
    version: u64,
    note: Option<String>,
    actor: Actor,
    created_at: Timestamp,
    assets: BTreeMap<String, Asset>,
    #[serde(skip_serializing_if = "Option::is_none")]
    definition: Option<Data>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<Data>,
    #[serde(rename = "_links")]
    links: BTreeMap<&'static str, Href>,
}

impl VersionRecord {
    /// A version, without what it is rendered from.
    pub fn new(report: &Report, version: Version) -> Self {
        let path = ReportRecord::path(report);
        let links =
            [("self", Href::new(format!("{path}/versions/{}", version.version))), ("inf:report", Href::new(path))];
        Self {
            version: version.version,
            note: version.note,
            actor: version.actor,
            created_at: version.at,
            assets: version.assets,
            definition: None,
            data: None,
            links: links.into(),
        }
    }

    /// Adds what the version is rendered from.
    pub fn with_source(self, source: Source) -> Self {
        Self { definition: Some(source.definition), data: Some(source.data), ..self }
    }
}

/// The answer of `GET /api/reports/{id}/versions`: newest first.
#[derive(Debug, Serialize)]
pub struct VersionList {
    #[serde(rename = "_links")]
    links: BTreeMap<&'static str, Href>,
    /// How many versions the report has.
    total: u64,
    #[serde(rename = "_embedded")]
    embedded: EmbeddedVersions,
}

#[derive(Debug, Serialize)]
struct EmbeddedVersions {
    #[serde(rename = "inf:version")]
    versions: Vec<VersionRecord>,
}

impl VersionList {
    /// Versions of a report, at most `limit`; the oldest is the first one, so that others are before any later one.
    pub fn new(report: &Report, versions: Vec<Version>, limit: u64) -> Self {
        let path = ReportRecord::path(report);
        let own = format!("{path}/versions");
        let mut links = BTreeMap::from([("self", Href::new(&own)), ("inf:report", Href::new(&path))]);
        if let Some(last) = versions.last().filter(|last| last.version > 1) {
            links.insert("next", Href::new(format!("{own}?limit={limit}&before={}", last.version)));
        }
        let versions: Vec<_> = versions.into_iter().map(|version| VersionRecord::new(report, version)).collect();
        Self { links, total: report.version, embedded: EmbeddedVersions { versions } }
    }
}

/// A publication of a report's history.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct PublicationRecord {
    id: String,
    version: u64,
    note: Option<String>,
    actor: Actor,
    /// Where it stands now.
    state: PublishingState,
    #[serde(flatten)]
    progress: Progress,
    #[serde(rename = "_links")]
    links: BTreeMap<&'static str, Href>,
}

/// The answer of `GET /api/reports/{id}/publications`: newest first.
#[derive(Debug, Serialize)]
pub struct PublicationList {
    #[serde(rename = "_links")]
    links: BTreeMap<&'static str, Href>,
    count: usize,
    /// How many publications were asked for in all.
    total: u64,
    #[serde(rename = "_embedded")]
    embedded: EmbeddedPublications,
}

#[derive(Debug, Serialize)]
struct EmbeddedPublications {
    #[serde(rename = "inf:publication")]
    publications: Vec<PublicationRecord>,
}

impl PublicationList {
    /// At most `limit` publications; `kept` are the bundles that can be downloaded.
    pub fn new(
        report: &Report,
        publications: Vec<Publication>,
        state: &State,
        kept: &BTreeSet<BundleKey>,
        now: Timestamp,
        limit: usize,
    ) -> Self {
        let path = ReportRecord::path(report);
        let links =
            [("self", Href::new(format!("{path}/publications?limit={limit}"))), ("inf:report", Href::new(&path))];
        let record = |publication: Publication| {
            let (id, sequence) = (publication.id.to_string(), publication.id.sequence);
            let mut links = BTreeMap::from([
                ("self", Href::new(format!("/api/progress/{id}"))),
                ("inf:version", Href::new(format!("{path}/versions/{}", publication.version))),
            ]);
            if publication.bundle.as_ref().is_some_and(|bundle| kept.contains(bundle)) {
                links.insert("inf:bundle", Href::new(format!("{path}/publications/{sequence}/bundle")));
            }
            let state = PublishingState::of(&publication, state, now);
            let Publication { version, note, actor, progress, .. } = publication;
            PublicationRecord { id, version, note, actor, state, progress, links }
        };
        let publications: Vec<_> = publications.into_iter().map(record).collect();
        Self {
            links: links.into(),
            count: publications.len(),
            total: state.requested,
            embedded: EmbeddedPublications { publications },
        }
    }
}
