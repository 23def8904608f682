//! The names of reports beside the uid. A number leads to one report, whatever its workspace. A natural id leads to one in each workspace: so
//! nobody is refused a name, and learns it by that, because another workspace has it.

use crate::{
    Reports,
    change::{Change, Condition, Path},
    keys::alias,
    layout,
    table::{Item, Key, from_item, s, to_item},
};
use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};
use domain::{Outcome, Problem, names::ReportRef, report::Report};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The reports that a name leads to.
#[derive(Debug, Default)]
pub struct Leads(Vec<Lead>);

#[derive(Debug)]
struct Lead {
    /// Of a natural id: where it leads to this report.
    workspace: Option<String>,
    to: Alias,
}

/// What an item keeps of one report; that of a number in its own attributes, that of a natural id in one for each workspace.
#[derive(Debug, Serialize, Deserialize)]
struct Alias {
    uid: Uuid,
    /// The report is, so the name is free.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    deleted: bool,
}

/// What the attribute for a workspace begins with.
const IN: &str = "in#";

impl Leads {
    pub(crate) fn to_uid(uid: Uuid) -> Self {
        Self(vec![Lead { workspace: None, to: Alias { uid, deleted: false } }])
    }

    pub(crate) fn of_item(name: &ReportRef, item: Item) -> Outcome<Self> {
        if !matches!(name, ReportRef::Natural(_)) {
            return Ok(Self(vec![Lead { workspace: None, to: from_item(item)? }]));
        }
        let leads = layout::read(item)?
            .into_iter()
            .filter_map(|(name, value)| Some((name.strip_prefix(IN)?.to_owned(), value)));
        let lead = |(workspace, value)| {
            let to = serde_dynamo::from_attribute_value(value).map_err(Problem::internal)?;
            Ok(Lead { workspace: Some(workspace), to })
        };
        Ok(Self(leads.map(lead).collect::<Outcome<_>>()?))
    }

    /// The uid of the one report that `name` leads to in the workspaces that `reaches` says; of a deleted one, if no other is there.
    ///
    /// # Errors
    /// `NotFound` when there are several.
    pub fn within(&self, name: &ReportRef, reaches: impl Fn(&str) -> bool) -> Outcome<Option<Uuid>> {
        let reached = self.0.iter().filter(|lead| lead.workspace.as_deref().is_none_or(&reaches)).map(|lead| &lead.to);
        let (deleted, living): (Vec<_>, Vec<_>) = reached.partition(|alias| alias.deleted);
        match living.as_slice() {
            [] => Ok(deleted.first().map(|alias| alias.uid)),
            [one] => Ok(Some(one.uid)),
            _ => Err(Problem::NotFound(format!(
                "Several of your workspaces have a report {name}; name the one you mean by its number or id."
            ))),
        }
    }
}

impl Reports {
    /// The reports that a name leads to.
    ///
    /// # Errors
    /// `Internal` when DynamoDB does not answer.
    pub async fn leads(&self, name: &ReportRef) -> Outcome<Leads> {
        match (name, alias(name)) {
            (ReportRef::Uid(uid), _) => Ok(Leads::to_uid(*uid)),
            (_, Some(key)) => match self.catalog.get_item(&key).await? {
                Some(item) => Leads::of_item(name, item),
                None => Ok(Leads::default()),
            },
            _ => Ok(Leads::default()),
        }
    }

    /// The write by which the natural id of a new report leads to it, unless it leads to another one of its workspace.
    pub(crate) fn take_natural_id(&self, report: &Report) -> Outcome<TransactWriteItem> {
        let lead = Alias { uid: report.uid, deleted: false };
        let lead = serde_dynamo::to_attribute_value(lead).map_err(Problem::internal)?;
        let deleted = Condition::is(of_workspace(report).member("deleted", "deleted"), AttributeValue::Bool(true));
        let key = natural_key(report)?;
        let change = Change::in_layout_of(&key).set(of_workspace(report), lead);
        let free = Condition::Any(vec![Condition::missing(of_workspace(report)), deleted]);
        self.catalog.update(&key, change.when(free))
    }

    /// The write by which the number of a new report leads to it.
    pub(crate) fn take_number(&self, report: &Report) -> Outcome<TransactWriteItem> {
        let key = alias(&ReportRef::Number(report.number)).ok_or_else(no_key)?;
        self.catalog.put(to_item(&key, &Alias { uid: report.uid, deleted: false })?, Condition::new_item())
    }

    /// The writes by which another natural id leads to the report, and the one that it had leads nowhere: it is free for another report.
    /// None when it stays.
    pub(crate) fn rename_natural_id(&self, before: &Report, after: &Report) -> Outcome<Vec<TransactWriteItem>> {
        if before.natural_id == after.natural_id {
            return Ok(Vec::new());
        }
        let leave = Change::default().remove(of_workspace(before)).when(leads_to(before));
        Ok(vec![self.take_natural_id(after)?, self.catalog.update(&natural_key(before)?, leave)?])
    }

    /// The write by which the natural id of a deleted report is free again.
    pub(crate) fn free_natural_id(&self, report: &Report) -> Outcome<TransactWriteItem> {
        let change =
            Change::default().set(of_workspace(report).member("deleted", "deleted"), AttributeValue::Bool(true));
        self.catalog.update(&natural_key(report)?, change.when(leads_to(report)))
    }
}

/// The attribute of the workspace in which the report is.
fn of_workspace(report: &Report) -> Path {
    Path::named("in", format!("{IN}{}", report.workspace))
}

/// That the natural id leads to this report and to no other.
fn leads_to(report: &Report) -> Condition {
    Condition::is(of_workspace(report).member("uid", "uid"), s(report.uid.to_string()))
}

fn natural_key(report: &Report) -> Outcome<Key> {
    alias(&ReportRef::Natural(report.natural_id.clone())).ok_or_else(no_key)
}

fn no_key() -> Problem {
    Problem::internal("a name without a key")
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::names::NaturalId;

    fn leads(leads: &[(&str, u128, bool)]) -> Leads {
        let lead = |(workspace, uid, deleted): &(&str, u128, bool)| Lead {
            workspace: Some((*workspace).to_owned()),
            to: Alias { uid: Uuid::from_u128(*uid), deleted: *deleted },
        };
        Leads(leads.iter().map(lead).collect())
    }

    #[test]
    fn a_natural_id_leads_to_the_one_report_in_reach() {
        let name = ReportRef::Natural(NaturalId::new("team", "sales").unwrap());
        let found = leads(&[("a", 1, false), ("b", 2, false), ("c", 3, true)]);
        let within = |reached: &[&str]| found.within(&name, |code| reached.contains(&code));
        assert_eq!(within(&["a"]).unwrap(), Some(Uuid::from_u128(1)));
        assert_eq!(within(&["b", "c"]).unwrap(), Some(Uuid::from_u128(2)), "the one that was not deleted");
        assert_eq!(within(&["c"]).unwrap(), Some(Uuid::from_u128(3)), "one that was deleted, if there is no other");
        assert_eq!(within(&["d"]).unwrap(), None);
        assert!(matches!(within(&["a", "b"]), Err(Problem::NotFound(_))), "none is guessed");
        assert_eq!(Leads::to_uid(Uuid::nil()).within(&name, |_| false).unwrap(), Some(Uuid::nil()));
    }
}
