//! What a write changes in an item and the conditions under which it does: data, of which this file alone makes DynamoDB's expressions.
//! Every name stands in them as `#name`, so that no word that DynamoDB reserves is in the way.

use crate::{
    layout,
    table::{Item, Key, n},
};
use aws_sdk_dynamodb::types::AttributeValue;
use domain::{Outcome, Problem};
use serde::Serialize;
use std::collections::HashMap;

/// Where in an item: an attribute, and what is in it.
#[derive(Debug, Clone)]
pub(crate) struct Path(Vec<Step>);

#[derive(Debug, Clone)]
enum Step {
    /// What it is called in expressions, and in the item.
    Name(&'static str, String),
    At(usize),
}

impl From<&'static str> for Path {
    fn from(name: &'static str) -> Self {
        Self::named(name, name)
    }
}

impl Path {
    /// An attribute whose name is data; `label` is for expressions.
    pub(crate) fn named(label: &'static str, name: impl Into<String>) -> Self {
        Self(vec![Step::Name(label, name.into())])
    }

    /// What has this name in a map.
    pub(crate) fn member(mut self, label: &'static str, name: impl Into<String>) -> Self {
        self.0.push(Step::Name(label, name.into()));
        self
    }

    /// What is at this position of a list.
    pub(crate) fn at(mut self, position: usize) -> Self {
        self.0.push(Step::At(position));
        self
    }
}

/// What must be so of the item that is there now.
#[derive(Debug, Clone)]
pub(crate) enum Condition {
    Exists(Path),
    Missing(Path),
    Is(Path, AttributeValue),
    Below(Path, AttributeValue),
    AtMost(Path, AttributeValue),
    /// Of a list or a set.
    Contains(Path, AttributeValue),
    /// That a set has fewer members.
    SizeBelow(Path, AttributeValue),
    All(Vec<Condition>),
    Any(Vec<Condition>),
}

impl Condition {
    pub(crate) fn exists(path: impl Into<Path>) -> Self {
        Self::Exists(path.into())
    }

    pub(crate) fn missing(path: impl Into<Path>) -> Self {
        Self::Missing(path.into())
    }

    pub(crate) fn is(path: impl Into<Path>, value: AttributeValue) -> Self {
        Self::Is(path.into(), value)
    }

    /// That there is no such item yet.
    pub(crate) fn new_item() -> Self {
        Self::missing("pk")
    }

    /// That there is such an item.
    pub(crate) fn known_item() -> Self {
        Self::exists("pk")
    }
}

#[derive(Debug, Clone)]
enum Action {
    Set(Path, AttributeValue),
    /// Sets what is not there yet.
    SetOnce(Path, AttributeValue),
    /// Appends to a list, which may not be there yet.
    Append(Path, AttributeValue),
    Remove(Path),
    /// Adds to a number or to a set, which may not be there yet.
    Add(Path, AttributeValue),
    /// Takes members out of a set.
    Take(Path, AttributeValue),
}

/// A change of an item. All of its conditions must hold.
#[derive(Debug, Clone, Default)]
pub(crate) struct Change {
    actions: Vec<Action>,
    conditions: Vec<Condition>,
}

impl Change {
    /// Sets every attribute that `value` serialises to; those whose name is in `once` only if they are not there yet.
    pub(crate) fn all_of(value: &impl Serialize, once: &[&str]) -> Outcome<Self> {
        let item: Item = serde_dynamo::to_item(value).map_err(Problem::internal)?;
        let set = |(name, value): (String, AttributeValue)| match once.contains(&name.as_str()) {
            true => Action::SetOnce(Path::named(ATTRIBUTE, name), value),
            false => Action::Set(Path::named(ATTRIBUTE, name), value),
        };
        Ok(Self { actions: item.into_iter().map(set).collect(), ..Self::default() })
    }

    /// For writes that may make the item under `key`: it says its layout.
    pub(crate) fn in_layout_of(key: &Key) -> Self {
        Self::default().layout_of(key)
    }

    pub(crate) fn layout_of(self, key: &Key) -> Self {
        self.set(layout::ATTRIBUTE, n(layout::written(&key.0)))
    }

    fn and_do(mut self, action: Action) -> Self {
        self.actions.push(action);
        self
    }

    pub(crate) fn set(self, path: impl Into<Path>, value: AttributeValue) -> Self {
        self.and_do(Action::Set(path.into(), value))
    }

    pub(crate) fn set_first(mut self, path: impl Into<Path>, value: AttributeValue) -> Self {
        self.actions.insert(0, Action::Set(path.into(), value));
        self
    }

    pub(crate) fn set_once(self, path: impl Into<Path>, value: AttributeValue) -> Self {
        self.and_do(Action::SetOnce(path.into(), value))
    }

