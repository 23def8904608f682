//! Pages of lists of reports: read from the rows of `rows`, in their order.

use super::Reports;
use crate::{
    at_once::side_by_side,
    keys::{count_partition, listed_partition, node_key},
    sent,
    table::{Item, Key, fault, from_item, s},
    tree::{Restricted, node::Folder},
};
use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use domain::{
    Outcome,
    credential::Role,
    report::{Asked, Chosen, Listed, Page, Part, Report},
    tree::{access::Access, listing::Reach},
};
use serde::Deserialize;
use std::collections::{BTreeSet, HashSet};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::Relaxed},
};
use uuid::Uuid;

/// How many rows a search looks at, in all workspaces together: some 8 MB.
pub const SEARCHED: usize = 20_000;

/// How many rows a search may look at in a workspace: an equal share, and more while the others leave it.
#[derive(Clone)]
struct Budget {
    share: usize,
    looked_at: Arc<AtomicUsize>,
}

impl Budget {
    fn new(workspaces: usize) -> Self {
        Self { share: (SEARCHED / workspaces.max(1)).max(1), looked_at: Arc::default() }
    }

    /// How many more rows there may be in a workspace in which so many were looked at. At worst, all together are twice as many.
    fn left(&self, own: usize) -> usize {
        let of_all = SEARCHED.saturating_sub(self.looked_at.load(Relaxed));
        of_all.max(self.share.saturating_sub(own))
    }

    fn spend(&self, rows: usize) {
        self.looked_at.fetch_add(rows, Relaxed);
    }
}

/// Who looks at a list.
#[derive(Debug, Clone, Copy)]
pub struct Viewer<'a> {
    pub role: Role,
    /// For whom there are rules about folders.
    pub restricted: &'a Restricted,
}

/// A part of the count of a workspace's reports.
#[derive(Deserialize)]
struct Count {
    reports: i64,
}

impl Reports {
    /// A page of the reports of these workspaces that the viewer may see.
    ///
    /// Without rules for the viewer's role only the page itself and what `start` skips are read. Where there are rules, or some reports
    /// are chosen, rows are read until the page is full; if it is to be told how many there are, all of them. But a search that counts
    /// stops at [`SEARCHED`] rows, and its page leads on from there.
    ///
    /// # Errors
    /// `Internal` when DynamoDB does not answer.
    pub async fn page(&self, workspaces: &[&str], viewer: Viewer<'_>, asked: &Asked) -> Outcome<Page> {
        let budget = Budget::new(workspaces.len());
        let mut parts = Vec::new();
        for workspace in workspaces {
            let (reports, asked, workspace) = (self.clone(), asked.clone(), (*workspace).to_owned());
            let budget = budget.clone();
            let ruled = viewer.restricted.holds(&workspace, viewer.role).then_some(viewer.role);
            parts.push(async move { reports.part(&workspace, ruled, &asked, budget).await });
        }
        Ok(Page::of(asked, side_by_side(parts).await?))
    }

    /// Those of the reports with these uids that the viewer may see, in no order.
    ///
    /// # Errors
    /// `Internal` when DynamoDB does not answer.
    pub async fn known(&self, workspace: &str, viewer: Viewer<'_>, uids: &[Uuid]) -> Outcome<Vec<Listed>> {
        let keys: Vec<_> = uids.iter().map(|uid| node_key(workspace, &uid.to_string())).collect();
        let found: Vec<Report> = self.catalog.get_all(&keys).await?;
        let mut found: Vec<_> = found.iter().map(Listed::from).collect();
        if viewer.restricted.holds(workspace, viewer.role) {
            self.sift(workspace, &mut Reach::new(viewer.role, []), &mut found, |report| &report.parent).await?;
        }
        Ok(found)
    }

    /// The uids of all reports of a workspace that are chosen; of those that its rules leave to `ruled`, if they are looked at.
    pub(crate) async fn seen(
        &self,
        workspace: &str,
        ruled: Option<Role>,
        chosen: Option<Chosen>,
    ) -> Outcome<HashSet<Uuid>> {
        let asked = Asked { chosen, counted: true, ..Asked::first(u64::MAX) };
        let part = self.sifted(workspace, ruled, &asked, None).await?;
        Ok(part.found.into_iter().map(|(_, report)| report.uid).collect())
    }

    /// The part of a page that a workspace has; `ruled` is the role that its rules are to be looked at for.
    async fn part(&self, workspace: &str, ruled: Option<Role>, asked: &Asked, budget: Budget) -> Outcome<Part> {
        if ruled.is_some() || asked.chosen.is_some() || !asked.prefix.is_empty() {
            // Where rules hold there is no bound: a page that ends at it would tell of what is hidden.
            let budget = Some(budget).filter(|_| ruled.is_none() && asked.counted);
            return self.sifted(workspace, ruled, asked, budget).await;
        }
        let rows = self.first(workspace, asked);
        let (found, total) = match asked.counted {
            true => tokio::try_join!(rows, self.count(workspace)).map(|(found, total)| (found, Some(total)))?,
            false => (rows.await?, None),
        };
        Ok(Part { found: placed(asked, found), horizon: None, total })
    }

