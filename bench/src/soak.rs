//! An even load for a long time: errors, latency, and the resident memory of every process once all are warm and at the end. Needs a
//! stack with the demo reports: the variables of its `stack.env`.

use crate::{
    Outcome,
    figures::{milliseconds, percentile},
    requests::{
        calls::Call,
        sending::{Names, send},
    },
    stack::Stack,
    table::{Table, verdict},
};
use memory::{EMULATOR, Process};
use mixture::MIXTURE;
use serde_json::json;
use std::{
    collections::BTreeMap,
    env,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};
use tokio::{
    task::JoinSet,
    time::{MissedTickBehavior, interval},
};

mod memory;
mod mixture;

const A_SECOND: usize = 40;
/// So many may be under way. A machine that falls behind is asked for less, and the table says so: more would only start more processes.
const MOST_AT_ONCE: usize = 64;
/// The part of the time after which all processes are warm.
const WARM: usize = 6;
/// The MB by which a process may grow.
const GOAL: f64 = 3.0;
/// The first errors are printed.
const SHOWN: usize = 20;

/// A call that was answered: its function, the milliseconds it took, and what went wrong.
type Answered = (&'static str, f64, Option<String>);

/// What was answered so far.
#[derive(Default)]
struct Record {
    milliseconds: BTreeMap<&'static str, Vec<f64>>,
    errors: BTreeMap<&'static str, usize>,
}

/// Loads the stack, and prints; `IMPRINT_SOAK_MINUTES` says for how long, 10 minutes otherwise.
pub async fn run() -> Outcome<()> {
    let minutes: usize = env::var("IMPRINT_SOAK_MINUTES").map_or(Ok(10), |text| text.parse())?;
    let stack = Stack::of_environment()?;
    let names = names(&stack).await?;
    let (order, mut running, mut record) = (order(), JoinSet::new(), Record::default());
    let mut pace = interval(Duration::from_secs(1) / A_SECOND as u32);
    // A moment in which this program has to wait is made up for.
    pace.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let count = minutes * 60 * A_SECOND;
    let (mut warm, begun) = (BTreeMap::new(), Instant::now());
    for n in 0..count {
        pace.tick().await;
        if n == count / WARM {
            warm = memory::processes()?;
        }
        let (stack, mut names) = (stack.clone(), names.clone());
        names.insert("slug", format!("soak-{}-{n}", names["run"]));
        running.spawn(journey(stack, order[n % order.len()], names));
        while let Some(answered) = running.try_join_next() {
            record.add(answered?);
        }
        while running.len() >= MOST_AT_ONCE
            && let Some(answered) = running.join_next().await
        {
            record.add(answered?);
        }
    }
    while let Some(answered) = running.join_next().await {
        record.add(answered?);
    }
    record.print(count as f64 / begun.elapsed().as_secs_f64(), minutes);
    print_memory(&warm, &memory::processes()?, minutes);
    Ok(())
}

/// The report that is read, published.
async fn names(stack: &Stack) -> Outcome<Names> {
    let run = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs().to_string();
    let slug = format!("soak-{run}");
    let mut report = crate::project::json("local/demo/sales-dashboard.json")?;
    (report["slug"], report["name"]) = (slug.as_str().into(), slug.as_str().into());
    stack.request("POST", "/api/reports")?.json(&report).send().await?.error_for_status()?;
    let natural = format!("team:{slug}");
    let publish = stack.request("POST", &format!("/api/reports/{natural}/_cloud-publish"))?.json(&json!({}));
    let published: serde_json::Value = publish.send().await?.error_for_status()?.json().await?;
    let link = published["url"].as_str().ok_or("the report was not published in time")?;
    let page = stack.anonymous("GET", link)?.send().await?.error_for_status()?;
    let etag = page.headers().get("etag").ok_or("a page has no ETag")?.to_str()?.to_owned();
    Ok(Names::from([("run", run), ("natural", natural), ("link", link.to_owned()), ("etag", etag)]))
}

/// A hundred parts, each as far from its like as its share allows.
fn order() -> Vec<&'static [Call]> {
    let mut places: Vec<_> = MIXTURE
        .iter()
        .flat_map(|(share, calls)| (0..*share).map(move |n| ((n as f64 + 0.5) / *share as f64, *calls)))
        .collect();
    places.sort_by(|one, other| one.0.total_cmp(&other.0));
    places.into_iter().map(|(_, calls)| calls).collect()
}

/// The calls one after another, up to the first that fails.
async fn journey(stack: Stack, calls: &'static [Call], names: Names) -> Vec<Answered> {
    let mut answered = Vec::with_capacity(calls.len());
    for call in calls {
        let begun = Instant::now();
        let error = send(&stack, call, &names).await.err().map(|error| error.to_string());
        let failed = error.is_some();
        answered.push((call.function, milliseconds(begun), error));
        if failed {
            break;
        }
    }
    answered
}

impl Record {
    fn add(&mut self, answered: Vec<Answered>) {
        for (function, milliseconds, error) in answered {
            self.milliseconds.entry(function).or_default().push(milliseconds);
            if let Some(error) = error {
                *self.errors.entry(function).or_default() += 1;
                if self.errors.values().sum::<usize>() <= SHOWN {
                    println!("{function}: {error}");
                }
            }
        }
    }

    fn print(&self, rate: f64, minutes: usize) {
        let mut table = Table::new(&["function", "calls", "errors", "ms p50", "p99", "most"]);
        for (function, milliseconds) in &self.milliseconds {
            let at = |percent| format!("{:.0}", percentile(milliseconds.iter().copied(), percent));
            let errors = self.errors.get(function).copied().unwrap_or_default();
            let counts = [milliseconds.len(), errors].map(|count| count.to_string());
            let [calls, errors] = counts;
            table.row([(*function).to_owned(), calls, errors, at(50), at(99), at(100)]);
        }
        table.print(&format!("Soak: {rate:.1} of {A_SECOND} requests a second for {minutes} minutes"));
    }
}

/// The processes that were there all the time, the one of each function that grew most.
fn print_memory(warm: &BTreeMap<u32, Process>, end: &BTreeMap<u32, Process>, minutes: usize) {
    let mut grown = BTreeMap::<&str, (f64, f64, usize)>::new();
    for (id, before) in warm {
        let Some(after) = end.get(id).filter(|after| after.name == before.name) else { continue };
        let (was, is, count) = grown.entry(&before.name).or_insert((before.resident, before.resident, 0));
        *count += 1;
        if after.resident - before.resident >= *is - *was {
            (*was, *is) = (before.resident, after.resident);
        }
    }
    let title = format!("Soak: MB resident after {:.1} and {minutes} minutes", minutes as f64 / WARM as f64);
    let mut table = Table::new(&["process", "processes", "warm", "end", "growth", "goal 3.0"]);
    for (name, (was, is, count)) in &grown {
        let goal = (*name != EMULATOR).then_some(GOAL);
        let figures = [*was, *is, is - was].map(|megabytes| format!("{megabytes:.1}"));
        let [was_text, is_text, growth] = figures;
        table.row([(*name).to_owned(), count.to_string(), was_text, is_text, growth, verdict(is - was, goal)]);
    }
    table.print(&title);
}
