//! What is published: entries for each report that the public can see, newest first, for the lists of its workspace and of its company
//! in it; and how many there are.

use crate::{
    PublicReports, Publications, Reports, Viewer, ambient,
    at_once::side_by_side,
    change::Change,
    keys::{
        ending_partition, node_key, published_count_key, published_count_partition, published_partition, state_key,
    },
    links,
    publications::records::publication_key,
    sent,
    table::{Key, fault, from_item, s, to_item},
};
use aws_sdk_dynamodb::types::{AttributeValue, Select, TransactWriteItem};
use domain::{
    Outcome,
    credential::Role,
    publication::{
        Publication, PublicationId, Published, State,
        published::{PAGE_SIZE, Sought},
    },
    report::{Listed, Report},
    token::Link,
    workspace::Workspace,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};
use uuid::Uuid;

/// The entry of a published report.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    #[serde(rename = "sk", skip_serializing, default)]
    place: String,
    uid: Uuid,
    /// When its last link expires, if all do.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    until: Option<Timestamp>,
}

/// How many entries a list has, in parts.
#[derive(Deserialize)]
struct Count {
    entries: i64,
}

/// A state with the report that it is of.
#[derive(Deserialize)]
struct Stated {
    pk: String,
    #[serde(flatten)]
    state: State,
}

/// Into how many items a count is divided, as that of a workspace's reports.
const SHARDS: u8 = 16;

/// The list of a workspace, or of a company in it. Codes of workspaces have no `#`.
fn scope(workspace: &str, owner: Option<&str>) -> String {
    owner.map_or_else(|| workspace.to_owned(), |owner| format!("{workspace}#{owner}"))
}

fn scopes(report: &Report) -> [String; 2] {
    [None, Some(report.natural_id.owner())].map(|owner| scope(&report.workspace, owner))
}

/// Two entries in each list: where it is in the order of time, equal ones by number, and where it ends, if it does.
fn entries(report: &Report, state: &State) -> Vec<(Key, Entry)> {
    let Some(live) = &state.live else { return Vec::new() };
    let entry = Entry { place: String::new(), uid: report.uid, until: state.public_until() };
    // The list is read backwards: of equal ones the smaller number is to come first.
    let place = format!("{:.3}#{:012}", live.at, 999_999_999_999_u64.saturating_sub(report.number));
    let of_scope = |scope: String| {
        let ends = entry.until.map(|until| Key::new(ending_partition(&scope), format!("{until:.3}#{}", report.uid)));
        [Some(Key::new(published_partition(&scope), &place)), ends]
    };
    scopes(report).into_iter().flat_map(of_scope).flatten().map(|key| (key, entry.clone())).collect()
}

impl Publications {
    /// The writes that list a report as published as it is in `next`, and no longer as in `before`. None of them has a condition.
    pub(crate) fn listing(&self, report: &Report, before: &State, next: &State) -> Outcome<Vec<TransactWriteItem>> {
        let (old, new) = (entries(report, before), entries(report, next));
        let mut writes = Vec::new();
        for (key, _) in old.iter().filter(|(key, _)| new.iter().all(|(other, _)| other != key)) {
            writes.push(self.catalog.delete(key)?);
        }
        for (key, entry) in new.iter().filter(|entry| !old.contains(entry)) {
            writes.push(self.catalog.put_always(to_item(key, entry)?)?);
        }
        let step = i8::from(next.live.is_some()) - i8::from(before.live.is_some());
        if step != 0 {
            for scope in scopes(report) {
                writes.push(self.count_one(&scope, step)?);
            }
        }
        Ok(writes)
    }

    fn count_one(&self, scope: &str, step: i8) -> Outcome<TransactWriteItem> {
        let [byte] = ambient::random()?;
        let change = Change::default().add("entries", AttributeValue::N(step.to_string()));
        self.catalog.update(&published_count_key(scope, byte % SHARDS), change)
    }

    /// What is public now of a list, newest first and behind `after`, at least `enough` if there are so many.
    async fn newest(&self, scope: &str, after: Option<&str>, enough: usize) -> Outcome<Vec<Entry>> {
        let partition = published_partition(scope);
        let query = self.catalog.client.query().table_name(&self.catalog.name).consistent_read(true);
        let query = query
            .scan_index_forward(false)
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(":pk", s(&partition))
            .limit(i32::try_from(enough).unwrap_or(i32::MAX));
        let (mut found, now) = (Vec::new(), ambient::now());
        let mut start = after.map(|after| Key::new(&partition, after).item());
        loop {
            let answer = sent::query(query.clone().set_exclusive_start_key(start)).await.map_err(fault)?;
            for item in answer.items.unwrap_or_default() {
                let entry: Entry = from_item(item)?;
                found.extend(Some(entry).filter(|entry| entry.until.is_none_or(|end| end > now)));
            }
            start = answer.last_evaluated_key;
            if start.is_none() || found.len() >= enough {
                return Ok(found);
            }
        }
    }

