//! The rows that lists of reports read: one a report in each order, in a partition an order and a workspace, and how many reports a
//! workspace has. They are written in the transactions that write the reports.

use super::Reports;
use crate::{
    ambient,
    change::Change,
    keys::{count_key, listed_key},
    table::{Key, to_item},
};
use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};
use domain::{
    Outcome,
    report::{Listed, Order, Report},
};

/// Into how many items the count of a workspace's reports is divided: those who make and delete reports at once rarely meet at one.
const SHARDS: u8 = 16;

impl Reports {
    /// The writes that have lists show a report as it is in `after` and no longer as in `before`. None of them has a condition.
    pub(crate) fn list_anew(&self, before: Option<&Report>, after: Option<&Report>) -> Outcome<Vec<TransactWriteItem>> {
        let places = |report: Option<&Report>| report.map(rows).unwrap_or_default();
        let (old, new) = (places(before), places(after));
        let gone = old.iter().filter(|(key, _)| new.iter().all(|(other, _)| other != key));
        let mut writes = gone.map(|(key, _)| self.catalog.delete(key)).collect::<Outcome<Vec<_>>>()?;
        for (key, row) in &new {
            writes.push(self.catalog.put_always(to_item(key, row)?)?);
        }
        match (before, after) {
            (None, Some(report)) => writes.push(self.count_one(&report.workspace, 1)?),
            (Some(report), None) => writes.push(self.count_one(&report.workspace, -1)?),
            _ => {}
        }
        Ok(writes)
    }

    fn count_one(&self, workspace: &str, step: i8) -> Outcome<TransactWriteItem> {
        let [byte] = ambient::random()?;
        let change = Change::default().add("reports", AttributeValue::N(step.to_string()));
        self.catalog.update(&count_key(workspace, byte % SHARDS), change)
    }
}

fn rows(report: &Report) -> Vec<(Key, Listed)> {
    let row = Listed::from(report);
    let key = |order: Order| listed_key(&report.workspace, order, order.key(&row));
    Order::ALL.map(|order| (key(order), row.clone())).into()
}
