//! Hostile reports against the real child process: each ends with a clear error, in time, and harms nothing else.
//!
//! This test is its own `main`, since the child is the very program that runs: first the hook, then the cases.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use domain::definition::Definition;
use render::sandbox::{Limits, render_within, run_child_if_asked};
use render::{Cause, Job, LetterTemplates, Outputs, Pictures, shared};
use serde_json::{Value, json};

const LIMITS: Limits = Limits { seconds: 4, memory_mb: 200 };

fn main() {
    run_child_if_asked();
    let fetched = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/layers/fonts/fonts");
    render::use_fonts(fetched.into());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        a_harmless_report_is_the_same_as_without_a_child().await;
        a_child_warns_of_what_no_font_has_and_finds_the_fonts_that_there_are().await;
        hostile_reports_end_with_a_clear_error().await;
        a_hostile_report_does_not_harm_the_ones_beside_it().await;
        a_child_that_is_no_longer_wanted_ends().await;
        a_child_has_no_environment_and_no_way_to_raise_its_limits().await;
    });
    println!("test result: ok");
}

fn job(definition: &Value) -> Job {
    let data = json!({"rows": [{"a": 1, "b": "x"}], "n": 7});
    let assets = BTreeMap::from([("a.bin".to_owned(), vec![0, 159, 146, 150])]);
    let plain = Job::new("Test", Definition::parse(definition).unwrap(), data, "2026-03-31T10:00:00Z".parse().unwrap());
    Job { assets: shared(assets), ..plain }
}

fn typst(source: &str) -> Job {
    job(&json!({"typst": source}))
}

fn markdown(text: &str) -> Job {
    job(&json!({"blocks": [{"kind": "text", "markdown": text}]}))
}

async fn a_harmless_report_is_the_same_as_without_a_child() {
    let table = json!({"kind": "table", "data": "rows", "columns": [{"field": "a"}, {"field": "b"}], "totals": ["a"]});
    let job = job(&json!({"blocks": [{"kind": "heading", "text": "{{ data.n }}"}, table]}));
    let every = Outputs { pdf: true, svg: true, png: Pictures::All, xlsx: true };
    for outputs in [Outputs::tables(), Outputs::publication(), every] {
        let letter = Some(LetterTemplates { subject: None, message: "{{ data.n }}".into() });
        let job = Job { outputs, letter, ..job.clone() };
        let inside = render_within(&job, LIMITS).await.unwrap();
        assert_eq!(inside, render::render(&job).unwrap());
    }
}

/// It has no environment that names the folder.
async fn a_child_warns_of_what_no_font_has_and_finds_the_fonts_that_there_are() {
    let heading = |text: &str| job(&json!({"lang": "ja", "blocks": [{"kind": "heading", "text": text}]}));
    let rendered = render_within(&heading("\u{10900}"), LIMITS).await.unwrap();
    assert!(rendered.warnings[0].message.starts_with("No font has"), "{:?}", rendered.warnings);
    let phoenician = include_bytes!("../../font/testdata/phoenician.ttf").to_vec();
    let fonts = shared(BTreeMap::from([("phoenician.ttf".to_owned(), phoenician)]));
    let rendered = render_within(&Job { fonts, ..heading("\u{10900}") }, LIMITS).await.unwrap();
    assert!(rendered.warnings.is_empty(), "{:?}", rendered.warnings);
    let rendered = render_within(&heading("給与明細書 매출 🎉"), LIMITS).await.unwrap();
    assert_eq!(rendered.warnings.is_empty(), render::has_fonts(), "{:?}", rendered.warnings);
}

/// A description, a report, whose fault it is and the words that say so.
type Case = (&'static str, Job, Cause, &'static str);

fn endless_and_giant() -> Vec<Case> {
    vec![
        ("an endless loop", typst("#while true {}"), Cause::Report, "condition is always true"),
        (
            "a loop that hides its end",
            typst("#let n = 0\n#let f(x) = { for i in range(9000000000) { x += 1 }; x }\n#f(n)"),
            Cause::Limit,
            "",
        ),
        (
            "many loops",
            typst("#for i in range(1000000) { for j in range(1000000) { let x = calc.pow(2, 10) } }"),
            Cause::Limit,
            "typst: The report took longer than 4 s",
        ),
        (
            "an endless layout",
            typst("#let f(n) = context { counter(\"a\").step(); [#n]; f(n + 1) }\n#f(0)"),
            Cause::Report,
            "",
        ),
        (
            "a giant list",
            typst("#let a = range(2000000000)"),
            Cause::Limit,
            "typst: The report needed more than 200 MB of memory",
        ),
        (
            "a giant string",
            typst("#let s = \"x\" * 9000000\n#let t = s * 900\n#t.len()"),
            Cause::Limit,
            "typst: The report needed more than 200 MB of memory",
        ),
        (
            "a string that doubles",
            typst("#let s = \"xx\"\n#for i in range(60) { s += s }"),
            Cause::Limit,
            "typst: The report needed more than 200 MB of memory",
        ),
        ("endless pages", typst("#for i in range(100000000) { pagebreak() }"), Cause::Limit, ""),
        (
            "a citation style whose attributes take quadratic time",
            typst(
                "#let attributes = range(300000).map(i => \"a\" + str(i) + \"='b'\").join(\" \")\n\
                 #bibliography(bytes(\"@misc{a, title={b}}\"), style: bytes(\"<style \" + attributes + \"/>\"))",
            ),
            Cause::Limit,
            "typst: The report took longer than 4 s",
        ),
        ("deep recursion", typst("#let f(n) = f(n + 1)\n#f(0)"), Cause::Report, "maximum function call depth exceeded"),
        ("deep nesting", typst(&format!("#{}{}", "(".repeat(50_000), ")".repeat(50_000))), Cause::Report, ""),
    ]
}

