//! The report of the tests: document 123 of Huddle's examples.

use domain::{
    names::NaturalId,
    progress::{MAKING_LINK, PUBLISHING, Progress, Status},
    publication::{BundleKey, LinkRef, Live, Publication, PublicationId, State},
    report::{Actor, Details, Report, Version},
    workspace::Workspace,
};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

const UID: Uuid = Uuid::from_u128(0x6601_07d3_b06d_4972_9cfc_8c5a_c1e3_81e5);

pub(crate) fn now() -> Timestamp {
    "2007-10-10T09:02:17.5Z".parse().unwrap()
}

fn before() -> Timestamp {
    "2007-10-10T09:02:07.5Z".parse().unwrap()
}

pub(crate) fn peter() -> Actor {
    Actor { name: "Peter Gibson".into(), email: Some("peter.gibson@example.com".into()) }
}

pub(crate) fn nobody() -> Actor {
    Actor { name: "ci".into(), email: None }
}

pub(crate) fn report(name: &str) -> Report {
    Report {
        uid: UID,
        number: 123,
        natural_id: NaturalId::new("team", "tps").unwrap(),
        workspace: "sales".into(),
        parent: "sales".into(),
        name: name.into(),
        kind: domain::report::Kind::Advanced,
        details: Details { description: "relentlessly mundane & enervating".into(), ..Details::default() },
        version: 2,
        created_at: before(),
        updated_at: now(),
        deleted_at: None,
    }
}

pub(crate) fn workspace() -> Workspace {
    Workspace {
        code: "sales".into(),
        number: 3,
        name: "Sales <EMEA>".into(),
        description: String::new(),
        updated_at: None,
    }
}

pub(crate) fn version(version: u64) -> Version {
    Version { version, note: Some("new note".into()), actor: peter(), at: now(), assets: BTreeMap::new() }
}

/// A publication of the version of the same number, just asked for.
pub(crate) fn asked(sequence: u64) -> Publication {
    Publication {
        id: PublicationId { report: UID, sequence },
        workspace: "sales".into(),
        version: sequence,
        note: Some("new note".into()),
        actor: peter(),
        progress: Progress::asked(before()),
        attempts: BTreeSet::new(),
        bundle: None,
        given_up: false,
        withdrawn: false,
    }
}

/// One that is being made.
pub(crate) fn running(sequence: u64) -> Publication {
    let progress = Progress {
        status: Status::InProgress,
        percent: 40,
        messages: vec![PUBLISHING.into()],
        ..Progress::asked(before())
    };
    Publication { progress, ..asked(sequence) }
}

/// One that is done.
pub(crate) fn publication(sequence: u64) -> Publication {
    let messages = vec![PUBLISHING.into(), MAKING_LINK.into()];
    let progress = Progress {
        status: Status::Done,
        percent: 100,
        messages,
        finished_at: Some(now()),
        ..Progress::asked(before())
    };
    Publication { progress, ..asked(sequence) }
}

/// One that failed.
pub(crate) fn failed(sequence: u64) -> Publication {
    let reason = Some("blocks[2].chart: there is no field <amount> in the data.".into());
    let progress = Progress {
        status: Status::Failed,
        percent: 40,
        reason,
        finished_at: Some(now()),
        ..running(sequence).progress
    };
    Publication { progress, ..asked(sequence) }
}

/// The state of a report whose publication `sequence` is live.
pub(crate) fn live(sequence: u64) -> State {
    let bundle = BundleKey::new(PublicationId { report: UID, sequence }, "a");
    let links = vec![LinkRef::plain(Uuid::nil(), now())];
    State { requested: sequence, live: Some(Live { sequence, bundle, links, at: now() }), ..State::default() }
}
