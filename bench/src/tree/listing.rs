//! The list: of a small tree, of a large one, and of one that no gateway lets through uncompressed.

use super::{
    seeding::{Catalog, Seeded},
    session::Session,
    usage::{Usage, usage},
};
use crate::{
    Outcome,
    figures::{median, milliseconds},
    stack::{Counts, Stack},
    table::Table,
};
use flate2::read::GzDecoder;
use reqwest::{RequestBuilder, Response, header::HeaderMap};
use serde_json::Value;
use std::{io::Read, time::Instant};

const FUNCTION: &str = "exago-list-reports";
/// Its name in the template.
const LOGICAL_ID: &str = "ExagoListReports";
/// The nodes of a tree, and how often it is listed.
const TREES: [(usize, usize); 3] = [(200, 15), (10_000, 7), (100_000, 3)];
const HEADS: [&str; 12] =
    ["list", "nodes", "answer", "first ms", "p50 ms", "CPU ms", "DynamoDB", "S3", "read units", "KB", "KB sent", "MB"];
/// The read units of the token and the session.
const SESSION_UNITS: usize = 2;

/// Only what is at the top.
const TOP: &str = "&depth=1";

/// A way to ask for the list.
#[derive(Clone, Copy)]
struct Ask {
    what: &'static str,
    query: &'static str,
    gzip: bool,
    known: bool,
}

const ASKS: [Ask; 4] = [
    Ask { what: "whole", query: "", gzip: true, known: false },
    Ask { what: "whole, no gzip", query: "", gzip: false, known: false },
    Ask { what: "whole, If-None-Match", query: "", gzip: true, known: true },
    Ask { what: "?depth=1", query: TOP, gzip: true, known: false },
];

/// An answer.
pub struct Fetched {
    ms: f64,
    /// `200`, `304`, or `302` when it came from the bucket.
    status: u16,
    etag: Option<String>,
    /// The bytes on the wire, and unpacked.
    sent: usize,
    bytes: usize,
    pub nodes: usize,
}

/// Answers of one kind.
struct Series {
    fetched: Vec<Fetched>,
    counts: Vec<Counts>,
    /// Of the function's process: its time for one answer, and the most memory until now.
    usage: Option<Usage>,
}

/// Measures and prints.
pub async fn run(stack: &Stack) -> Outcome<()> {
    let catalog = Catalog::of_environment().await?;
    // Wakes the function.
    let empty = Session::open(stack, "list-empty").await?;
    fetch(stack, empty.list("")?).await?;
    let mut table = Table::new(&HEADS);
    let mut seeded = Vec::new();
    for (nodes, times) in TREES {
        let session = Session::open(stack, &format!("list-{nodes}")).await?;
        let tree = catalog.seed(&session.workspace, nodes).await?;
        tree_rows(stack, &session, &tree, times, &mut table).await?;
        seeded.push(format!("{} items in {:.1} s", tree.items, tree.ms / 1e3));
    }
    table.print("The list: GET /rest/reports/list of a warm function");
    println!("Written for it: {}. Read units are reckoned from the sizes of the items.", seeded.join(", "));
    Ok(())
}

async fn tree_rows(stack: &Stack, session: &Session, tree: &Seeded, times: usize, table: &mut Table) -> Outcome<()> {
    let mut etag = None;
    for ask in ASKS {
        let series = series(stack, session, ask, etag.as_deref(), times).await?;
        check(ask, &series, tree)?;
        add(table, ask, &series, tree);
        etag = series.fetched.into_iter().find_map(|fetched| fetched.etag).or(etag);
    }
    Ok(())
}

async fn series(stack: &Stack, session: &Session, ask: Ask, etag: Option<&str>, times: usize) -> Outcome<Series> {
    let (before, used, mut fetched) = (stack.lines(FUNCTION)?.len(), usage(LOGICAL_ID), Vec::new());
    for _ in 0..times {
        fetched.push(fetch(stack, request(session, ask, etag)?).await?);
    }
    let counts = stack.lines_after(FUNCTION, before, times).await?.iter().map(Counts::of_line).collect();
    let usage = used
        .zip(usage(LOGICAL_ID))
        .map(|(before, after)| Usage { memory: after.memory, cpu_ms: (after.cpu_ms - before.cpu_ms) / times as f64 });
    Ok(Series { fetched, counts, usage })
}

