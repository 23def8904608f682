//! What a function logs: one JSON object a line, with the same keys everywhere, without secrets. Some fields are metrics as well.
//!
//! | key | what |
//! |---|---|
//! | `timestamp`, `level`, `message` | of the line; the message is always the same words for the same thing |
//! | `function`, `stack` | who logs: the name of the crate, and of the CloudFormation stack |
//! | `requestId`, `traceId` | of the invocation: API Gateway's id, or Lambda's where no gateway is, and the trace of X-Ray |
//! | `caller`, `report`, `publication` | what the invocation is about, as soon as it is known: the id of the access token, the uid, the id |
//! | `durationMs` | on the last line of an invocation |
//!
//! A field whose name stands in [`METRICS`] is counted by CloudWatch: the line then has a member `_aws` that says so, in the embedded
//! metric format (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>).

use json_subscriber::JsonLayer;
use regex_lite::Regex;
use serde_json::{Value, json};
use std::{
    borrow::Cow,
    io::{self, Write},
    sync::LazyLock,
};
use store::ambient;
use tracing::{
    Event, Level,
    field::{Field, Visit},
};
use tracing_subscriber::{
    Layer, Registry, filter::filter_fn, fmt::time::SystemTime, layer::SubscriberExt, util::SubscriberInitExt,
};

/// The fields that are metrics, with their units. The dashboard of the template draws them, and its alarms watch some.
pub const METRICS: [(&str, &str); 7] = [
    // Ended publications and exports; `outcome` says how.
    ("publications", "Count"),
    ("exports", "Count"),
    // From the request to the beginning of the work, and to its end.
    ("queuedMs", "Milliseconds"),
    ("publicationMs", "Milliseconds"),
    // A report in the renderer's process, whatever it is rendered for.
    ("renderMs", "Milliseconds"),
    // Mails that SES was given, and that came back; `outcome` says what became of them, or why.
    ("mails", "Count"),
    ("mailsReturned", "Count"),
];

/// Where the metrics are found in CloudWatch.
pub const NAMESPACE: &str = "Imprint";

/// What tells apart the values of a metric, besides the stack.
const DIMENSION: &str = "outcome";

/// The crates whose lines have the level that is asked for, with commas between: `build.rs` takes them from Cargo.toml. What we depend on logs warnings only: at finer levels it writes down requests,
/// with all that is secret in them.
const OURS: &str = env!("CRATES_OF_THE_WORKSPACE");

/// Begins to log, on standard error, as the function `name`.
pub(crate) fn begin(name: &'static str) {
    let level = std::env::var("LOG_LEVEL").ok().and_then(|level| level.parse::<Level>().ok()).unwrap_or(Level::INFO);
    let own = name.replace('-', "_");
    let levels = filter_fn(move |metadata| {
        let named = metadata.target().split("::").next().unwrap_or_default();
        *metadata.level() <= if named == own || OURS.split(',').any(|ours| ours == named) { level } else { Level::WARN }
    });
    let stack = std::env::var("STACK_NAME").unwrap_or_default();
    tracing_subscriber::registry().with(lines(name, &stack, || Redacted(io::stderr())).with_filter(levels)).init();
}

/// The lines, as they are written to what `make` makes.
fn lines<W, M>(name: &str, stack: &str, make: M) -> JsonLayer<Registry, M>
where
    M: Fn() -> W + Send + Sync + 'static,
    W: Write + 'static,
{
    let mut lines = JsonLayer::new(make);
    lines.with_timer("timestamp", SystemTime).with_level("level").with_flattened_event();
    lines.with_top_level_flattened_current_span();
    lines.add_static_field("function", json!(name));
    lines.add_static_field("stack", json!(stack));
    lines.add_dynamic_field("_aws", |event, _| embedded_metrics(event));
    lines
}

/// What says to CloudWatch which fields of the line are metrics; nothing when none is.
fn embedded_metrics(event: &Event<'_>) -> Option<Value> {
    let mut names = Names::default();
    event.record(&mut names);
    let named = |(name, unit): &(&str, &str)| names.0.contains(name).then(|| json!({"Name": name, "Unit": unit}));
    let metrics: Vec<_> = METRICS.iter().filter_map(named).collect();
    let dimensions = match names.0.contains(&DIMENSION) {
        true => json!([["stack"], ["stack", DIMENSION]]),
        false => json!([["stack"], ["stack", "function"]]),
    };
    (!metrics.is_empty()).then(|| {
        json!({
            "Timestamp": ambient::now().as_millisecond(),
            "CloudWatchMetrics": [{"Namespace": NAMESPACE, "Dimensions": dimensions, "Metrics": metrics}],
        })
    })
}

/// The names of the fields that have a value.
#[derive(Default)]
struct Names(Vec<&'static str>);

impl Visit for Names {
    fn record_debug(&mut self, field: &Field, _: &dyn std::fmt::Debug) {
        self.0.push(field.name());
    }
}

/// Writes lines without the secrets that may have got into them, by a message of a service or of a library.
struct Redacted<W>(W);

impl<W: Write> Write for Redacted<W> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0.write_all(redacted(&String::from_utf8_lossy(line)).as_bytes())?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// What opens something, by its form: access tokens, nonces and cookies of previews after their id; tokens in addresses of public links;
/// sessions and nonces in queries; what a header of credentials carries; signatures of presigned addresses.
static SECRETS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let forms = [
        r"(?<id>im[pnv]_[\w-]{16}\.)[\w-]+",
        r"(?<link>/(?:view|mailed)/)[\w-]{16,}",
        r"(?<query>[?&](?:sid|nonce|token|password)=)[^&\s\x22\\]+",
        r"(?<scheme>(?i:bearer|oauth2|basic) )[\w.~+/=-]{8,}",
        r"(?<signed>(?i:x-amz-(?:signature|credential|security-token))=)[^&\s\x22\\]+",
    ];
    Regex::new(&forms.join("|")).ok()
});

