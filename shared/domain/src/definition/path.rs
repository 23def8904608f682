//! Paths into the data: names joined by dots, such as `regions.north.sales`. A name that holds a dot or a bracket is written `["a.b"]`.

use serde::{Deserialize, Serialize};
use serde_json::Value;

const WHOLE: &str = ".";
/// What begins a name in brackets; any other bracket is a letter of a name.
const QUOTED: &str = "[\"";

/// Where the records of a block are inside the data: a path, or `.` for data that is a list itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DataPath {
    text: String,
    steps: Vec<String>,
}

impl DataPath {
    /// The path as it is written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The last name of the path, for files; `data` for the data itself.
    pub fn name(&self) -> &str {
        self.steps.last().map_or("data", String::as_str)
    }

    /// Follows the path into the data; numbers index lists.
    pub fn find<'a>(&self, data: &'a Value) -> Option<&'a Value> {
        self.steps.iter().try_fold(data, |value, name| match value {
            Value::Array(items) => items.get(name.parse::<usize>().ok()?),
            _ => value.get(name),
        })
    }
}

impl TryFrom<String> for DataPath {
    type Error = String;

    fn try_from(text: String) -> Result<DataPath, String> {
        let steps = if text == WHOLE { Some(Vec::new()) } else { steps(&text) };
        match steps {
            Some(steps) => Ok(DataPath { text, steps }),
            None => Err(format!(
                "`{text}` is no path: use names of the data joined by dots, such as `sales` or `regions.sales`, [\"a.b\"] for a name with a dot, or `.` for data that is a list itself"
            )),
        }
    }
}

impl From<DataPath> for String {
    fn from(path: DataPath) -> String {
        path.text
    }
}

/// The names of a path, from the outside in; `None` for a text that is no path.
pub fn steps(text: &str) -> Option<Vec<String>> {
    let mut steps = Vec::new();
    let mut rest = text;
    loop {
        let (step, after) = if rest.starts_with(QUOTED) { quoted(rest)? } else { plain(rest)? };
        steps.push(step);
        rest = match after {
            "" => return Some(steps),
            after if after.starts_with(QUOTED) => after,
            after => after.strip_prefix('.')?,
        };
    }
}

/// A name up to the next dot or name in brackets.
fn plain(text: &str) -> Option<(String, &str)> {
    let ends = [text.find('.'), text.find(QUOTED)];
    let (name, after) = text.split_at(ends.into_iter().flatten().min().unwrap_or(text.len()));
    (!name.is_empty() && name.trim() == name).then(|| (name.to_owned(), after))
}

/// A name in brackets, as a JSON string.
fn quoted(text: &str) -> Option<(String, &str)> {
    let inner = text.strip_prefix('[')?;
    let mut names = serde_json::Deserializer::from_str(inner).into_iter::<String>();
    let name = names.next()?.ok()?;
    let after = inner.get(names.byte_offset()..)?.strip_prefix(']')?;
    Some((name, after))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_path_leads_to_what_it_names() {
        let data = json!({"sales": 1, "a": {"b": [2, 3], "c.d": 4}, "a.b": 5, "x[0]": 6, "q\"q": 7});
        let table = [
            ("a name", "sales", Some(json!(1))),
            ("names joined by dots", "a.b", Some(json!([2, 3]))),
            ("a number indexes a list", "a.b.1", Some(json!(3))),
            ("a name with a dot", "[\"a.b\"]", Some(json!(5))),
            ("a name with a dot inside another", "a[\"c.d\"]", Some(json!(4))),
            ("a dot before the bracket", "a.[\"c.d\"]", Some(json!(4))),
            ("a name with brackets", "[\"x[0]\"]", Some(json!(6))),
            ("brackets without quotes are letters", "x[0]", Some(json!(6))),
            ("a name with a quote", "[\"q\\\"q\"]", Some(json!(7))),
            ("a name after brackets", "[\"a\"].b.0", Some(json!(2))),
            ("nothing", "a.z", None),
        ];
        for (what, path, value) in table {
            assert_eq!(DataPath::try_from(path.to_owned()).unwrap().find(&data).cloned(), value, "{what}");
        }
    }

    #[test]
    fn data_that_is_a_list_is_named_by_a_dot() {
        let path = DataPath::try_from(".".to_owned()).unwrap();
        assert_eq!(path.find(&json!([1])), Some(&json!([1])));
        assert_eq!((path.as_str(), path.name()), (".", "data"));
    }

    #[test]
    fn what_is_no_path_is_refused() {
        for text in ["", "a..b", ".a", "a.", " a", "a[\"b\"", "a[\"b\"]c", "[\"", ".."] {
            assert!(DataPath::try_from(text.to_owned()).is_err(), "{text}");
        }
    }
}
