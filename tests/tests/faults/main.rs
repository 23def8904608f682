//! The rules of publication while things go wrong: functions killed at any step, services that refuse or answer late or not at all, messages
//! doubled and shuffled, publish against unpublish; and those of exports and mails. `IMPRINT_FAULTS=1` puts the proxy that makes the faults in
//! front of the services.
//!
//! A test program of its own, which runs after the other: killed workers would slow the others' publications down. Which test notices when a
//! condition of a write is missing is what `make publish-mutations` tells.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test says where it failed, and a storm its seed"
)]

mod collected;
mod exports;
mod fairness;
mod killed;
mod mail;
mod messages;
mod poison;
mod races;
mod reader;
mod redrive;
mod steps;
mod storm;
mod subject;
mod withdrawn;

use tokio::sync::RwLock;

/// Who makes faults for everybody, or waits until nobody's messages are left, writes; whose faults befall its own reports only, reads.
static ROOM: RwLock<()> = RwLock::const_new(());