fn redacted(line: &str) -> Cow<'_, str> {
    match &*SECRETS {
        Some(secrets) => secrets.replace_all(line, "$id$link$query$scheme${signed}***"),
        None => Cow::Borrowed("{\"level\":\"ERROR\",\"message\":\"lines cannot be cleared of secrets\"}\n"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    /// What a piece of code logs, line by line.
    fn logged(code: impl FnOnce()) -> Vec<Value> {
        #[derive(Clone, Default)]
        struct Kept(Arc<Mutex<Vec<u8>>>);
        impl Write for Kept {
            fn write(&mut self, line: &[u8]) -> io::Result<usize> {
                self.0.lock().unwrap().write(line)
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let kept = Kept::default();
        let sink = kept.clone();
        let registry =
            tracing_subscriber::registry().with(lines("test-log", "imprint", move || Redacted(sink.clone())));
        tracing::subscriber::with_default(registry, code);
        let text = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[test]
    fn every_line_has_the_keys_of_its_invocation_at_the_top() {
        let lines = logged(|| {
            let _entered = crate::log_context::span("request-1", "1-2-3").entered();
            crate::log_context::caller("token-7");
            tracing::info!(status = 200, durationMs = 1.5, "served");
        });
        let line = &lines[0];
        for (key, value) in [
            ("message", json!("served")),
            ("level", json!("INFO")),
            ("function", json!("test-log")),
            ("stack", json!("imprint")),
            ("requestId", json!("request-1")),
            ("traceId", json!("1-2-3")),
            ("caller", json!("token-7")),
            ("status", json!(200)),
            ("durationMs", json!(1.5)),
        ] {
            assert_eq!(line[key], value, "{key} of {line}");
        }
        assert!(line["timestamp"].as_str().unwrap().ends_with('Z') && line.get("_aws").is_none(), "{line}");
    }

    #[test]
    fn a_field_that_is_a_metric_is_declared_in_the_embedded_metric_format() {
        let none: Option<f64> = None;
        let lines = logged(|| tracing::info!(publications = 1, publicationMs = none, outcome = "Done", "ended"));
        let declared = &lines[0]["_aws"]["CloudWatchMetrics"][0];
        assert_eq!(declared["Namespace"], "Imprint");
        assert_eq!(declared["Dimensions"], json!([["stack"], ["stack", "outcome"]]));
        assert_eq!(
            declared["Metrics"],
            json!([{"Name": "publications", "Unit": "Count"}]),
            "what has no value is not declared"
        );
        assert_eq!((&lines[0]["publications"], &lines[0]["outcome"]), (&json!(1), &json!("Done")));
        assert!(lines[0]["_aws"]["Timestamp"].is_i64());
    }

    #[test]
    fn every_crate_that_the_functions_share_has_the_level_that_is_asked_for() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let folders = [folder.clone(), folder.join("dialects")].map(|folder| std::fs::read_dir(folder).unwrap());
        let crates = folders.into_iter().flatten().flatten().filter(|entry| entry.path().join("Cargo.toml").is_file());
        let mut crates: Vec<_> = crates.map(|entry| entry.file_name().into_string().unwrap()).collect();
        let mut ours: Vec<_> = OURS.split(',').map(str::to_owned).collect();
        crates.sort();
        ours.sort();
        assert_eq!(ours, crates);
    }

    #[test]
    fn no_secret_reaches_the_log() {
        let secret = "s".repeat(43);
        for (line, kept) in [
            (format!("the token imp_0123456789abcdef.{secret} is dead"), "the token imp_0123456789abcdef.*** is dead"),
            (format!("nonce=imn_0123456789abcdef.{secret}"), "nonce=imn_0123456789abcdef.***"),
            (format!("GET /view/{secret}/report.pdf"), "GET /view/***/report.pdf"),
            (format!("https://x/mailed/{secret}"), "https://x/mailed/***"),
            (format!("/rest/folders?a=b&sid={secret}&c=d"), "/rest/folders?a=b&sid=***&c=d"),
            (format!("authorization: Bearer {secret}"), "authorization: Bearer ***"),
            (format!("Basic {secret}=="), "Basic ***"),
            (
                format!("https://b/k?X-Amz-Signature={secret}&x-amz-credential=AKIA%2Fus&z=1"),
                "https://b/k?X-Amz-Signature=***&x-amz-credential=***&z=1",
            ),
            ("GET /view/{token}".into(), "GET /view/{token}"),
            ("a basic account of the bearer of bad news".into(), "a basic account of the bearer of bad news"),
        ] {
            let lines = logged(|| tracing::warn!(cause = line, "told"));
            assert_eq!(lines[0]["cause"], kept);
        }
    }
}
