//! Requests through the gateway of the local stack, 1, 16 and 64 at a time: from the request until the last byte of the answer is there,
//! beside a function that asks no service for anything. Needs a stack with the demo reports: the variables of its `stack.env`.

use crate::{
    Outcome,
    figures::{median, milliseconds, pair, rounds},
    stack::Stack,
    table::Table,
};
use std::time::Instant;
use tokio::task::JoinSet;

/// At a time.
const TOGETHER: [usize; 3] = [1, 16, 64];
/// How often a kind of request and the bare one take turns.
const ROUNDS: usize = 24;
/// One that no route takes: the gateway, a function, an answer of a few bytes, and nothing else.
const BARE: &str = "/nothing/here";

/// A kind of request.
struct Kind {
    name: &'static str,
    path: String,
    status: u16,
}

/// What a round of requests took, each, in milliseconds.
type Round = Vec<f64>;

/// Measures and prints.
pub async fn run() -> Outcome<()> {
    let stack = Stack::of_environment()?;
    let mut table = Table::new(&["request", "at a time", "ms p50/p99", "bare p50/p99", "x bare", "a second"]);
    for kind in kinds(&stack).await? {
        for together in TOGETHER {
            table.row(measured(&stack, &kind, together).await?);
        }
    }
    table.print(&format!("Gateway: {} rounds of requests, in turns with as many bare ones", rounds(ROUNDS)));
    println!(
        "Bare: {BARE}, which a function refuses that asks no service. All processes share the processors of this machine."
    );
    Ok(())
}

async fn kinds(stack: &Stack) -> Outcome<Vec<Kind>> {
    let published = stack.request("POST", "/api/reports/team:sales-dashboard/_cloud-publish")?.send().await?;
    let token: serde_json::Value = published.error_for_status()?.json().await?;
    let view = token["url"].as_str().ok_or("the dashboard was not published")?.to_owned();
    let kind = |name, path: &str, status| Kind { name, path: path.to_owned(), status };
    Ok(vec![
        kind("a public page", &view, 200),
        kind("a report's record", "/api/reports/team:sales-dashboard", 200),
        kind("the list of reports", "/api/v1/ws/default/reports?limit=10", 200),
        kind("a kept PDF", "/api/v1/ws/default/reports/team:sales-dashboard/pdf", 200),
    ])
}

async fn measured(stack: &Stack, kind: &Kind, together: usize) -> Outcome<[String; 6]> {
    let bare = Kind { name: "bare", path: BARE.to_owned(), status: 404 };
    let (mut ours, mut beside, mut ratios, mut seconds) = (Vec::new(), Vec::new(), Vec::new(), 0.0);
    // The first ones start processes.
    for _ in 0..2 {
        round(stack, kind, together).await?;
        round(stack, &bare, together).await?;
    }
    for _ in 0..rounds(ROUNDS) {
        let begun = Instant::now();
        let one = round(stack, kind, together).await?;
        seconds += begun.elapsed().as_secs_f64();
        let other = round(stack, &bare, together).await?;
        ratios.push(median(one.iter().copied()) / median(other.iter().copied()));
        ours.extend(one);
        beside.extend(other);
    }
    Ok([
        kind.name.to_owned(),
        together.to_string(),
        pair(&ours),
        pair(&beside),
        format!("{:.2}", median(ratios)),
        format!("{:.0}", ours.len() as f64 / seconds),
    ])
}

async fn round(stack: &Stack, kind: &Kind, together: usize) -> Outcome<Round> {
    let mut requests = JoinSet::new();
    for _ in 0..together {
        let (request, name, status) = (stack.request("GET", &kind.path)?, kind.name, kind.status);
        requests.spawn(async move {
            let begun = Instant::now();
            let answer = request.send().await.map_err(|error| error.to_string())?;
            if answer.status() != status {
                return Err(format!("{name} was answered {}", answer.status()));
            }
            answer.bytes().await.map_err(|error| error.to_string())?;
            Ok(milliseconds(begun))
        });
    }
    let mut took = Vec::with_capacity(together);
    while let Some(one) = requests.join_next().await {
        took.push(one??);
    }
    Ok(took)
}
