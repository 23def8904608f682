//! The default report of a type.

use domain::{Outcome, Problem, credential::Caller, names::ReportRef, workspace::Workspace};
use lambda::store::OpenReport;
use lambda::{Gate, gate::WorkspaceReports};

/// The report of the workspace that the body names.
///
/// # Errors
/// `Invalid` if the workspace has no such report, or the caller may not see it.
pub async fn named(
    gate: &Gate,
    place: &WorkspaceReports,
    caller: &Caller,
    workspace: &Workspace,
    name: &ReportRef,
) -> Outcome<OpenReport> {
    let found = match place.reports.leads(name).await?.within(name, |code| code == workspace.code)? {
        Some(uid) => gate.known(&place.reports, caller, uid).await?,
        None => None,
    };
    let here = |found: &OpenReport| found.report.workspace == workspace.code && found.report.deleted_at.is_none();
    let none = || Problem::invalid("defaultReportId", format!("there is no report {name} in this workspace."));
    found.filter(here).ok_or_else(none)
}
