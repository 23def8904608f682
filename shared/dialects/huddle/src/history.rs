//! The publications of a document: `GET /files/documents/{id}/publications`. Source: “PublishDocument”.

use crate::{
    actor::{Actor, instant},
    form::Representation,
    link::{self, Link},
};
use domain::{
    credential::{Permission, Role},
    progress::Status,
    publication::{Publication, State, history::PublishingState},
};
use jiff::Timestamp;
use serde::Serialize;
use std::cmp::Reverse;

/// The publications of a document, newest first, and what the caller may do.
#[derive(Debug, Serialize)]
pub struct DocumentPublication {
    link: Vec<Link>,
    publications: Publications,
}

#[derive(Debug, Serialize)]
struct Publications {
    publication: Vec<Entry>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    actor: Actor,
    published_date: String,
    publishing_state: PublishingState,
    document_version: PublishedVersion,
}

#[derive(Debug, Serialize)]
struct PublishedVersion {
    link: Vec<Link>,
    version: u64,
    note: String,
}

impl Representation for DocumentPublication {
    const ELEMENT: &'static str = "documentPublication";
}

impl DocumentPublication {
    /// The publications of the report with this number, whose publications stand as `state` says, for a caller with `role`.
    /// `bookmark` is the public address, while there is one.
    pub fn new(
        number: u64,
        publications: &[Publication],
        state: &State,
        bookmark: Option<&str>,
        role: Role,
        now: Timestamp,
    ) -> Self {
        let mut newest_first: Vec<_> = publications.iter().collect();
        newest_first.sort_by_key(|publication| Reverse(publication.id.sequence));
        let entries = newest_first.into_iter().map(|publication| Entry::new(number, publication, state, now));
        let publications = Publications { publication: entries.collect() };
        let under_way = publications.publication.iter().any(Entry::is_under_way);
        let mut link = vec![Link::new("self", link::publications(number)), Link::new("parent", link::document(number))];
        link.extend(bookmark.map(Link::bookmark));
        if role.holds(Permission::ReportCloudPublish) {
            link.push(Link::new("publish", link::publications(number)));
            if state.live.is_some() || under_way {
                link.push(Link::new("unpublish", link::publications(number)));
            }
        }
        Self { link, publications }
    }
}

impl Entry {
    fn new(number: u64, publication: &Publication, state: &State, now: Timestamp) -> Self {
        Self {
            actor: Actor::new(&publication.actor, "publisher"),
            published_date: published_date(publication),
            publishing_state: PublishingState::of(publication, state, now),
            document_version: PublishedVersion {
                link: vec![Link::new("self", link::version(number, publication.version))],
                version: publication.version,
                note: publication.note.clone().unwrap_or_default(),
            },
        }
    }

    fn is_under_way(&self) -> bool {
        self.publishing_state == PublishingState::PublishInProgress
    }
}

/// When it was published; until then, and for one that never was, when it was asked for.
pub(crate) fn published_date(publication: &Publication) -> String {
    let progress = &publication.progress;
    let finished = progress.finished_at.filter(|_| progress.status == Status::Done);
    instant(finished.unwrap_or(progress.requested_at))
}

#[cfg(test)]
#[path = "history_tests.rs"]
mod tests;
