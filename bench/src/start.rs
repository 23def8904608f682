//! Process start to the first poll of the Runtime API: every function, beside a bare one that is started between.

use crate::{
    Outcome,
    figures::{MB, median, memory, milliseconds},
    function_process::FunctionProcess,
    project,
    table::{Table, verdict},
};
use std::{fs, path::Path, process::Stdio, time::Instant};

const ROUNDS: usize = 15;
/// The program of the functions that render, which have no goals.
const RENDERING: &str = "rendering";
const GOAL_RATIO: f64 = 1.1;
const GOAL_MEMORY: f64 = 20.0;
const GOAL_SIZE: f64 = 17.0;

/// One start.
struct Start {
    milliseconds: f64,
    memory: f64,
}

/// The starts of a function, each with the start of the bare function after it.
struct Starts {
    pairs: Vec<(Start, Start)>,
}

/// Measures and prints.
pub async fn run() -> Outcome<()> {
    let bare = project::bare_function()?;
    let mut table =
        Table::new(&["function", "ms", "bare ms", "ratio", "goal 1.1", "MB", "goal 20", "binary MB", "goal 17"]);
    let mut beside = Vec::new();
    for function in project::functions()? {
        let variables: Vec<_> = function.variables.iter().map(|name| (name.clone(), dummy(name))).collect();
        let binary = project::program(&function.program)?;
        let starts = Starts::measure(&function.name, &binary, &variables, &bare).await?;
        beside.extend(starts.pairs.iter().map(|(_, bare)| (bare.milliseconds, bare.memory)));
        table.row(starts.row(&function, size(&binary)?));
    }
    let (time, memory) = (median(beside.iter().map(|(ms, _)| *ms)), median(beside.iter().map(|(_, memory)| *memory)));
    let dash = || "-".to_owned();
    let (time, memory, size) = (format!("{time:.1}"), format!("{memory:.1}"), format!("{:.1}", size(&bare)?));
    table.row([
        "bare-function".to_owned(),
        time.clone(),
        time,
        "1.00".to_owned(),
        dash(),
        memory,
        dash(),
        size,
        dash(),
    ]);
    table.print(&format!(
        "Start: process to first poll of the Runtime API, medians of {ROUNDS} pairs; resident memory then"
    ));
    println!("{}", note(&bare));
    Ok(())
}

impl Starts {
    async fn measure(name: &str, binary: &Path, variables: &[(String, String)], bare: &Path) -> Outcome<Self> {
        // The first start of each reads the binary from the disk.
        start(binary, name, variables).await?;
        start(bare, "bare-function", &[]).await?;
        let mut pairs = Vec::with_capacity(ROUNDS);
        for _ in 0..ROUNDS {
            pairs.push((start(binary, name, variables).await?, start(bare, "bare-function", &[]).await?));
        }
        Ok(Self { pairs })
    }

    fn row(&self, function: &project::Function, size: f64) -> [String; 9] {
        let goal = |goal| (function.program != RENDERING).then_some(goal);
        let of = |figure: fn(&(Start, Start)) -> f64| median(self.pairs.iter().map(figure));
        let ratio = of(|(function, bare)| function.milliseconds / bare.milliseconds);
        let memory = of(|(function, _)| function.memory);
        [
            function.name.clone(),
            format!("{:.1}", of(|(function, _)| function.milliseconds)),
            format!("{:.1}", of(|(_, bare)| bare.milliseconds)),
            format!("{ratio:.2}"),
            verdict(ratio, goal(GOAL_RATIO)),
            format!("{memory:.1}"),
            verdict(memory, goal(GOAL_MEMORY)),
            format!("{size:.1}"),
            verdict(size, goal(GOAL_SIZE).filter(|_| project::packaged())),
        ]
    }
}

async fn start(binary: &Path, name: &str, variables: &[(String, String)]) -> Outcome<Start> {
    let begun = Instant::now();
    let mut function = FunctionProcess::start(binary, name, variables, Stdio::null()).await?;
    // Held until the end: a poll that is answered, or lost, would make the function go on.
    let poll = function.first_poll().await.map_err(|error| format!("{name}: {error}"))?;
    let milliseconds = milliseconds(begun);
    let memory = memory(&function.id(), "VmRSS")?;
    function.end().await?;
    drop(poll);
    Ok(Start { milliseconds, memory })
}

/// A value that a function takes at its start, where nothing is done with it yet.
fn dummy(variable: &str) -> String {
    match variable {
        name if name.ends_with("_SECONDS") || name.ends_with("_MB") => "25".to_owned(),
        name if name.ends_with("_URL") => "http://127.0.0.1:1/bench".to_owned(),
        "KEEP_BUNDLES" => "2".to_owned(),
        "LOG_LEVEL" => "info".to_owned(),
        "MAIL_SENDER" => "bench@example.com".to_owned(),
        _ => "0123456789abcdef0123456789abcdef".to_owned(),
    }
}

fn size(binary: &Path) -> Outcome<f64> {
    Ok(fs::metadata(binary)?.len() as f64 / MB)
}

fn note(bare: &Path) -> String {
    match project::packaged() {
        true => format!("The bare function is {}.", bare.display()),
        false => "The goal of the size is one of the deploy profile: make package, then IMPRINT_BENCH_BINARIES=target/lambda.".into(),
    }
}
