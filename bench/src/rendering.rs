//! The dashboard beside Typst alone, and the register of 2,000 rows.

use crate::{
    Outcome,
    figures::{median, milliseconds},
    project,
    table::{Table, verdict},
};
use peer::Peer;
use render::sandbox::{Limits, render_within};
use render::{Job, Rendered, Theme, render};
use serde_json::Value;
use std::time::Instant;

mod peer;
pub mod register;
mod shapes;

pub use register::CHILD as REGISTER_CHILD;

const ROUNDS: usize = 31;
const GOAL: f64 = 1.5;

/// The dashboard's renderings of a round, in milliseconds.
#[derive(Default)]
struct Round {
    here: f64,
    in_child: f64,
    typst: f64,
    typst_pdf: f64,
}

/// Measures and prints.
pub async fn run() -> Outcome<()> {
    let demo = project::json("local/demo/sales-dashboard.json")?;
    let (mut rounds, mut sizes) = (Vec::with_capacity(ROUNDS), None);
    for n in 0..=ROUNDS {
        let (round, pdfs) = round(&demo, n).await?;
        // The first reads the fonts.
        if n > 0 {
            rounds.push(round);
        }
        sizes = Some(pdfs);
    }
    print_dashboard(&rounds);
    if let Some((ours, peer)) = sizes {
        let mut table = Table::new(&["document", "pages", "PDF KB", "SVG KB"]);
        table.row(register::sizes("dashboard", &ours));
        table.row([
            "dashboard, Typst alone".into(),
            peer.pages.len().to_string(),
            kilobytes(peer.pdf.len()),
            svg(&peer.pages),
        ]);
        table.row(register::sizes("register", &render(&job("transaction-register", 0)?)?));
        table.print("Render: what comes out");
    }
    register::run().await
}

/// One dashboard with new data, by each; who comes first changes.
async fn round(demo: &Value, n: usize) -> Outcome<(Round, (Rendered, peer::Exported))> {
    let (job, mut round) = (job_of(demo, n)?, Round::default());
    let (mut ours, mut theirs) = (None, None);
    for turn in 0..2 {
        if (turn + n).is_multiple_of(2) {
            let begun = Instant::now();
            ours = Some(render(&job)?);
            round.here = milliseconds(begun);
        } else {
            let data = job.data.parse()?;
            let files = shapes::files(&data);
            let begun = Instant::now();
            let (exported, pdf) = Peer::new(files, &data)?.export()?;
            (round.typst, round.typst_pdf) = (milliseconds(begun), pdf);
            theirs = Some(exported);
        }
    }
    let begun = Instant::now();
    render_within(&job, Limits { seconds: 60, memory_mb: 1200 }).await?;
    round.in_child = milliseconds(begun);
    Ok((round, ours.zip(theirs).ok_or("nothing was rendered")?))
}

fn print_dashboard(rounds: &[Round]) {
    let of = |figure: fn(&Round) -> f64| median(rounds.iter().map(figure));
    let mut table = Table::new(&["dashboard, one page", "ms", "beside Typst", "goal 1.5"]);
    let mut row = |name: &str, ms: f64, ratio: f64, goal| {
        table.row([name.into(), format!("{ms:.1}"), format!("{ratio:.2}"), verdict(ratio, goal)]);
    };
    row("Typst alone: PDF and SVG", of(|round| round.typst), 1.0, None);
    row("Typst alone: PDF", of(|round| round.typst_pdf), of(|round| round.typst_pdf / round.typst), None);
    row("render, in this process", of(|round| round.here), of(|round| round.here / round.typst), Some(GOAL));
    row("render, in a child of its own", of(|round| round.in_child), of(|round| round.in_child / round.typst), None);
    table.print(&format!("Render: new data each time, medians of {ROUNDS} pairs"));
}

/// A demo report as a job; its figures are others each round.
fn job(demo: &str, round: usize) -> Outcome<Job> {
    job_of(&project::json(&format!("local/demo/{demo}.json"))?, round)
}

fn job_of(demo: &Value, round: usize) -> Outcome<Job> {
    let mut data = demo["data"].clone();
    vary(&mut data, 1.0 + round as f64 / 1000.0);
    let definition = domain::definition::Definition::parse(&demo["definition"])?;
    let name = demo["name"].as_str().unwrap_or_default();
    Ok(Job {
        theme: Theme::named(demo["theme"].as_str().unwrap_or_default()).ok_or("the demo has an unknown theme")?,
        author: Some("team".into()),
        ..Job::new(name, definition, data, "2026-04-02T08:30:00Z".parse()?)
    })
}

fn vary(value: &mut Value, factor: f64) {
    match value {
        Value::Number(number) => match number.as_i64() {
            Some(whole) => *value = ((whole as f64 * factor).round() as i64).into(),
            None => *value = ((number.as_f64().unwrap_or_default() * factor * 1e4).round() / 1e4).into(),
        },
        Value::Array(values) => values.iter_mut().for_each(|value| vary(value, factor)),
        Value::Object(values) => values.values_mut().for_each(|value| vary(value, factor)),
        _ => {}
    }
}

fn kilobytes(bytes: usize) -> String {
    format!("{:.0}", bytes as f64 / 1e3)
}

fn svg(pages: &[String]) -> String {
    kilobytes(pages.iter().map(String::len).sum())
}
