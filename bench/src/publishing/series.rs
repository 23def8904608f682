//! Many publications in a row, each followed by one view, and what they made the functions do.

use super::{
    functions::Functions,
    journey::{Seen, journey},
    meter::{Meter, Tallies},
};
use crate::{
    Outcome,
    stack::{Counts, Stack},
};
use std::{
    fs,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Instant,
};
use tokio::task::JoinSet;

/// What a function did in all of a series.
#[derive(Debug, Clone)]
pub struct Did {
    pub name: &'static str,
    pub memory_mb: f64,
    pub invocations: usize,
    /// As Lambda charges them: each invocation up to the next millisecond.
    pub ms: f64,
    /// The requests that it logged itself.
    pub logged: u64,
    /// The bytes of its log.
    pub written: u64,
}

/// A series of publications.
pub struct Series {
    pub publications: usize,
    pub seconds: f64,
    pub whole: Vec<f64>,
    pub did: Vec<Did>,
    /// Nothing without a meter.
    pub tallies: Tallies,
}

impl Series {
    /// Publishes so many reports, so many at a time.
    pub async fn run(
        stack: &Stack,
        reports: &Arc<Vec<String>>,
        (count, at_once): (usize, usize),
        (functions, meter): (&Functions, Option<&Meter>),
    ) -> Outcome<Self> {
        meter.map(Meter::take);
        let mut before = Vec::new();
        for function in &functions.all {
            before.push((stack.lines(function.name)?.len(), written(stack, &function.full_name)?));
        }
        let begun = Instant::now();
        let seen = publish(stack, reports, count, at_once).await?;
        let seconds = begun.elapsed().as_secs_f64();
        let mut did = Vec::new();
        for (function, (lines, bytes)) in functions.all.iter().zip(before) {
            stack.lines_after(function.name, lines, count).await?;
            let new = stack.lines(function.name)?.split_off(lines);
            did.push(Did {
                name: function.name,
                memory_mb: function.memory_mb,
                invocations: new.len(),
                ms: new.iter().filter_map(|line| line["durationMs"].as_f64()).map(f64::ceil).sum(),
                logged: new.iter().map(|line| u64::from(Counts::of_line(line).sum())).sum(),
                written: written(stack, &function.full_name)? - bytes,
            });
        }
        let whole = seen.iter().map(|seen| seen.whole).collect();
        Ok(Self { publications: count, seconds, whole, did, tallies: meter.map(Meter::take).unwrap_or_default() })
    }

    /// How many publications were made a second.
    pub fn a_second(&self) -> f64 {
        self.publications as f64 / self.seconds
    }

    /// An amount of the whole series for one publication.
    pub fn each(&self, amount: f64) -> f64 {
        // The sum of nothing is -0.
        (amount + 0.0) / self.publications as f64
    }
}

/// Who is done with a publication takes the next report.
async fn publish(stack: &Stack, reports: &Arc<Vec<String>>, count: usize, at_once: usize) -> Outcome<Vec<Seen>> {
    let (next, mut lanes) = (Arc::new(AtomicUsize::new(0)), JoinSet::new());
    for _ in 0..at_once {
        let (stack, reports, next) = (stack.clone(), reports.clone(), next.clone());
        lanes.spawn(async move {
            let mut seen = Vec::new();
            loop {
                let n = next.fetch_add(1, Ordering::Relaxed);
                if n >= count {
                    return Ok(seen);
                }
                let one = journey(&stack, &reports[n % reports.len()]).await;
                seen.push(one.map_err(|error| error.to_string())?);
            }
        });
    }
    let mut seen = Vec::new();
    while let Some(lane) = lanes.join_next().await {
        seen.extend(lane?.map_err(|error: String| error)?);
    }
    Ok(seen)
}

/// The bytes of a function's log.
fn written(stack: &Stack, full_name: &str) -> Outcome<u64> {
    Ok(fs::metadata(stack.log(full_name))?.len())
}
