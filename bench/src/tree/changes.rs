//! Changes of the tree, one after the other: in the root and far below it, of an empty folder and of one that holds ten thousand nodes.

use super::{
    listing::fetch,
    seeding::Catalog,
    session::{Change, Session},
};
use crate::{
    Outcome,
    figures::median,
    stack::{Counts, Stack},
    table::{Table, verdict},
};
use std::time::Duration;

/// What the full folder holds.
const DESCENDANTS: usize = 10_000;
/// The levels of a deep path.
const DEPTH: usize = 20;
/// The changes that do not count.
const WARM: usize = 5;
/// The changes that do; of pairs, the pairs.
const COUNTED: usize = 51;
/// What is in a folder is not to matter: the most that a change of the full one may take, as a multiple of one of the empty one.
const GOAL: f64 = 1.25;
/// Before each change, so that none meets what the one before it still holds: see `EMU_TX_MILLIS` in `local/README.md`.
const PAUSE: Duration = Duration::from_millis(25);

/// A change that was made.
#[derive(Debug, Clone, Copy)]
struct Made {
    ms: f64,
    requests: u32,
}

/// Measures and prints.
pub async fn run(stack: &Stack) -> Outcome<()> {
    let session = Session::open(stack, "changes").await?;
    let seeded = Catalog::of_environment().await?.seed_folder(&session.workspace, "full-0", DESCENDANTS).await?;
    let mut table = Table::new(&["change", "p50 ms", "DynamoDB", "full/empty", "goal", ""]);
    single(stack, &session, &mut table).await?;
    pairs(stack, &session, &mut table).await?;
    table.print("Changes of the tree: through the API, of warm functions");
    println!(
        "The full folder holds {DESCENDANTS} folders and reports, which were written in {:.1} s.",
        seeded.ms / 1e3
    );
    Ok(())
}

/// At the top and deep below it.
async fn single(stack: &Stack, session: &Session, table: &mut Table) -> Outcome<()> {
    let levels: Vec<String> = (1..DEPTH).map(|level| format!("level-{level}")).collect();
    session.create((1..DEPTH).map(|depth| levels[..depth].join("/"))).await?;
    for (depth, above) in [(1, String::new()), (DEPTH, levels.join("/") + "/")] {
        let created = series(stack, session, numbered(|n| Change::Create(format!("{above}new-{n}")))).await?;
        add(table, &format!("create, depth {depth}"), &created, None);
        let name = |n: usize| format!("{above}old-{n}");
        session.create([name(0)]).await?;
        let renamed = series(stack, session, numbered(|n| Change::Rename(name(n), name(n + 1)))).await?;
        add(table, &format!("rename, depth {depth}"), &renamed, None);
    }
    Ok(())
}

/// An empty folder and the full one in turns.
async fn pairs(stack: &Stack, session: &Session, table: &mut Table) -> Outcome<()> {
    session.create(["empty-0", "here", "there"].map(str::to_owned)).await?;
    let name = |folder: &str, n: usize| format!("{folder}-{n}");
    both(stack, session, table, "rename", name).await?;
    for folder in ["empty", "full"] {
        session.change(&Change::Rename(name(folder, WARM + COUNTED), format!("here/{folder}"))).await?;
    }
    let place = |folder: &str, n: usize| format!("{}/{folder}", if n.is_multiple_of(2) { "here" } else { "there" });
    both(stack, session, table, "move", place).await?;
    whole(stack, session, &place("full", WARM + COUNTED)).await
}

/// All that was in the full folder came with it, or what was measured is nothing.
async fn whole(stack: &Stack, session: &Session, folder: &str) -> Outcome<()> {
    match fetch(stack, session.list(&format!("&folder={folder}"))?).await?.nodes {
        DESCENDANTS => Ok(()),
        found => Err(format!("{found} nodes are in {folder} instead of {DESCENDANTS}").into()),
    }
}

/// Changes of both folders, from one path to the next.
async fn both(
    stack: &Stack,
    session: &Session,
    table: &mut Table,
    what: &str,
    path: impl Fn(&str, usize) -> String,
) -> Outcome<()> {
    let change = |folder: &str, n: usize| Change::Rename(path(folder, n), path(folder, n + 1));
    // The one that comes first changes each time.
    let order = |n: usize| if n.is_multiple_of(2) { ["empty", "full"] } else { ["full", "empty"] };
    let changes = (0..WARM + COUNTED).flat_map(|n| order(n).map(|folder| change(folder, n))).collect();
    let made = series(stack, session, changes).await?;
    let (empty, full): (Vec<Made>, Vec<Made>) = made
        .chunks_exact(2)
        .enumerate()
        .map(|(n, pair)| if (n + WARM).is_multiple_of(2) { (pair[0], pair[1]) } else { (pair[1], pair[0]) })
        .unzip();
    let ratio = median(full.iter().zip(&empty).map(|(full, empty)| full.ms / empty.ms));
    add(table, &format!("{what}, empty"), &empty, None);
    add(table, &format!("{what}, full"), &full, Some(ratio));
    Ok(())
}

fn numbered(change: impl Fn(usize) -> Change) -> Vec<Change> {
    (0..WARM + COUNTED).map(change).collect()
}

/// Makes changes of one function one after the other. Answers those that count.
async fn series(stack: &Stack, session: &Session, changes: Vec<Change>) -> Outcome<Vec<Made>> {
    let function = changes.first().map(Change::function).ok_or("no changes")?;
    let (before, mut took) = (stack.lines(function)?.len(), Vec::new());
    for change in &changes {
        tokio::time::sleep(PAUSE).await;
        took.push(session.change(change).await?);
    }
    let lines = stack.lines_after(function, before, changes.len()).await?;
    let requests = lines.iter().map(|line| Counts::of_line(line).dynamodb);
    let made = took.into_iter().zip(requests).map(|(ms, requests)| Made { ms, requests });
    // Of pairs the first ones are twice as many changes.
    Ok(made.skip(changes.len() / (WARM + COUNTED) * WARM).collect())
}

fn add(table: &mut Table, what: &str, made: &[Made], ratio: Option<f64>) {
    let ms = median(made.iter().map(|made| made.ms));
    let requests = median(made.iter().map(|made| made.requests.into()));
    let [shown, goal, verdict] = match ratio {
        Some(ratio) => [format!("{ratio:.2}"), format!("{GOAL:.2}"), verdict(ratio, Some(GOAL))],
        None => ["-", "-", "-"].map(str::to_owned),
    };
    table.row([what.to_owned(), format!("{ms:.1}"), format!("{requests:.0}"), shown, goal, verdict]);
}
