//! What calls about published reports use.

use super::Gate;
use domain::Outcome;
use store::{Aws, PublicReports, Reports};

/// Who calls, which report is meant, and what is published of it.
pub struct PublishedReports {
    pub gate: Gate,
    pub reports: Reports,
    pub publications: PublicReports,
}

impl PublishedReports {
    /// # Errors
    /// `Internal` if a variable is missing.
    pub fn new(aws: &Aws) -> Outcome<Self> {
        Ok(Self { gate: Gate::new(aws)?, reports: Reports::new(aws)?, publications: PublicReports::new(aws)? })
    }
}
