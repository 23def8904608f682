//! Writes a large tree straight into the table, in the layout of `docs/data-model.md`: by the API it would take an hour.

use super::{
    forest::{Forest, folder, id, taken},
    item::{Item, read_units, size},
};
use crate::{Outcome, figures::milliseconds, stack::variable};
use aws_config::BehaviorVersion;
use aws_sdk_dynamodb::{
    Client,
    error::DisplayErrorContext,
    types::{PutRequest, WriteRequest},
};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// The requests under way at a time.
const AT_ONCE: usize = 8;
/// The items that a request takes.
const BATCH: usize = 25;

/// What was written.
pub struct Seeded {
    pub nodes: usize,
    /// The nodes at the top.
    pub top: usize,
    pub items: usize,
    pub ms: f64,
    /// The read units of all nodes in one query, and of the top: its names in one query, and each of its nodes.
    pub units: usize,
    pub top_units: usize,
}

/// The table of trees.
#[derive(Clone)]
pub struct Catalog {
    client: Client,
    table: String,
}

impl Catalog {
    /// The stack's.
    pub async fn of_environment() -> Outcome<Self> {
        let config = aws_config::load_defaults(BehaviorVersion::latest()).await;
        Ok(Self { client: Client::new(&config), table: variable("CATALOG_TABLE")? })
    }

    /// Writes a tree below the root of a workspace.
    pub async fn seed(&self, workspace: &str, nodes: usize) -> Outcome<Seeded> {
        let forest = Forest { workspace: workspace.to_owned(), root: workspace.to_owned(), nodes };
        let begun = Instant::now();
        let items = self.write(items(&forest)).await?;
        Ok(seeded(&forest, items, milliseconds(begun)))
    }

    /// Writes a folder at the top, and a tree below it.
    pub async fn seed_folder(&self, workspace: &str, name: &str, nodes: usize) -> Outcome<Seeded> {
        let forest = Forest { workspace: workspace.to_owned(), root: id(workspace, 0), nodes };
        let own = [
            folder(workspace, &forest.root, workspace, name, forest.at_top()),
            taken(workspace, workspace, name, &forest.root, "folder"),
        ];
        let begun = Instant::now();
        let items = self.write(own.into_iter().chain(items(&forest))).await?;
        Ok(seeded(&forest, items, milliseconds(begun)))
    }

    /// Writes what lists read of a workspace: the rows of its reports, and the entries of all of them as published. Of the newest 25 also the
    /// nodes, and what a list shows of their publications.
    pub async fn seed_lists(&self, forest: &Forest) -> Outcome<usize> {
        let reports = || (0..forest.nodes).filter(|n| forest.is_report(*n));
        let rows = reports().flat_map(|n| forest.rows(n)).chain(reports().flat_map(|n| forest.entries(n)));
        let newest = || reports().rev().take(25);
        let shown = newest().flat_map(|n| forest.publication(n)).chain(newest().map(|n| forest.node(n)));
        let count = reports().count();
        let counts = [forest.count("COUNT#", "reports", count), forest.count("PUBLISHEDCOUNT#", "entries", count)];
        self.write(rows.chain(shown).chain(counts)).await
    }

    /// Writes items; answers how many.
    async fn write(&self, items: impl Iterator<Item = Item>) -> Outcome<usize> {
        let (mut items, mut written, mut running) = (items.peekable(), 0, JoinSet::new());
        loop {
            while running.len() < AT_ONCE && items.peek().is_some() {
                running.spawn(self.clone().put(items.by_ref().take(BATCH).collect()));
            }
            match running.join_next().await {
                Some(count) => written += count??,
                None => return Ok(written),
            }
        }
    }

    async fn put(self, items: Vec<Item>) -> Result<usize, String> {
        let count = items.len();
        let put = |item| PutRequest::builder().set_item(Some(item)).build();
        let puts = items.into_iter().map(put).collect::<Result<Vec<_>, _>>().map_err(|error| error.to_string())?;
        let mut left: Vec<_> = puts.into_iter().map(|put| WriteRequest::builder().put_request(put).build()).collect();
        while !left.is_empty() {
            let request = self.client.batch_write_item().request_items(&self.table, left);
            let answer = request.send().await.map_err(|error| DisplayErrorContext(&error).to_string())?;
            left = answer.unprocessed_items.and_then(|mut tables| tables.remove(&self.table)).unwrap_or_default();
            if !left.is_empty() {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
        Ok(count)
    }
}

fn items(forest: &Forest) -> impl Iterator<Item = Item> {
    (0..forest.nodes).flat_map(|n| [forest.node(n), forest.name(n)])
}

fn seeded(forest: &Forest, items: usize, ms: f64) -> Seeded {
    let top = || (0..forest.nodes).filter(|n| forest.is_at_top(*n));
    let bytes = (0..forest.nodes).map(|n| size(&forest.node(n))).sum();
    let names = top().map(|n| size(&forest.name(n))).sum();
    let own: usize = top().map(|n| read_units(size(&forest.node(n)))).sum();
    let (units, top_units) = (read_units(bytes), read_units(names) + own);
    Seeded { nodes: forest.nodes, top: forest.at_top(), items, ms, units, top_units }
}
