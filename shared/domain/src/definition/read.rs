//! Reads parts of a definition by serde, which stops at the first mistake: each is noted, then mended, so that the next one is found too.

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use serde_path_to_error::{Path, Segment};

use crate::problem::Mistake;

/// More mistakes than this help nobody.
const MAX_MISTAKES: usize = 100;
/// The most attempts to read one part.
const MAX_ATTEMPTS: usize = 400;

/// The mistakes of a definition, in its order.
#[derive(Debug, Default)]
pub struct Found(Vec<Mistake>);

impl Found {
    /// Notes a mistake, unless there is one at the place or around it: what was put there to go on is no mistake of the author's.
    pub fn note(&mut self, field: impl Into<String>, message: impl Into<String>) {
        let field = field.into();
        if self.0.len() < MAX_MISTAKES && !self.0.iter().any(|earlier| covers(&earlier.field, &field)) {
            self.0.push(Mistake::new(field, message));
        }
    }

    /// Takes the mistakes.
    pub fn into_mistakes(self) -> Vec<Mistake> {
        self.0
    }
}

fn covers(earlier: &str, field: &str) -> bool {
    let rest = field.strip_prefix(earlier);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// Reads a value, and notes what does not fit with its place. What is mended stands for the rest of the check only; `None` when too
/// little is left to read.
pub fn read<T: DeserializeOwned>(mut value: Value, place: &str, found: &mut Found) -> Option<T> {
    if !value.is_object() {
        found.note(place, "must be an object");
        return None;
    }
    let mut mended: Vec<String> = Vec::new();
    for _ in 0..MAX_ATTEMPTS {
        let error = match serde_path_to_error::deserialize(&value) {
            Ok(part) => return Some(part),
            Err(error) => error,
        };
        let (steps, message) = (steps(error.path()), error.inner().to_string());
        let missing = missing_key(&message).map(str::to_owned);
        let steps = steps.into_iter().chain(missing.clone().map(Step::Key)).collect::<Vec<_>>();
        let at = format!("{place}{}", written(&steps));
        let attempt = mended.iter().filter(|earlier| **earlier == at).count();
        found.note(at.clone(), if missing.is_some() { "is missing" } else { &message });
        if !mend(&mut value, &steps, missing.is_some(), attempt, &message) {
            return None;
        }
        mended.push(at);
    }
    None
}

/// A step into a value.
#[derive(Debug, Clone)]
enum Step {
    Key(String),
    Index(usize),
}

fn steps(path: &Path) -> Vec<Step> {
    let step = |segment: &Segment| match segment {
        Segment::Seq { index } => Some(Step::Index(*index)),
        Segment::Map { key } => Some(Step::Key(key.clone())),
        Segment::Enum { .. } | Segment::Unknown => None,
    };
    path.iter().filter_map(step).collect()
}

fn written(steps: &[Step]) -> String {
    let step = |step: &Step| match step {
        Step::Key(key) => format!(".{key}"),
        Step::Index(index) => format!("[{index}]"),
    };
    steps.iter().map(step).collect()
}

/// serde reports a missing key at the object that lacks it; the place is the key itself.
fn missing_key(message: &str) -> Option<&str> {
    message.strip_prefix("missing field `")?.strip_suffix('`')
}

/// Changes what is wrong at a place: a key is taken away first; what cannot be missing becomes one value after the other.
fn mend(value: &mut Value, steps: &[Step], missing: bool, attempt: usize, message: &str) -> bool {
    let Some((last, way)) = steps.split_last() else { return false };
    let parent = way.iter().try_fold(value, |value, step| match step {
        Step::Key(key) => value.get_mut(key),
        Step::Index(index) => value.get_mut(index),
    });
    match (parent, last) {
        (Some(Value::Object(object)), Step::Key(key)) if attempt == 0 && !missing => object.shift_remove(key).is_some(),
        (Some(Value::Object(object)), Step::Key(key)) => {
            stand_in(attempt, message).map(|value| object.insert(key.clone(), value)).is_some()
        }
        (Some(Value::Array(items)), Step::Index(index)) => {
            let item = items.get_mut(*index).zip(stand_in(attempt, message));
            item.map(|(item, value)| *item = value).is_some()
        }
        _ => false,
    }
}

/// A value that may fit where another one did not.
fn stand_in(attempt: usize, message: &str) -> Option<Value> {
    // serde names what it knows, as in: unknown variant `radar`, expected one of `bar`, `line`.
    let known = message.split_once("expected").and_then(|(_, names)| names.split('`').nth(1)).unwrap_or("x");
    [json!("x"), json!(known), json!({}), json!([]), json!(0), json!(false)].into_iter().nth(attempt.saturating_sub(1))
}
