//! What publications are compared with: rendering the same report and nothing else, and a plain read of it.

use super::copies::{Demo, sent};
use crate::{Outcome, figures::milliseconds, stack::Stack};
use render::{
    Job, Theme,
    sandbox::{Limits, render_within},
};
use std::{sync::Arc, time::Instant};
use tokio::task::JoinSet;

/// As the worker renders it.
const LIMITS: Limits = Limits { seconds: 60, memory_mb: 1200 };

/// The demo as a job.
pub fn job(demo: &Demo) -> Outcome<Job> {
    let report = &demo.report;
    let definition = domain::definition::Definition::parse(&report["definition"])?;
    let name = report["name"].as_str().unwrap_or_default();
    Ok(Job {
        theme: Theme::named(report["theme"].as_str().unwrap_or_default()).ok_or("the demo has an unknown theme")?,
        assets: render::shared(demo.assets.clone()),
        author: Some("team".into()),
        ..Job::new(name, definition, report["data"].clone(), "2026-04-02T08:30:00Z".parse()?)
    })
}

/// Renders a job so many times at once, each in a child of its own as the worker does it; the milliseconds of each.
pub async fn render_alone(job: &Arc<Job>, at_once: usize) -> Outcome<Vec<f64>> {
    let mut under_way = JoinSet::new();
    for _ in 0..at_once {
        let job = job.clone();
        under_way.spawn(async move {
            let begun = Instant::now();
            render_within(&job, LIMITS).await.map(|_| milliseconds(begun)).map_err(|error| error.to_string())
        });
    }
    all(under_way).await
}

/// Reads each of the reports, all at once; the milliseconds of each.
pub async fn read(stack: &Stack, reports: &[String]) -> Outcome<Vec<f64>> {
    let mut under_way = JoinSet::new();
    for report in reports {
        let request = stack.request("GET", &format!("/api/reports/{report}"))?;
        under_way.spawn(async move {
            let begun = Instant::now();
            sent(request).await.map(|_| milliseconds(begun)).map_err(|error| error.to_string())
        });
    }
    all(under_way).await
}

async fn all(mut under_way: JoinSet<Result<f64, String>>) -> Outcome<Vec<f64>> {
    let mut took = Vec::new();
    while let Some(one) = under_way.join_next().await {
        took.push(one??);
    }
    Ok(took)
}
