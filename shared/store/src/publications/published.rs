//! What is published: an item for each report that the public can see, in one partition a workspace.

use crate::{
    PublicReports, Publications, Reports, ambient,
    keys::{published_key, published_partition, state_key},
    links,
    publications::records::publication_key,
    table::to_item,
};
use aws_sdk_dynamodb::types::TransactWriteItem;
use domain::{
    Outcome,
    credential::Role,
    publication::{Publication, PublicationId, Published, State, published::PAGE_SIZE},
    report::Report,
    token::Link,
    workspace::Workspace,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::{cmp::Reverse, collections::HashMap};
use uuid::Uuid;

/// The item of a published report.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    uid: Uuid,
    /// When what is live became so.
    at: Timestamp,
    /// When its last link expires, if all do.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    until: Option<Timestamp>,
}

/// A state with the report that it is of.
#[derive(Deserialize)]
struct Stated {
    pk: String,
    #[serde(flatten)]
    state: State,
}

impl Publications {
    /// The write that lists a report as published, or takes it off the list.
    pub(crate) fn listing(&self, workspace: &str, uid: Uuid, state: &State) -> Outcome<TransactWriteItem> {
        let key = published_key(workspace, uid);
        match &state.live {
            Some(live) => {
                self.catalog.put_always(to_item(&key, &Entry { uid, at: live.at, until: state.public_until() })?)
            }
            None => self.catalog.delete(&key),
        }
    }
}

impl PublicReports {
    /// A page of the published reports of `workspaces` that `role` may see and `chosen` takes, newest first, counted from 1; and how
    /// many there are in all.
    ///
    /// # Errors
    /// `Internal` when DynamoDB does not answer.
    pub async fn published(
        &self,
        reports: &Reports,
        workspaces: &[Workspace],
        role: Role,
        chosen: impl Fn(&Report) -> bool,
        page: u64,
    ) -> Outcome<(Vec<Published>, u64)> {
        let mut found = Vec::new();
        for workspace in workspaces {
            found.extend(self.published_in(reports, &workspace.code, role).await?);
        }
        found.retain(|(_, report)| chosen(report));
        found.sort_by_key(|(at, report)| (Reverse(*at), report.number));
        let total = found.len() as u64;
        let skip = usize::try_from((page - 1).saturating_mul(PAGE_SIZE)).unwrap_or(usize::MAX);
        let page = found.into_iter().skip(skip).take(PAGE_SIZE as usize).map(|(_, report)| report);
        Ok((self.shown(page.collect(), workspaces).await?, total))
    }

    async fn published_in(&self, reports: &Reports, workspace: &str, role: Role) -> Outcome<Vec<(Timestamp, Report)>> {
        let entries: Vec<Entry> = self.catalog.partition(&published_partition(workspace), "").await?;
        if entries.is_empty() {
            return Ok(Vec::new());
        }
        // Names change and folders are hidden: what the tree says now counts.
        let visible = reports.list(workspace, role).await?;
        let mut visible: HashMap<_, _> = visible.into_iter().map(|report| (report.uid, report)).collect();
        let now = ambient::now();
        let public = entries.into_iter().filter(|entry| entry.until.is_none_or(|end| end > now));
        Ok(public.filter_map(|entry| Some((entry.at, visible.remove(&entry.uid)?))).collect())
    }

    /// What lists show of these reports of `workspaces`, in their order. One that was unpublished meanwhile is left out.
    ///
    /// # Errors
    /// `Internal` when DynamoDB does not answer.
    pub async fn shown(&self, reports: Vec<Report>, workspaces: &[Workspace]) -> Outcome<Vec<Published>> {
        let keys: Vec<_> = reports.iter().map(|report| state_key(report.uid)).collect();
        let stated: Vec<Stated> = self.catalog.get_all(&keys).await?;
        let states: HashMap<_, _> = stated.into_iter().map(|stated| (stated.pk, stated.state)).collect();
        let now = ambient::now();
        let live: Vec<_> = reports
            .into_iter()
            .filter_map(|report| {
                let state = states.get(&state_key(report.uid).0)?;
                Some((PublicationId { report: report.uid, sequence: state.published(now)?.sequence }, report, state))
            })
            .collect();
        let keys: Vec<_> = live.iter().map(|(id, ..)| publication_key(*id)).collect();
        let records: Vec<Publication> = self.catalog.get_all(&keys).await?;
        let views = self.views(live.iter().flat_map(|(_, _, state)| state.links()).map(|link| link.id)).await?;
        let shown = live.into_iter().filter_map(|(id, report, state)| {
            Some(Published {
                workspace: workspaces.iter().find(|workspace| workspace.code == report.workspace)?.clone(),
                publication: records.iter().find(|record| record.id == id)?.clone(),
                bookmark: state.bookmark(now).map(|link| self.key.token(&link.id.to_string())),
                views: state.links().iter().filter_map(|link| views.get(&link.id)).sum(),
                report,
            })
        });
        Ok(shown.collect())
    }

    /// How often each of the links was viewed.
    async fn views(&self, ids: impl Iterator<Item = Uuid>) -> Outcome<HashMap<Uuid, u64>> {
        let keys: Vec<_> = ids.map(|id| links::key(&self.key.token(&id.to_string()).hash())).collect();
        let found: Vec<Link> = self.links.get_all(&keys).await?;
        Ok(found.into_iter().map(|link| (link.id, link.views)).collect())
    }
}
