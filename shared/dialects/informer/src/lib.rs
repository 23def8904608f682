//! Informer's words for reports, cloud publishing and its progress, and those of Imprint's own calls under `/api`, which follow
//! them. Nothing is decided here.
//!
//! Sources: Informer's “Cloud Publishing” page (paths, token object, messages), and its public REST documentation (HAL lists,
//! error bodies).

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod deliveries;
mod history;
mod publishing;
mod reports;
mod tokens;

pub use deliveries::{DeliveryList, SuppressionList};
pub use history::{PublicationList, VersionList, VersionRecord};
pub use publishing::{ProgressBody, PublishBody};
pub use reports::{Listing, ReportItem, ReportList, ReportRecord};
pub use tokens::{NewToken, TokenList, TokenObject};

use domain::{
    Problem,
    credential::Role,
    problem::{Mistake, Refusal, Wording},
    tree::access::{Access, NewRule},
};
use serde::Serialize;

/// Informer's wording of refusals: `{"statusCode":404,"error":"Not Found","message":"…"}`.
pub struct Informer;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    status_code: u16,
    error: &'a str,
    message: &'a str,
    /// Each mistake by its field; the message is that of the first.
    #[serde(skip_serializing_if = "<[Mistake]>::is_empty")]
    errors: &'a [Mistake],
    request_id: &'a str,
}

impl Wording for Informer {
    fn refusal(problem: &Problem, request_id: &str, _: &str) -> Refusal {
        let (message, errors) = (&problem.told(request_id), problem.mistakes());
        Refusal::json(&Body { status_code: problem.status(), error: problem.reason(), message, errors, request_id })
    }
}

/// A rule about a folder, as `PUT /api/folders/access` answers it.
#[derive(Serialize)]
pub struct AccessRule {
    workspace: String,
    path: String,
    role: Role,
    access: Access,
}

impl AccessRule {
    /// The rule that was set in the workspace with this code.
    pub fn new(workspace: String, rule: NewRule) -> Self {
        Self { workspace, path: rule.path, role: rule.role, access: rule.access }
    }
}

/// A HAL link.
#[derive(Debug, Clone, Serialize)]
pub struct Href {
    pub href: String,
}

impl Href {
    fn new(href: impl Into<String>) -> Self {
        Self { href: href.into() }
    }
}
