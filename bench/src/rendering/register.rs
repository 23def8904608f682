//! The register of 2,000 rows, many times in one process: a child of this program, whose memory is nobody else's.

use super::{job, kilobytes, svg};
use crate::{
    Outcome,
    figures::{median, memory, milliseconds},
    table::{Table, verdict},
};
use render::{Rendered, render};
use serde_json::{Value, json};
use std::{env, time::Instant};
use tokio::process::Command;

/// The argument that makes this program the child.
pub const CHILD: &str = "--register-child";

const RENDERS: usize = 50;
const GOAL: f64 = 300.0;

/// Measures and prints.
pub async fn run() -> Outcome<()> {
    let child = Command::new(env::current_exe()?).arg(CHILD).kill_on_drop(true).output().await?;
    let figures: Value = serde_json::from_slice(&child.stdout)
        .map_err(|_| format!("the register failed: {}", String::from_utf8_lossy(&child.stderr)))?;
    let figure = |name: &str| figures[name].as_f64().unwrap_or(f64::INFINITY);
    let mut table = Table::new(&["register, 2,000 rows", "figure", "goal", ""]);
    let mut row = |name: String, figure: f64, unit: &str, goal: Option<f64>| {
        let limit = goal.map_or_else(|| "-".to_owned(), |goal| format!("< {goal:.0} {unit}"));
        table.row([name, format!("{figure:.0} {unit}"), limit, verdict(figure, goal)]);
    };
    row("first render".into(), figure("first"), "ms", None);
    row(format!("median of {RENDERS} renders"), figure("median"), "ms", None);
    row("most memory, after 1 render".into(), figure("peak_of_one"), "MB", Some(GOAL));
    row(format!("most memory, after {RENDERS} renders"), figure("peak_of_all"), "MB", Some(GOAL));
    row(format!("memory kept after {RENDERS} renders"), figure("kept"), "MB", None);
    table.print("Render: the register in one process, new data each time");
    Ok(())
}

/// The child: renders, and prints its figures.
pub fn child() -> Outcome<()> {
    let (mut times, mut peak_of_one) = (Vec::with_capacity(RENDERS), 0.0);
    for n in 0..RENDERS {
        let job = job("transaction-register", n)?;
        let begun = Instant::now();
        render(&job)?;
        times.push(milliseconds(begun));
        if n == 0 {
            peak_of_one = memory("self", "VmHWM")?;
        }
    }
    let figures = json!({
        "first": times.first(), "median": median(times.iter().copied()), "peak_of_one": peak_of_one,
        "peak_of_all": memory("self", "VmHWM")?, "kept": memory("self", "VmRSS")?,
    });
    println!("{figures}");
    Ok(())
}

/// A row about what came out.
pub fn sizes(name: &str, rendered: &Rendered) -> [String; 4] {
    let pages: Vec<String> = rendered.pages.iter().map(|page| page.svg.clone()).collect();
    [name.to_owned(), pages.len().to_string(), kilobytes(rendered.pdf.len()), svg(&pages)]
}