    /// As many rows as the page needs.
    async fn first(&self, workspace: &str, asked: &Asked) -> Outcome<Vec<Listed>> {
        let (mut found, mut start) = (Vec::new(), self.begin(workspace, asked));
        loop {
            let left = asked.enough().saturating_sub(found.len());
            let query = self.rows(workspace, asked).limit(i32::try_from(left).unwrap_or(i32::MAX));
            start = self.read(query, start, &mut found).await?;
            if start.is_none() || found.len() >= asked.enough() {
                return Ok(found);
            }
        }
    }

    /// Those of the rows that are chosen and that rules leave to the role.
    async fn sifted(
        &self,
        workspace: &str,
        ruled: Option<Role>,
        asked: &Asked,
        budget: Option<Budget>,
    ) -> Outcome<Part> {
        let mut reach = ruled.map(|role| Reach::new(role, []));
        let (mut found, mut looked_at, mut start) = (Vec::new(), 0, self.begin(workspace, asked));
        loop {
            let mut rows = Vec::new();
            // A list that is not counted ends with its page: it reads on in small steps.
            let left = |looked_at| budget.as_ref().map_or(usize::MAX, |budget| budget.left(looked_at));
            let step = if asked.counted { left(looked_at) } else { asked.enough().saturating_mul(2).max(100) };
            let query = self.rows(workspace, asked).limit(i32::try_from(step).unwrap_or(i32::MAX));
            start = self.read(query, start, &mut rows).await?;
            looked_at += rows.len();
            if let Some(budget) = &budget {
                budget.spend(rows.len());
            }
            let last = rows.last().map(|row| asked.sort.by.key(row));
            rows.retain(|row| asked.chosen.as_ref().is_none_or(|chosen| chosen(row)));
            if let Some(reach) = &mut reach {
                self.sift(workspace, reach, &mut rows, |row| &row.parent).await?;
            }
            found.append(&mut rows);
            let full = !asked.counted && found.len() >= asked.enough();
            if start.is_none() || full || left(looked_at) == 0 {
                let horizon = last.filter(|_| start.is_some() && !full);
                return Ok(Part { found: placed(asked, found), horizon, total: None });
            }
        }
    }

    /// Keeps what is in folders that the role sees. The folders on the way to them are read, unless they are known.
    async fn sift<T>(
        &self,
        workspace: &str,
        reach: &mut Reach,
        found: &mut Vec<T>,
        folder: impl Fn(&T) -> &str,
    ) -> Outcome<()> {
        let mut next: BTreeSet<_> = found.iter().map(|one| folder(one).to_owned()).collect();
        next.insert(workspace.to_owned());
        loop {
            next.retain(|id| !reach.knows(id));
            let keys: Vec<_> = next.iter().map(|id| node_key(workspace, id)).collect();
            let folders: Vec<Folder> = self.catalog.get_all(&keys).await?;
            // The root has no parent; one that is not there leads nowhere, and what is in it is not shown.
            next = folders.iter().map(|folder| folder.parent.clone()).filter(|id| !id.is_empty()).collect();
            next.remove(workspace);
            folders.into_iter().for_each(|folder| reach.add(folder.id, folder.parent, folder.access));
            if next.is_empty() {
                break;
            }
        }
        found.retain(|one| reach.access(workspace, folder(one)) != Access::None);
        Ok(())
    }

    /// How many reports a workspace has.
    async fn count(&self, workspace: &str) -> Outcome<u64> {
        let counts: Vec<Count> = self.catalog.partition(&count_partition(workspace), "").await?;
        Ok(u64::try_from(counts.iter().map(|count| count.reports).sum::<i64>()).unwrap_or_default())
    }

    fn rows(&self, workspace: &str, asked: &Asked) -> QueryFluentBuilder {
        let (low, high) = asked.range();
        let query = self.catalog.client.query().table_name(&self.catalog.name).consistent_read(true);
        query
            .scan_index_forward(!asked.sort.reverse)
            .key_condition_expression("pk = :pk AND sk BETWEEN :low AND :high")
            .expression_attribute_values(":pk", s(listed_partition(workspace, asked.sort.by)))
            .expression_attribute_values(":low", s(low))
            .expression_attribute_values(":high", s(high))
    }

    /// Where reading begins, if not at the beginning. No row need be there any more.
    fn begin(&self, workspace: &str, asked: &Asked) -> Option<Item> {
        let key = |after| Key::new(listed_partition(workspace, asked.sort.by), after).item();
        asked.after.as_deref().map(key)
    }

    /// Adds what a query answers; answers where it goes on.
    async fn read(
        &self,
        query: QueryFluentBuilder,
        start: Option<Item>,
        found: &mut Vec<Listed>,
    ) -> Outcome<Option<Item>> {
        let answer = sent::query(query.set_exclusive_start_key(start)).await.map_err(fault)?;
        for item in answer.items.unwrap_or_default() {
            found.push(from_item(item)?);
        }
        Ok(answer.last_evaluated_key)
    }
}

fn placed(asked: &Asked, found: Vec<Listed>) -> Vec<(String, Listed)> {
    found.into_iter().map(|row| (asked.sort.by.key(&row), row)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_workspace_has_its_share_and_what_the_others_leave() {
        let budget = Budget::new(4);
        assert_eq!(budget.left(0), SEARCHED);
        budget.spend(18_000);
        assert_eq!(budget.left(18_000), 2_000, "one that is large, with what is left");
        assert_eq!(budget.left(0), 5_000, "one that comes late, with its share");
        budget.spend(2_000);
        assert_eq!((budget.left(20_000), budget.left(4_999), budget.left(5_000)), (0, 1, 0));
    }
}
