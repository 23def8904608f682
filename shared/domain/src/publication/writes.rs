//! Every write that moves a publication, and the condition under which it is made: one table. The store makes its conditions
//! from it, and docs/publishing.md shows it.
//!
//! Two kinds of items move: the record of a publication, and the state of its report. A write of the state always has the condition
//! that its revision is still the one that was read ([`Write::state`]); one of a record, that its status is one of
//! [`Record::from`]. What concerns both is one transaction.

use crate::progress::Status;

/// A write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Ask,
    Begin,
    Reopen,
    Advance,
    GoLive,
    Supersede,
    Withdraw,
    Fail,
    GiveUp,
    OpenLink,
    EndLink,
    Unpublish,
    Delete,
}

/// What a write does to the record of a publication.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record {
    /// The statuses in which it holds; none: there must be no record yet.
    pub from: &'static [Status],
    pub to: Status,
    /// It holds only for an attempt that the record names: not for one that was lost before an operator had it tried again.
    pub own_attempt: bool,
    /// It holds only for a publication that was given up.
    pub given_up: bool,
}

/// A row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Write {
    pub step: Step,
    /// Who makes it.
    pub by: &'static str,
    pub record: Option<Record>,
    /// Whether the report's state is written with it, under the condition of its revision.
    pub state: bool,
    /// What else the same transaction writes.
    pub also: &'static str,
    /// How things are if its maker dies right behind it.
    pub crash: &'static str,
    /// Who goes on from there.
    pub repair: &'static str,
}

const UNFINISHED: &[Status] = &[Status::NotStarted, Status::InProgress];
const STARTED: &[Status] = &[Status::InProgress];

const fn record(from: &'static [Status], to: Status) -> Option<Record> {
    Some(Record { from, to, own_attempt: false, given_up: false })
}

/// A move that only a worker makes, for an attempt of its own.
const fn attempt(to: Status) -> Option<Record> {
    Some(Record { from: STARTED, to, own_attempt: true, given_up: false })
}

/// The table.
pub const WRITES: &[Write] = &[
    Write {
        step: Step::Ask,
        by: "publish call",
        record: record(&[], Status::NotStarted),
        state: true,
        also: "",
        crash: "a publication whose caller has no answer; its message is on its way",
        repair: "nobody has to; the same call again joins it",
    },
    Write {
        step: Step::Begin,
        by: "worker",
        record: record(UNFINISHED, Status::InProgress),
        state: false,
        also: "the attempt's id",
        crash: "an attempt that goes nowhere",
        repair: "the message comes again; the next attempt has an id and a bundle of its own",
    },
    Write {
        step: Step::Reopen,
        by: "worker, on an operator's redrive",
        record: Some(Record { from: &[Status::Failed], to: Status::InProgress, own_attempt: false, given_up: true }),
        state: false,
        also: "the attempt's id, in place of all before it",
        crash: "as Begin",
        repair: "as Begin",
    },
    Write {
        step: Step::Advance,
        by: "worker",
        record: attempt(Status::InProgress),
        state: false,
        also: "",
        crash: "as Begin; behind the upload also objects that nothing refers to",
        repair: "as Begin; whoever finishes the publication removes them",
    },
    Write {
        step: Step::GoLive,
        by: "worker",
        record: attempt(Status::Done),
        state: true,
        also: "its links point at the bundle, expired ones end; the entry in the list of what is published",
        crash: "all is well, but lost attempts are still in the bucket",
        repair: "the message comes again, finds the record finished, and removes them",
    },
    Write {
        step: Step::Supersede,
        by: "worker",
        record: attempt(Status::Done),
        state: true,
        also: "",
        crash: "as GoLive",
        repair: "as GoLive",
    },
    Write {
        step: Step::Withdraw,
        by: "worker",
        record: attempt(Status::Failed),
        state: true,
        also: "",
        crash: "as GoLive",
        repair: "as GoLive",
    },
    Write {
        step: Step::Fail,
        by: "worker",
        record: attempt(Status::Failed),
        state: true,
        also: "",
        crash: "as GoLive",
        repair: "as GoLive",
    },
    Write {
        step: Step::GiveUp,
        by: "drain",
        record: record(UNFINISHED, Status::Failed),
        state: true,
        also: "",
        crash: "the message is not parked yet",
        repair: "the message comes again",
    },
    Write {
        step: Step::OpenLink,
        by: "token call",
        record: None,
        state: true,
        also: "the link",
        crash: "a link whose maker has no answer",
        repair: "the owner sees it in the list of links",
    },
    Write {
        step: Step::EndLink,
        by: "token call",
        record: None,
        state: true,
        also: "the link goes; with the last one the entry in the list of what is published",
        crash: "the link is dead; the bundle's objects may still be in the bucket",
        repair: "the collector",
    },
    Write {
        step: Step::Unpublish,
        by: "unpublish call",
        record: None,
        state: true,
        also: "all links go, and the entry in the list of what is published",
        crash: "nothing can be reached; the bundles' objects may still be in the bucket",
        repair: "the next unpublish call, or the collector",
    },
    Write {
        step: Step::Delete,
        by: "delete call",
        record: None,
        state: true,
        also: "as Unpublish; the report's head (its version is the one that was read), natural id, name and node; the mark that ends the links in mails",
        crash: "as Unpublish; sources and assets are still in the bucket, out of reach",
        repair: "the collector, for bundles",
    },
];

impl Step {
    /// The row of this write.
    pub fn write(self) -> &'static Write {
        // The table is in the order of the variants, which a test sees to.
        &WRITES[self as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_has_its_row() {
        for (position, write) in WRITES.iter().enumerate() {
            assert_eq!(write.step as usize, position, "{:?} is not in its place", write.step);
            assert_eq!(write.step.write(), write);
        }
    }

    /// What Done and Failed mean to everybody: nothing more will happen, unless an operator says so.
    #[test]
    fn nothing_but_a_redrive_leaves_a_final_status() {
        for write in WRITES.iter().filter(|write| write.step != Step::Reopen) {
            let from = write.record.map(|record| record.from).unwrap_or_default();
            assert!(!from.iter().any(|status| status.is_final()), "{:?}", write.step);
        }
    }

    #[test]
    fn who_finishes_a_publication_settles_the_state_with_it() {
        for write in WRITES {
            let finishes = write.record.is_some_and(|record| record.to.is_final());
            assert!(!finishes || write.state, "{:?}", write.step);
        }
    }

    #[test]
    fn the_page_about_publishing_shows_this_table() {
        let page = include_str!("../../../../docs/publishing.md");
        for write in WRITES {
            let row = row(write);
            assert!(page.contains(&row), "docs/publishing.md lacks this row:\n{row}");
        }
    }

    fn row(write: &Write) -> String {
        let statuses = |from: &[Status]| from.iter().map(|status| status.as_str()).collect::<Vec<_>>().join(", ");
        let record = write.record.map_or(String::new(), |record| {
            let mut when = match record.from {
                [] => "is new".to_owned(),
                from => format!("is {}", statuses(from)),
            };
            if record.own_attempt {
                when += ", names the attempt";
            }
            if record.given_up {
                when += ", was given up";
            }
            format!("{when} → {}", record.to)
        });
        let state = if write.state { "revision" } else { "" };
        let Write { step, by, also, crash, repair, .. } = write;
        format!("| `{step:?}` | {by} | {record} | {state} | {also} | {crash} | {repair} |")
    }
}