    /// How many reports of a list are public now: those that have ended without being taken back are looked for.
    async fn public(&self, scope: &str) -> Outcome<u64> {
        let counts: Vec<Count> = self.catalog.partition(&published_count_partition(scope), "").await?;
        let mut count = counts.iter().map(|count| count.entries).sum::<i64>();
        let query = self.catalog.client.query().table_name(&self.catalog.name).consistent_read(true);
        let query = query
            .select(Select::Count)
            .key_condition_expression("pk = :pk AND sk < :now")
            .expression_attribute_values(":pk", s(ending_partition(scope)))
            // Who ends at this very instant has ended.
            .expression_attribute_values(":now", s(format!("{:.3}~", ambient::now())));
        let mut start = None;
        loop {
            let answer = sent::query(query.clone().set_exclusive_start_key(start)).await.map_err(fault)?;
            count -= i64::from(answer.count);
            start = answer.last_evaluated_key;
            if start.is_none() {
                return Ok(u64::try_from(count).unwrap_or_default());
            }
        }
    }

    /// The part of a page that a workspace has, and how many it has in all. `ruled` is the role that its rules are looked at for.
    async fn part(
        &self,
        reports: &Reports,
        workspace: &str,
        ruled: Option<Role>,
        sought: &Sought,
    ) -> Outcome<(Vec<Entry>, u64)> {
        let (scope, after) = (scope(workspace, sought.owner.as_deref()), sought.after.as_deref());
        if ruled.is_none() && sought.q.is_none() {
            return tokio::try_join!(self.newest(&scope, after, sought.enough()), self.public(&scope));
        }
        // Names change and folders are hidden without a publication: what the reports say now counts, so all of them are looked at.
        let mut found = self.newest(&scope, None, usize::MAX).await?;
        let chosen = sought.q.clone().map(|q| Arc::new(move |report: &Listed| report.matches(&q)) as _);
        let seen = if found.is_empty() { HashSet::new() } else { reports.seen(workspace, ruled, chosen).await? };
        found.retain(|entry| seen.contains(&entry.uid));
        let total = found.len() as u64;
        found.retain(|entry| after.is_none_or(|after| entry.place.as_str() < after));
        Ok((found, total))
    }
}

impl PublicReports {
    /// A page of the published reports of `workspaces` that the viewer may see, newest first; how many there are in all; and the cursor
    /// of the next page, if there is one.
    ///
    /// # Errors
    /// `Internal` when DynamoDB does not answer.
    pub async fn published(
        &self,
        reports: &Reports,
        workspaces: &[Workspace],
        viewer: Viewer<'_>,
        sought: &Sought,
    ) -> Outcome<(Vec<Published>, u64, Option<String>)> {
        let mut parts = Vec::new();
        for workspace in workspaces {
            let (publications, reports, sought) = (Publications::clone(self), reports.clone(), sought.clone());
            let code = workspace.code.clone();
            let ruled = viewer.restricted.holds(&code, viewer.role).then_some(viewer.role);
            parts.push(async move {
                let (found, total) = publications.part(&reports, &code, ruled, &sought).await?;
                Ok((found.into_iter().map(|entry| (entry, code.clone())).collect::<Vec<_>>(), total))
            });
        }
        let parts = side_by_side(parts).await?;
        let total = parts.iter().map(|(_, total)| total).sum();
        let mut found: Vec<_> = parts.into_iter().flat_map(|(found, _)| found).collect();
        found.sort_by(|(a, _), (b, _)| b.place.cmp(&a.place));
        let more = found.len() >= sought.enough();
        let page: Vec<_> = found.into_iter().skip(sought.skipped()).take(PAGE_SIZE as usize).collect();
        let next = page.last().filter(|_| more).map(|(entry, _)| sought.cursor(&entry.place));
        let keys: Vec<_> = page.iter().map(|(entry, code)| node_key(code, &entry.uid.to_string())).collect();
        let nodes: Vec<Report> = self.catalog.get_all(&keys).await?;
        let mut nodes: HashMap<_, _> = nodes.into_iter().map(|report| (report.uid, report)).collect();
        let reports = page.iter().filter_map(|(entry, _)| nodes.remove(&entry.uid)).collect();
        Ok((self.shown(reports, workspaces).await?, total, next))
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
