//! How much is measured, medians, and what the system knows about a process.

use crate::Outcome;
use std::{env, fs, time::Instant};

/// A megabyte of the goals.
pub const MB: f64 = 1e6;

/// The median; 0 of nothing.
pub fn median(figures: impl IntoIterator<Item = f64>) -> f64 {
    percentile(figures, 50)
}

/// The figure below which so many percent are, with 100 the largest; 0 of nothing.
pub fn percentile(figures: impl IntoIterator<Item = f64>, percent: usize) -> f64 {
    let mut figures: Vec<f64> = figures.into_iter().collect();
    figures.sort_by(f64::total_cmp);
    let position = (figures.len() * percent / 100).min(figures.len().saturating_sub(1));
    figures.get(position).copied().unwrap_or_default()
}

/// p50 and p99.
pub fn pair(figures: &[f64]) -> String {
    let at = |percent| percentile(figures.iter().copied(), percent);
    format!("{:.0}/{:.0}", at(50), at(99))
}

/// So many, or an eighth of it for a quick look.
pub fn rounds(full: usize) -> usize {
    if is_short() { full.div_ceil(8) } else { full }
}

/// Whether only a quick look is wanted.
pub fn is_short() -> bool {
    env::var_os("IMPRINT_BENCH_SHORT").is_some()
}

/// The milliseconds since then.
pub fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1e3
}

/// A line of `/proc/<pid>/status` in MB: `VmRSS` is the memory that is resident now, `VmHWM` the most that ever was.
pub fn memory(pid: &str, line: &str) -> Outcome<f64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let value = status.lines().find_map(|text| text.strip_prefix(line)?.strip_prefix(':')?.trim().strip_suffix(" kB"));
    let value = value.ok_or_else(|| format!("/proc/{pid}/status has no {line}"))?;
    Ok(value.trim().parse::<f64>()? * 1024.0 / MB)
}