/// What makes the renderer fail is the report's fault, since it would fail each time.
fn fatal() -> Vec<Case> {
    vec![
        (
            "a panic of Typst",
            typst("#numbering(\"a\", 9223372036854775807)"),
            Cause::Report,
            "typst: The renderer stopped at this report: ",
        ),
        (
            "a link that runs code",
            typst("a\n#link(\"JavaScript:alert(1)\")[b]"),
            Cause::Report,
            "typst line 2, column 2",
        ),
        ("a link to a file", typst("#link(\"file:///etc/passwd\")"), Cause::Report, "links start with https://"),
    ]
}

fn curious() -> Vec<Case> {
    vec![
        ("a file of the host", typst("\n#read(\"/etc/passwd\")"), Cause::Report, "`etc/passwd` is neither data.json"),
        ("a way out of the root", typst("#read(\"../../etc/passwd\")"), Cause::Report, "escape"),
        ("the program itself", typst("#image(\"/proc/self/exe\")"), Cause::Report, "is neither data.json"),
        ("a package", typst("#import \"@preview/cetz:0.3.0\": *"), Cause::Report, "reports have no access to packages"),
        ("a plugin that is none", typst("#plugin(\"a.bin\")"), Cause::Report, ""),
    ]
}

fn strings() -> Vec<Case> {
    let jinja_range = "{% for i in range(1000000000) %}x{% endfor %}";
    let jinja_loops = "{% for i in range(99999) %}{% for j in range(99999) %}x{% endfor %}{% endfor %}";
    vec![
        ("a giant range in a string", markdown(jinja_range), Cause::Report, "range has too many elements"),
        ("loops in a string", markdown(jinja_loops), Cause::Report, "takes too long"),
        ("a file in a string", markdown("{% include '/etc/passwd' %}"), Cause::Report, "blocks[0].markdown"),
        (
            "a giant string in a string",
            markdown("{{ 'x' * 100000000000 }}"),
            Cause::Report,
            "repeated string is too large",
        ),
        (
            "a long text by a loop",
            markdown("{% set s = 'x' * 9000000 %}{% for i in range(1000) %}{{ s }}{% endfor %}"),
            Cause::Limit,
            "",
        ),
    ]
}

async fn hostile_reports_end_with_a_clear_error() {
    let cases = endless_and_giant().into_iter().chain(fatal()).chain(curious()).chain(strings());
    let mut failures = Vec::new();
    for (what, job, cause, message) in cases {
        let started = Instant::now();
        let error = match render_within(&job, LIMITS).await {
            Ok(rendered) => {
                failures.push(format!("{what} was rendered, {} pages", rendered.pages.len()));
                continue;
            }
            Err(error) => error,
        };
        let in_time = started.elapsed() < Duration::from_secs(LIMITS.seconds + 2);
        println!("{what}: {error} ({:?})", started.elapsed());
        if error.cause != cause || !error.to_string().contains(message) || !in_time {
            failures.push(format!("{what}: {error:?} after {:?}", started.elapsed()));
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
}

async fn a_hostile_report_does_not_harm_the_ones_beside_it() {
    let bomb = typst("#let s = \"xx\"\n#for i in range(60) { s += s }");
    let endless = typst("#for i in range(1000000) { for j in range(1000000) { let x = calc.pow(2, 10) } }");
    let harmless = typst("= Hello");
    let (bomb, endless, harmless) =
        tokio::join!(render_within(&bomb, LIMITS), render_within(&endless, LIMITS), render_within(&harmless, LIMITS));
    assert!(bomb.is_err() && endless.is_err());
    assert_eq!(harmless.unwrap().pages[0].text, "Hello");
}

async fn a_child_that_is_no_longer_wanted_ends() {
    let endless = typst("#for i in range(1000000) { for j in range(1000000) { let x = calc.pow(2, 10) } }");
    let dropped = tokio::time::timeout(Duration::from_millis(300), render_within(&endless, LIMITS)).await;
    assert!(dropped.is_err());
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(living_children(), 0);
}

/// Credentials of a function are in its environment.
async fn a_child_has_no_environment_and_no_way_to_raise_its_limits() {
    let endless = typst("#for i in range(1000000) { for j in range(1000000) { let x = calc.pow(2, 10) } }");
    let look = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let id = children().pop().unwrap();
        let read = |file: &str| std::fs::read_to_string(format!("/proc/{id}/{file}")).unwrap();
        (read("environ"), read("limits"))
    };
    assert!(std::env::vars().count() > 0, "the parent must have something to hide");
    let (_, (environment, limits)) = tokio::join!(render_within(&endless, LIMITS), look);
    // Nothing of the parent, and what the allocator is told.
    assert_eq!(environment, "MIMALLOC_ARENA_EAGER_COMMIT=0\0");
    let hard =
        |name: &str| limits.lines().find(|line| line.starts_with(name)).map(|line| line[47..68].trim().to_owned());
    assert_eq!(hard("Max open files").as_deref(), Some("16"));
    assert_eq!(hard("Max core file size").as_deref(), Some("0"));
    assert_eq!(hard("Max file size").as_deref(), Some("0"));
    assert_eq!(hard("Max cpu time").as_deref(), Some("9"));
}

fn children() -> Vec<String> {
    let own = std::process::id();
    let children = std::fs::read_to_string(format!("/proc/{own}/task/{own}/children")).unwrap_or_default();
    children.split_whitespace().map(str::to_owned).collect()
}

fn living_children() -> usize {
    let alive =
        |id: &String| std::fs::read_to_string(format!("/proc/{id}/stat")).is_ok_and(|stat| !stat.contains(") Z "));
    children().iter().filter(|id| alive(id)).count()
}
