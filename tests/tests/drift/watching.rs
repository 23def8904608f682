//! What is watched and bounded on AWS: alarms and what to do about them, metrics, limits of routes.

use crate::places::{compared, complain, functions, pattern, read, resources, source_of};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// How much of its memory no function uses when it was last measured, in percent.
const SPARE: u64 = 30;

#[test]
fn the_memory_of_every_function_was_measured_and_a_third_of_it_is_spare() {
    let row = pattern(r"(?m)^\| `([a-z-]+)` \| [^|]+ \| (\d+) \| (\d+) \| -?\d+ % \|$");
    let text = read("docs/memory.md");
    let number = |text: &str| text.parse::<u64>().unwrap_or_default();
    let rows: BTreeMap<String, (u64, u64)> =
        row.captures_iter(&text).map(|row| (row[1].to_owned(), (number(&row[2]), number(&row[3])))).collect();
    let given: BTreeMap<String, u64> =
        functions().into_iter().map(|function| (function.folder, function.memory)).collect();
    complain(compared(
        (&given.keys().cloned().collect(), "measure this function by `make memory`, which writes docs/memory.md"),
        (&rows.keys().cloned().collect(), "docs/memory.md has a function that template.yaml does not have"),
    ));
    complain(rows.into_iter().filter_map(|(name, (peak, memory))| {
        let given = given.get(&name).copied().unwrap_or_default();
        let spare = memory * (100 - SPARE) >= peak * 100;
        (!spare || given != memory).then(|| {
            format!("{name}: template.yaml gives {given} MB, docs/memory.md says {memory} MB with a peak of {peak}, and {SPARE} % must be spare")
        })
    }));
}

/// The metrics that functions emit, as shared/lambda lists them.
fn emitted() -> BTreeSet<String> {
    let listed = pattern(r#"(?m)^    \("(\w+)", "\w+"\),$"#);
    listed.captures_iter(&read("shared/lambda/src/log.rs")).map(|found| found[1].to_owned()).collect()
}

#[test]
fn every_alarm_is_explained_to_the_operator_and_no_explanation_is_stale() {
    let alarms = resources("AWS::CloudWatch::Alarm").into_iter().map(|(name, _)| name).collect();
    let (heading, name) = (pattern(r"(?m)^### .*$"), pattern(r"\w+Alarm\b"));
    let text = read("docs/operations.md");
    let headings = heading.find_iter(&text).flat_map(|line| name.find_iter(line.as_str()));
    let explained = headings.map(|found| found.as_str().to_owned()).collect();
    complain(compared(
        (&alarms, "add a heading with this alarm to docs/operations.md, and what to do about it"),
        (&explained, "docs/operations.md explains an alarm that template.yaml does not have"),
    ));
}

#[test]
fn the_dashboard_shows_each_metric_that_functions_emit_and_no_other() {
    let (_, dashboard) = resources("AWS::CloudWatch::Dashboard").remove(0);
    let body = dashboard["DashboardBody"].as_str().unwrap_or_default().to_owned();
    let named = pattern(r#""Imprint", "(\w+)"|\[".", "(queuedMs)"|MetricName=\\"(\w+)\\""#);
    let shown = named
        .captures_iter(&body)
        .filter_map(|found| found.iter().flatten().nth(1).map(|name| name.as_str().to_owned()));
    complain(compared(
        (&emitted(), "show this metric on the dashboard of template.yaml"),
        (&shown.collect(), "the dashboard shows a metric that shared/lambda/src/log.rs does not list"),
    ));
    assert!(serde_json::from_str::<Value>(&body).is_ok(), "the dashboard's body is no JSON");
}

#[test]
fn every_metric_is_a_field_of_a_line_and_is_explained() {
    let operations = read("docs/operations.md");
    let functions = ["publish-worker", "publish-drain", "export-worker", "mail-feedback"].map(source_of).concat();
    let sources = functions + &read("shared/mailer/src/lib.rs") + &read("shared/renditions/src/renderer.rs");
    complain(emitted().into_iter().filter_map(|metric| {
        let logged = sources.contains(&format!("{metric} = "));
        let told = operations.contains(&format!("`{metric}`"));
        (!logged || !told).then(|| format!("{metric}: logged: {logged}, explained in docs/operations.md: {told}"))
    }));
}
