//! The same in a browser: `bench/preview.mjs` opens the pages in Chromium, and this prints what it saw.

use super::place::Place;
use crate::{
    Outcome,
    figures::{median, percentile},
    project,
    table::Table,
};
use serde::Deserialize;
use std::{collections::BTreeMap, process::Stdio};
use tokio::process::Command;

/// What was opened, as the script names it.
const OPENED: [(&str, &str); 3] =
    [("preview, rendered for it", "rendered"), ("preview, kept", "kept"), ("published page", PUBLISHED)];
const PUBLISHED: &str = "published";

/// What the script prints.
#[derive(Deserialize)]
struct Seen {
    /// Which browser it was, or why there was none.
    browser: String,
    /// The milliseconds of each round by what was opened.
    rounds: Vec<BTreeMap<String, f64>>,
}

/// Measures and prints.
pub async fn run(place: &Place, rounds: usize) -> Outcome<()> {
    let seen = seen(place, rounds).await?;
    let mut table = Table::new(&["in a browser", "n", "p50", "slowest", "x published"]);
    for (name, opened) in OPENED {
        table.row(seen.row(name, opened));
    }
    table.print(
        "Renditions: from asking for a nonce, or opening the page, until its first picture is on the screen, ms",
    );
    println!("{}", seen.browser);
    Ok(())
}

async fn seen(place: &Place, rounds: usize) -> Outcome<Seen> {
    let installed = project::root().join("tests/browser/node_modules/playwright-core");
    if !installed.is_dir() {
        return Ok(Seen {
            browser: "There is nothing to drive a browser with: make bench installs it where npm is.".into(),
            rounds: vec![],
        });
    }
    let mut command = Command::new("node");
    command
        .arg(project::root().join("bench/preview.mjs"))
        .arg(&place.link)
        .arg(rounds.to_string())
        .stdin(Stdio::null())
        .stderr(Stdio::inherit());
    let output = command.output().await?;
    match output.status.success() {
        true => Ok(serde_json::from_slice(&output.stdout)?),
        false => Err(format!("bench/preview.mjs ended with {}", output.status).into()),
    }
}

impl Seen {
    fn row(&self, name: &str, opened: &str) -> [String; 5] {
        let of = |round: &BTreeMap<String, f64>, opened: &str| round.get(opened).copied().unwrap_or(f64::NAN);
        let times: Vec<f64> = self.rounds.iter().map(|round| of(round, opened)).collect();
        if times.is_empty() {
            return [name, "0", "no browser", "-", "-"].map(str::to_owned);
        }
        let ratio = median(self.rounds.iter().map(|round| of(round, opened) / of(round, PUBLISHED)));
        let at = |percent| format!("{:.0}", percentile(times.iter().copied(), percent));
        [name.to_owned(), times.len().to_string(), at(50), at(100), format!("{ratio:.2}")]
    }
}