    pub(crate) fn append(self, path: impl Into<Path>, list: AttributeValue) -> Self {
        self.and_do(Action::Append(path.into(), list))
    }

    pub(crate) fn remove(self, path: impl Into<Path>) -> Self {
        self.and_do(Action::Remove(path.into()))
    }

    pub(crate) fn add(self, path: impl Into<Path>, value: AttributeValue) -> Self {
        self.and_do(Action::Add(path.into(), value))
    }

    pub(crate) fn take(self, path: impl Into<Path>, members: AttributeValue) -> Self {
        self.and_do(Action::Take(path.into(), members))
    }

    /// Adds a condition.
    pub(crate) fn when(mut self, condition: Condition) -> Self {
        self.conditions.push(condition);
        self
    }

    /// The expressions of the change, with the names and values that stand in them.
    pub(crate) fn rendered(self) -> Rendered {
        let mut text = Rendered::default();
        let actions: Vec<_> = self.actions.into_iter().map(|action| text.action(action)).collect();
        let clause = |keyword: &str| {
            let of_keyword = actions.iter().filter(|(of, _)| *of == keyword).map(|(_, text)| text.as_str());
            let parts = of_keyword.collect::<Vec<_>>().join(", ");
            (!parts.is_empty()).then(|| format!("{keyword} {parts}"))
        };
        let clauses: Vec<_> = ["SET", "REMOVE", "ADD", "DELETE"].into_iter().filter_map(clause).collect();
        text.update = (!clauses.is_empty()).then(|| clauses.join(" "));
        text.condition = match self.conditions.len() {
            0 => None,
            _ => Some(text.condition_of(Condition::All(self.conditions), false)),
        };
        text
    }
}

/// The label of attributes that are set by their value's own names.
const ATTRIBUTE: &str = "n";

/// A change as DynamoDB takes it.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Rendered {
    pub(crate) update: Option<String>,
    pub(crate) condition: Option<String>,
    /// What stands for what in the expressions, if anything does: DynamoDB takes no empty map.
    pub(crate) names: Option<HashMap<String, String>>,
    pub(crate) values: Option<Item>,
}

impl From<Option<Condition>> for Rendered {
    fn from(condition: Option<Condition>) -> Self {
        Change { conditions: condition.into_iter().collect(), ..Change::default() }.rendered()
    }
}

impl Rendered {
    fn path(&mut self, path: Path) -> String {
        let mut text = String::new();
        for step in path.0 {
            match step {
                Step::At(position) => text += &format!("[{position}]"),
                Step::Name(label, name) => {
                    text += if text.is_empty() { "" } else { "." };
                    text += &self.name(label, name);
                }
            }
        }
        text
    }

    fn name(&mut self, label: &str, name: String) -> String {
        let names = self.names.get_or_insert_default();
        if let Some((text, _)) = names.iter().find(|(_, known)| **known == name) {
            return text.clone();
        }
        let text = match label == ATTRIBUTE || names.contains_key(&format!("#{label}")) {
            true => format!("#{label}{}", names.len()),
            false => format!("#{label}"),
        };
        names.insert(text.clone(), name);
        text
    }

    fn value(&mut self, value: AttributeValue) -> String {
        let values = self.values.get_or_insert_default();
        let text = format!(":v{}", values.len());
        values.insert(text.clone(), value);
        text
    }

    fn action(&mut self, action: Action) -> (&'static str, String) {
        match action {
            Action::Set(path, value) => ("SET", format!("{} = {}", self.path(path), self.value(value))),
            Action::SetOnce(path, value) => {
                let (path, value) = (self.path(path), self.value(value));
                ("SET", format!("{path} = if_not_exists({path}, {value})"))
            }
            Action::Append(path, list) => {
                let (path, list) = (self.path(path), self.value(list));
                let none = self.value(AttributeValue::L(Vec::new()));
                ("SET", format!("{path} = list_append(if_not_exists({path}, {none}), {list})"))
            }
            Action::Remove(path) => ("REMOVE", self.path(path)),
            Action::Add(path, value) => ("ADD", format!("{} {}", self.path(path), self.value(value))),
            Action::Take(path, members) => ("DELETE", format!("{} {}", self.path(path), self.value(members))),
        }
    }

