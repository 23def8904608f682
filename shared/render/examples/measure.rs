//! Renders a request file many times in one process: time of each, and the most memory that was taken.
//!
//! `cargo run --profile local -p render --example measure -- report.json 50`

#![allow(clippy::print_stdout)]

use std::error::Error;
use std::time::Instant;
use std::{env, fs};

use domain::definition::Definition;
use render::{Job, render};
use serde_json::Value;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [file, times] = arguments.as_slice() else {
        return Err("usage: measure REPORT.json TIMES".into());
    };
    let request: Value = serde_json::from_slice(&fs::read(file)?)?;
    let definition = Definition::parse(&request["definition"])?;
    let job = Job::new("Report", definition, request["data"].clone(), "2026-04-02T08:30:00Z".parse()?);
    let mut milliseconds = Vec::new();
    for _ in 0..times.parse::<usize>()? {
        let started = Instant::now();
        render(&job)?;
        milliseconds.push(started.elapsed().as_secs_f64() * 1e3);
    }
    let first = milliseconds.first().copied().unwrap_or_default();
    milliseconds.sort_by(f64::total_cmp);
    let median = milliseconds.get(milliseconds.len() / 2).copied().unwrap_or_default();
    let status = fs::read_to_string("/proc/self/status")?;
    let peak = status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or_default();
    println!("first {first:.1} ms, median {median:.1} ms, {peak}");
    Ok(())
}
