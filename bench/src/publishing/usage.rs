//! What publications use: 50 one at a time, and 500 eight at a time, counted by the meter.

use super::{
    bill,
    copies::Copies,
    functions::Functions,
    meter::{Meter, Tally},
    series::Series,
};
use crate::{
    Outcome,
    figures::{is_short, pair, rounds},
    stack::Stack,
    table::Table,
};
use std::{collections::BTreeSet, sync::Arc};

/// The publications of a series, and how many are made at a time.
const SINGLE: (usize, usize) = (50, 1);
const MANY: (usize, usize) = (500, 8);
/// New processes start and read their token's note before anything counts.
const WARM: (usize, usize) = (48, 8);

/// Measures and prints.
pub async fn run(stack: &Stack, copies: &Copies) -> Outcome<()> {
    let (reports, functions, mut meter) =
        (Arc::new(copies.in_turns()), Functions::of_environment().await?, Meter::new());
    let size = |(count, at_once)| (rounds(count), at_once);
    Series::run(stack, &reports, WARM, (&functions, None)).await?;
    let direct = Series::run(stack, &reports, size(SINGLE), (&functions, None)).await?;
    functions.attach(&mut meter).await?;
    let by_meter = async {
        let metered = (&functions, Some(&meter));
        Series::run(stack, &reports, WARM, metered).await?;
        let single = Series::run(stack, &reports, size(SINGLE), metered).await?;
        Outcome::Ok((single, Series::run(stack, &reports, size(MANY), metered).await?))
    };
    let by_meter = by_meter.await;
    functions.detach().await?;
    let (single, many) = by_meter?;
    print_throughput(&direct, &single, &many);
    print_requests(&single, &many);
    print_functions(&single, &many);
    bill::print(&single, &many)
}

fn print_throughput(direct: &Series, single: &Series, many: &Series) {
    let mut table = Table::new(&["publications", "n", "seconds", "a second", "x direct", "whole p50/p99 ms"]);
    for (name, series) in [
        ("one at a time, direct", direct),
        ("one at a time, by the meter", single),
        ("8 at a time, by the meter", many),
    ] {
        table.row([
            name.to_owned(),
            series.publications.to_string(),
            format!("{:.1}", series.seconds),
            format!("{:.2}", series.a_second()),
            format!("{:.2}", series.a_second() / direct.a_second()),
            pair(&series.whole),
        ]);
    }
    table.print("Publishing: in a row, the three demo reports in turns, each with one view");
    if is_short() {
        println!("IMPRINT_BENCH_SHORT is set: an eighth of what counts.");
    }
}

/// Requests and units by function and operation, and the sums of each function.
fn print_requests(single: &Series, many: &Series) {
    let mut table =
        Table::new(&["function", "operation", "requests", "read units", "write units", "8 at a time", "read", "write"]);
    let kinds: BTreeSet<_> = single.tallies.keys().chain(many.tallies.keys()).collect();
    for did in &single.did {
        for kind in kinds.iter().filter(|(name, ..)| *name == did.name) {
            let of = |series: &Series| series.tallies.get(*kind).copied().unwrap_or_default();
            add(&mut table, did.name, &format!("{} {}", kind.1, kind.2), [(single, of(single)), (many, of(many))]);
        }
        let sum = |series: &Series| sum(series, did.name);
        add(&mut table, did.name, "all", [(single, sum(single)), (many, sum(many))]);
    }
    table.print("Publishing: requests for one publication with one view, one at a time and 8 at a time");
    println!("The functions logged {}.", agreement(&[single, many]));
}

fn add(table: &mut Table, function: &str, operation: &str, [single, many]: [(&Series, Tally); 2]) {
    let figures = |(series, tally): (&Series, Tally)| {
        [tally.requests as f64, tally.units.read, tally.units.write].map(|sum| format!("{:.2}", series.each(sum)))
    };
    let ([a, b, c], [d, e, f]) = (figures(single), figures(many));
    table.row([function.to_owned(), operation.to_owned(), a, b, c, d, e, f]);
}

/// All that a function asked for.
fn sum(series: &Series, function: &str) -> Tally {
    let own = series.tallies.iter().filter(|((name, ..), _)| *name == function);
    own.fold(Tally::default(), |mut sum, (_, tally)| {
        sum.requests += tally.requests;
        sum.units += tally.units;
        sum.stored += tally.stored;
        sum
    })
}

/// Whether the meter saw what the functions say that they sent.
fn agreement(all: &[&Series]) -> String {
    let logged: u64 = all.iter().flat_map(|series| &series.did).map(|did| did.logged).sum();
    let metered: u64 = all.iter().flat_map(|series| series.tallies.values()).map(|tally| tally.requests).sum();
    match logged == metered {
        true => format!("as many requests as the meter counted, {metered}"),
        false => format!("{logged} requests, the meter counted {metered}"),
    }
}

fn print_functions(single: &Series, many: &Series) {
    let mut table = Table::new(&["function", "MB", "at a time", "invocations", "ms", "GB-s", "log bytes"]);
    for (at_once, series) in [(SINGLE.1, single), (MANY.1, many)] {
        for did in &series.did {
            table.row([
                did.name.to_owned(),
                format!("{:.0}", did.memory_mb),
                at_once.to_string(),
                format!("{:.2}", series.each(did.invocations as f64)),
                format!("{:.1}", series.each(did.ms)),
                format!("{:.4}", series.each(did.gb_seconds())),
                format!("{:.0}", series.each(did.written as f64)),
            ]);
        }
    }
    table.print("Publishing: Lambda for one publication with one view");
}