    /// A condition as text, in brackets where it stands inside of another one.
    fn condition_of(&mut self, condition: Condition, inside: bool) -> String {
        match condition {
            Condition::Exists(path) => format!("attribute_exists({})", self.key_or_path(path)),
            Condition::Missing(path) => format!("attribute_not_exists({})", self.key_or_path(path)),
            Condition::Is(path, value) => self.compared(path, "=", value),
            Condition::Below(path, value) => self.compared(path, "<", value),
            Condition::AtMost(path, value) => self.compared(path, "<=", value),
            Condition::Contains(path, value) => format!("contains({}, {})", self.path(path), self.value(value)),
            Condition::SizeBelow(path, value) => format!("size({}) < {}", self.path(path), self.value(value)),
            Condition::All(parts) => self.joined(parts, " AND ", inside),
            Condition::Any(parts) => self.joined(parts, " OR ", inside),
        }
    }

    fn compared(&mut self, path: Path, operator: &str, value: AttributeValue) -> String {
        format!("{} {operator} {}", self.path(path), self.value(value))
    }

    fn joined(&mut self, parts: Vec<Condition>, word: &str, inside: bool) -> String {
        let several = parts.len() > 1;
        let parts: Vec<_> = parts.into_iter().map(|part| self.condition_of(part, inside || several)).collect();
        let text = parts.join(word);
        if inside { format!("({text})") } else { text }
    }

    /// `pk` as it is: no item is without it, and nobody reserves it.
    fn key_or_path(&mut self, path: Path) -> String {
        match path.0.as_slice() {
            [Step::Name("pk", _)] => "pk".to_owned(),
            _ => self.path(path),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::s;

    fn update(change: Change) -> String {
        change.rendered().update.unwrap_or_default()
    }

    fn condition(condition: Condition) -> String {
        Change::default().when(condition).rendered().condition.unwrap_or_default()
    }

    #[test]
    fn every_action_is_in_the_clause_of_its_keyword() {
        let change = Change::default()
            .add("views", n(1))
            .set("status", s("Done"))
            .set_once("startedAt", s("now"))
            .append("attempts", AttributeValue::L(vec![]))
            .remove("reason")
            .take("waits", AttributeValue::Ss(vec![]));
        assert_eq!(
            update(change),
            "SET #status = :v1, #startedAt = if_not_exists(#startedAt, :v2), \
             #attempts = list_append(if_not_exists(#attempts, :v4), :v3) REMOVE #reason ADD #views :v0 DELETE #waits :v5"
        );
        assert_eq!(Change::default().rendered(), Rendered::default(), "nothing, and no empty map");
    }

    #[test]
    fn names_that_are_data_are_in_no_expression() {
        let path = || Path::from("feedback").member("address", "ada@example.com");
        let rendered = Change::default().set(path(), s("x")).set(Path::from("mails").at(3), s("y")).rendered();
        assert_eq!(rendered.update.as_deref(), Some("SET #feedback.#address = :v0, #mails[3] = :v1"));
        assert_eq!(rendered.names.unwrap()["#address"], "ada@example.com");
        let two = Change::default().set(Path::named("in", "in#a"), s("x")).set(Path::named("in", "in#b"), s("y"));
        let rendered = two.rendered();
        assert_eq!(rendered.update.as_deref(), Some("SET #in = :v0, #in1 = :v1"), "two of one label");
        let names = rendered.names.unwrap();
        assert_eq!((names["#in"].as_str(), names["#in1"].as_str()), ("in#a", "in#b"));
    }

    #[test]
    fn conditions_are_in_brackets_where_they_need_them() {
        let (a, b) = (|| Condition::is("a", n(1)), || Condition::exists("b"));
        let table = [
            (condition(a()), "#a = :v0"),
            (condition(Condition::new_item()), "attribute_not_exists(pk)"),
            (condition(Condition::Any(vec![a(), b()])), "#a = :v0 OR attribute_exists(#b)"),
            (condition(Condition::Any(vec![a()])), "#a = :v0"),
            (
                condition(Condition::Any(vec![Condition::All(vec![a(), b()]), b()])),
                "(#a = :v0 AND attribute_exists(#b)) OR attribute_exists(#b)",
            ),
            (condition(Condition::SizeBelow("w".into(), n(5))), "size(#w) < :v0"),
        ];
        for (found, expected) in table {
            assert_eq!(found, expected);
        }
        let both = Change::default().when(Condition::known_item()).when(Condition::Any(vec![a(), b()]));
        let text = both.rendered().condition;
        assert_eq!(text.as_deref(), Some("attribute_exists(pk) AND (#a = :v0 OR attribute_exists(#b))"));
    }

    #[test]
    fn all_attributes_of_a_value_are_set_and_some_only_once() {
        #[derive(Serialize)]
        struct Link {
            views: u64,
        }
        assert_eq!(update(Change::all_of(&Link { views: 0 }, &[]).unwrap()), "SET #n0 = :v0");
        assert_eq!(
            update(Change::all_of(&Link { views: 0 }, &["views"]).unwrap()),
            "SET #n0 = if_not_exists(#n0, :v0)"
        );
    }
}
