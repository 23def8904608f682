//! The relaxed JSON of Exago's clients: JSON and JSON5 without backslashes keep their meaning, strings keep to the rule of
//! backslashes, and a refusal tells a place in the text.
#![no_main]

use exago::relaxed::from_relaxed;
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};

fuzz_target!(|text: &str| {
    let read = from_relaxed::<Value>(text);
    if let Err(problem) = &read {
        let told = problem.to_string();
        assert!(problem.status() == 400 && told.starts_with("The body is not what this call takes: "), "{told}");
        the_position_is_in_the_text(text, &told);
    }
    let read = read.ok();
    strict_json_keeps_its_meaning(text, read.as_ref());
    json5_keeps_its_meaning(text, read.as_ref());
    strings_keep_to_the_rule(text);
});

/// Backslashes that were added for json5 are not counted.
fn the_position_is_in_the_text(text: &str, told: &str) {
    let Some((_, position)) = told.trim_end_matches('.').rsplit_once(" at line ") else { return };
    let (line, column) = position.split_once(" column ").expect("a line has a column");
    let lines: Vec<_> = text.split(['\n', '\r', '\u{2028}', '\u{2029}']).collect();
    assert!((1..=lines.len()).contains(&line.parse().expect("a number")), "{told}");
    let longest = lines.iter().map(|line| line.chars().count()).max().unwrap_or_default();
    assert!((1..=longest + 1).contains(&column.parse().expect("a number")), "{told}");
}

/// JSON without backslashes means the same to both readers, with or without what a shell adds.
fn strict_json_keeps_its_meaning(text: &str, read: Option<&Value>) {
    let Some(strict) = serde_json::from_str::<Value>(text).ok().filter(|_| !text.contains('\\')) else { return };
    if depth(&strict) > 64 {
        return assert!(read.is_none(), "too deep, and read nevertheless");
    }
    assert!(read.is_some_and(|read| same(read, &strict)), "not what serde_json reads: {strict}");
    let continued = from_relaxed::<Value>(&format!("\u{FEFF}^\r\n{text}^\n// '{{ ^"));
    assert!(continued.is_ok_and(|read| same(&read, &strict)), "a mark, ^ and a comment changed the meaning");
}

/// Without a backslash or a `^` there is nothing to rewrite.
fn json5_keeps_its_meaning(text: &str, read: Option<&Value>) {
    if !text.contains(['\\', '^']) && text.matches(['[', '{']).count() <= 64 {
        assert_eq!(read, json5::from_str::<Value>(text).ok().as_ref());
    }
}

/// A backslash is one backslash whatever follows it, and so are two.
fn strings_keep_to_the_rule(text: &str) {
    let inner: String = text.chars().filter(|c| !matches!(c, '\'' | '"' | '\n' | '\r')).collect();
    // A single backslash in front of the closing quote would make it a quote of the string.
    let inner = inner.trim_end_matches('\\');
    let expected = json!({ "OldName": inner.replace(r"\\", r"\") });
    for body in [format!("{{'OldName':'{inner}'}}"), format!("{{OldName: ^\n\"{inner}\",^ }}")] {
        let read = from_relaxed::<Value>(&body).unwrap_or_else(|problem| panic!("{body}: {problem}"));
        assert_eq!(read, expected, "{body}");
    }
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or_default(),
        Value::Object(fields) => 1 + fields.values().map(depth).max().unwrap_or_default(),
        _ => 0,
    }
}

/// Equal, where numbers are compared by value: json5 reads -0 as the integer.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(name, a)| b.get(name).is_some_and(|b| same(a, b)))
        }
        _ => a == b,
    }
}
