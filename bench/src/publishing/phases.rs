//! From the call to the first good view, one report at a time and sixteen at once, in turns with what it is compared with.

use super::{
    COPIES,
    copies::{Copied, Copies},
    journey::{Phases, Seen, journeys},
    peers,
};
use crate::{
    Outcome,
    figures::{median, pair, percentile, rounds},
    stack::Stack,
    table::Table,
};
use std::sync::Arc;

/// The rounds that do not count.
const WARM: usize = 3;
/// The rounds that do: 100 publications of each report alone, 128 of its copies.
const ALONE: usize = 100;
const TOGETHER: usize = 8;

/// All that was measured of a report.
#[derive(Default)]
struct Measured {
    seen: Vec<Seen>,
    phases: Vec<Phases>,
    renders: Vec<f64>,
    /// Of each round, publications beside renderings, and beside reads.
    beside_render: Vec<f64>,
    beside_read: Vec<f64>,
}

/// Measures and prints.
pub async fn run(stack: &Stack, copies: &Copies) -> Outcome<()> {
    let mut table = Table::new(&[
        "report",
        "at once",
        "n",
        "request",
        "Done",
        "view",
        "whole",
        "slowest",
        "GET alone",
        "render alone",
        "x render",
        "x read",
    ]);
    for copied in &copies.0 {
        for (at_once, full) in [(1, ALONE), (COPIES, TOGETHER)] {
            let measured = measure(stack, copied, at_once, rounds(full)).await?;
            add(&mut table, copied.demo.name, at_once, &measured);
        }
    }
    table.print("Publishing: from the call to the first good view, p50/p99 in ms");
    let (alone, together) = (rounds(ALONE), rounds(TOGETHER) * COPIES);
    println!(
        "request: until recorded; Done: queue and worker; view: the caller learns of it and reads the page. x: medians of the rounds' ratios, until all\n\
         were through, beside rendering alone and beside a plain informer-get-report, as many at once. Of n figures n/100 are above their p99.\n\
         That the true p99 is not above the slowest is certain to {:.0} % with {alone} figures, to {:.0} % with {together}.",
        certainty(alone),
        certainty(together)
    );
    Ok(())
}

async fn measure(stack: &Stack, copied: &Copied, at_once: usize, rounds: usize) -> Outcome<Measured> {
    let (job, reports) = (Arc::new(peers::job(&copied.demo)?), &copied.ids[..at_once]);
    let mut measured = Measured::default();
    for n in 0..WARM + rounds {
        let seen = journeys(stack, reports).await?;
        let mut phases = Vec::new();
        for one in &seen {
            phases.push(one.phases(stack).await?);
        }
        let renders = peers::render_alone(&job, at_once).await?;
        let reads = peers::read(stack, reports).await?;
        if n < WARM {
            continue;
        }
        // Until all were through: how those of a round share the processors is not to matter.
        let slowest = percentile(seen.iter().map(|seen| seen.whole), 100);
        measured.beside_render.push(slowest / percentile(renders.iter().copied(), 100));
        measured.beside_read.push(slowest / percentile(reads, 100));
        measured.seen.extend(seen);
        measured.phases.extend(phases);
        measured.renders.extend(renders);
    }
    Ok(measured)
}

fn add(table: &mut Table, name: &str, at_once: usize, measured: &Measured) {
    let Measured { seen, phases, renders, beside_render, beside_read } = measured;
    let phase = |of: fn(&Phases) -> f64| pair(&phases.iter().map(of).collect::<Vec<_>>());
    let whole: Vec<f64> = seen.iter().map(|seen| seen.whole).collect();
    let get: Vec<f64> = seen.iter().map(|seen| seen.get).collect();
    table.row([
        name.to_owned(),
        at_once.to_string(),
        seen.len().to_string(),
        phase(|phases| phases.request),
        phase(|phases| phases.done),
        phase(|phases| phases.view),
        pair(&whole),
        format!("{:.0}", percentile(whole, 100)),
        pair(&get),
        pair(renders),
        format!("{:.2}", median(beside_render.iter().copied())),
        format!("{:.2}", median(beside_read.iter().copied())),
    ]);
}

/// The percentage of all cases in which the slowest of so many is not below the true p99.
fn certainty(count: usize) -> f64 {
    100.0 * (1.0 - 0.99_f64.powf(count as f64))
}
