//! What the call uses.

use lambda::gate::WorkspaceReports;
use lambda::store::{Aws, Exports, TemporaryData, publications::Queue};
use lambda::{Gate, Outcome};

/// Who calls, which report is meant, what its data may be, and where the export goes.
pub struct Handler {
    pub gate: Gate,
    pub place: WorkspaceReports,
    pub temporary: TemporaryData,
    pub exports: Exports,
    pub queue: Queue,
}

impl Handler {
    /// # Errors
    /// `Internal` if a variable is missing.
    pub fn new(aws: &Aws) -> Outcome<Self> {
        let (gate, place) = (Gate::new(aws)?, WorkspaceReports::new(aws)?);
        let (temporary, exports) = (TemporaryData::new(aws)?, Exports::new(aws)?);
        Ok(Self { gate, place, temporary, exports, queue: Queue::export(aws)? })
    }
}
