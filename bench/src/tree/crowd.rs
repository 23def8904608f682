//! Many who make folders at the same time: in one folder, in folders of their own, and in such folders below a common one.

use super::session::{Change, Ended, Session};
use crate::{
    Outcome,
    figures::{median, percentile},
    stack::{Counts, Stack},
    table::Table,
};
use std::{env, time::Instant};
use tokio::task::JoinSet;

const FUNCTION: &str = "exago-create-folder";
/// Those who make folders, and how many each.
const CREATORS: usize = 32;
const EACH: usize = 10;

/// What became of all creations.
struct Crowd {
    ended: Vec<Ended>,
    seconds: f64,
    requests: Vec<u32>,
}

/// Measures and prints.
pub async fn run(stack: &Stack) -> Outcome<()> {
    let session = Session::open(stack, "crowd").await?;
    // Wakes a process of the function for each of them.
    crowd(stack, &session, |creator| format!("warm-{creator}-")).await?;
    session.create(["one", "common"].map(str::to_owned)).await?;
    session.create((0..CREATORS).map(|creator| format!("own-{creator}"))).await?;
    session.create((0..CREATORS).map(|creator| format!("common/own-{creator}"))).await?;
    let mut table =
        Table::new(&["32 creators", "creations a second", "p50 ms", "p99 ms", "DynamoDB", "retries", "503"]);
    place(stack, &session, &mut table, "in one folder", |_| "one/".into()).await?;
    place(stack, &session, &mut table, "each in an own one", |creator| format!("own-{creator}/")).await?;
    let below = |creator| format!("common/own-{creator}/");
    place(stack, &session, &mut table, "each in an own one below a common one", below).await?;
    table.print("32 creators at once: ten folders each, without a pause");
    println!("{}", held());
    Ok(())
}

async fn place(
    stack: &Stack,
    session: &Session,
    table: &mut Table,
    what: &str,
    folder: impl Fn(usize) -> String,
) -> Outcome<()> {
    let before = stack.lines(FUNCTION)?.len();
    session.create([folder(0) + "alone"]).await?;
    let alone = stack.line(FUNCTION, before).await?.dynamodb;
    let crowd = crowd(stack, session, folder).await?;
    let took = || crowd.ended.iter().map(|ended| ended.ms);
    let made = crowd.ended.iter().filter(|ended| ended.status == 200).count();
    let requests = f64::from(crowd.requests.iter().sum::<u32>()) / crowd.requests.len() as f64;
    table.row([
        what.to_owned(),
        format!("{:.1}", made as f64 / crowd.seconds),
        format!("{:.0}", median(took())),
        format!("{:.0}", percentile(took(), 99)),
        alone.to_string(),
        format!("{:.1}", requests - f64::from(alone)),
        (crowd.ended.len() - made).to_string(),
    ]);
    Ok(())
}

/// All of them at once, each in the place that its number says.
async fn crowd(stack: &Stack, session: &Session, place: impl Fn(usize) -> String) -> Outcome<Crowd> {
    let (before, begun, mut creators) = (stack.lines(FUNCTION)?.len(), Instant::now(), JoinSet::new());
    for creator in 0..CREATORS {
        creators.spawn(creations(session.clone(), format!("{}by-{creator}", place(creator))));
    }
    let mut ended = Vec::new();
    while let Some(made) = creators.join_next().await {
        ended.extend(made??);
    }
    let seconds = begun.elapsed().as_secs_f64();
    let lines = stack.lines_after(FUNCTION, before, ended.len()).await?;
    Ok(Crowd { ended, seconds, requests: lines.iter().map(|line| Counts::of_line(line).dynamodb).collect() })
}

/// One after the other. Who is told to come back does not: it is counted.
async fn creations(session: Session, name: String) -> Result<Vec<Ended>, String> {
    let mut made = Vec::new();
    for n in 0..EACH {
        let change = Change::Create(format!("{name}-{n}"));
        let ended = session.attempt(&change).await.map_err(|error| error.to_string())?;
        if ended.status != 200 && ended.status != 503 {
            return Err(format!("{change:?} is answered {}", ended.status));
        }
        made.push(ended);
    }
    Ok(made)
}

/// Whether transactions could meet.
fn held() -> String {
    match env::var("EMU_TX_MILLIS") {
        Ok(millis) if !millis.is_empty() => format!("EMU_TX_MILLIS={millis}: transactions that overlap are refused."),
        _ => "EMU_TX_MILLIS is not set: no transaction was refused, which is not so on AWS.".into(),
    }
}