fn request(session: &Session, ask: Ask, etag: Option<&str>) -> Outcome<RequestBuilder> {
    let request = session.list(ask.query)?;
    let request = if ask.gzip { request.header("accept-encoding", "gzip") } else { request };
    match etag.filter(|_| ask.known) {
        Some(etag) => Ok(request.header("if-none-match", etag)),
        None => Ok(request),
    }
}

/// Asks, follows to the bucket if need be, and counts the nodes.
pub async fn fetch(stack: &Stack, request: RequestBuilder) -> Outcome<Fetched> {
    let begun = Instant::now();
    let answer = request.send().await?;
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    let body = match status {
        302 => redirected(stack, &headers).await?.bytes().await?,
        200 | 304 => answer.bytes().await?,
        _ => return Err(format!("the list is answered {status} after {:.1} s", begun.elapsed().as_secs_f64()).into()),
    };
    let (ms, sent) = (milliseconds(begun), body.len());
    let text = unpacked(&headers, body.into())?;
    let nodes = if text.is_empty() { 0 } else { count(&serde_json::from_slice(&text)?) };
    let etag = text_of(&headers, "etag").map(str::to_owned);
    Ok(Fetched { ms, status, etag, sent, bytes: text.len(), nodes })
}

async fn redirected(stack: &Stack, headers: &HeaderMap) -> Outcome<Response> {
    let address = text_of(headers, "location").ok_or("a redirect to nowhere")?;
    Ok(stack.anonymous("GET", address)?.send().await?.error_for_status()?)
}

fn text_of<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn unpacked(headers: &HeaderMap, body: Vec<u8>) -> Outcome<Vec<u8>> {
    if text_of(headers, "content-encoding") != Some("gzip") {
        return Ok(body);
    }
    let mut text = Vec::new();
    GzDecoder::new(body.as_slice()).read_to_end(&mut text)?;
    Ok(text)
}

/// The nodes in a node, and all that is in them.
fn count(node: &Value) -> usize {
    node["entity"].as_array().into_iter().flatten().map(|node| 1 + count(node)).sum()
}

/// A list that is not whole is none: nothing that was measured of it would mean anything.
fn check(ask: Ask, series: &Series, tree: &Seeded) -> Outcome<()> {
    let expected = match ask {
        Ask { known: true, .. } => 0,
        Ask { query: TOP, .. } => tree.top,
        _ => tree.nodes,
    };
    let known = |fetched: &Fetched| fetched.status == 304;
    match series.fetched.iter().find(|fetched| fetched.nodes != expected || known(fetched) != ask.known) {
        None => Ok(()),
        Some(Fetched { status, nodes, .. }) => {
            Err(format!("{}: answered {status} with {nodes} nodes instead of {expected}", ask.what).into())
        }
    }
}

fn add(table: &mut Table, ask: Ask, series: &Series, tree: &Seeded) {
    let Some(first) = series.fetched.first() else { return };
    let p50 = median(series.fetched.iter().map(|fetched| fetched.ms));
    let count = |count: fn(&Counts) -> u32| format!("{:.0}", median(series.counts.iter().map(|c| count(c).into())));
    let used =
        |figure: fn(Usage) -> f64| series.usage.map_or_else(|| "-".into(), |used| format!("{:.0}", figure(used)));
    let units = SESSION_UNITS + if ask.query == TOP { tree.top_units } else { tree.units };
    let kilobytes = |bytes: usize| format!("{:.1}", bytes as f64 / 1e3);
    table.row([
        ask.what.to_owned(),
        tree.nodes.to_string(),
        if first.status == 302 { "302, bucket".into() } else { first.status.to_string() },
        format!("{:.0}", first.ms),
        format!("{p50:.0}"),
        used(|used| used.cpu_ms),
        count(|counts| counts.dynamodb),
        count(|counts| counts.s3),
        units.to_string(),
        kilobytes(first.bytes),
        kilobytes(first.sent),
        used(|used| used.memory),
    ]);
}
