//! First pages of lists: of a workspace with a hundred reports and of one with a hundred thousand, in turns. What a page costs is not to
//! depend on what else is in the list.

use super::{forest::Forest, item::read_units, seeding::Catalog};
use crate::{
    Outcome,
    figures::{median, milliseconds, rounds},
    stack::{Counts, Stack},
    table::{Table, verdict},
};
use serde_json::{Value, json};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// The nodes of the two workspaces: nine of ten are reports.
const NODES: [usize; 2] = [110, 111_120];
/// Pages that do not count, and pages that do, of each list and workspace.
const WARM: usize = 3;
const COUNTED: usize = 41;
/// The most that a page of the large list may take, as a multiple of one of the small list.
const RATIO: f64 = 1.3;
/// The most requests and read units of a page of ten.
const REQUESTS: f64 = 4.0;
const UNITS: usize = 10;
/// The read units of the token with the restricted roles, of the workspaces, and of the count.
const BESIDE: usize = 4;
/// Those of what a workspace offers: three queries, instead of the count.
const OFFERED: usize = 2;

/// A list, and what a page of it has.
struct List {
    what: &'static str,
    function: &'static str,
    /// `{ws}` stands for the workspace.
    path: &'static str,
    reports: usize,
    /// How many are read besides those that are shown, and one more.
    passed: usize,
    units: usize,
    goal: bool,
}

const fn informer(what: &'static str, path: &'static str, reports: usize, goal: bool) -> List {
    List { what, function: "informer-list-reports", path, reports, passed: 0, units: BESIDE, goal }
}

const LISTS: [List; 9] = [
    informer("reports by name, ten", "/api/reports?limit=10", 10, true),
    informer("– reversed", "/api/reports?limit=10&sort=-name", 10, true),
    informer("– changed last", "/api/reports?limit=10&sort=-updatedAt", 10, true),
    informer("– made first", "/api/reports?limit=10&sort=createdAt", 10, true),
    informer("– a hundred", "/api/reports", 99, false),
    List { passed: 50, ..informer("– ten, start=50", "/api/reports?limit=10&start=50", 10, false) },
    List {
        what: "of a workspace, ten",
        function: "cxreports-list-reports",
        path: "/api/v1/ws/{ws}/reports?limit=10",
        reports: 10,
        passed: 0,
        units: BESIDE + OFFERED,
        goal: false,
    },
    List {
        what: "– of a type",
        function: "cxreports-list-reports",
        path: "/api/v1/ws/{ws}/reports?limit=10&type=sales",
        reports: 10,
        passed: 89,
        units: BESIDE + OFFERED,
        goal: false,
    },
    List {
        what: "published documents, 25",
        function: "huddle-list-workspace-documents",
        path: "/publishing/workspaces/{ws}",
        reports: 0,
        passed: 0,
        // Of the entries, the count and the ended ones, and of three items a document.
        units: BESIDE + 1 + 3 * 25,
        goal: false,
    },
];

/// A workspace, and a token that reaches no other.
struct Shelf {
    workspace: String,
    token: String,
    /// The size of a row.
    row: usize,
}

/// Measures and prints.
pub async fn run(stack: &Stack) -> Outcome<()> {
    let catalog = Catalog::of_environment().await?;
    let [small, large] = NODES;
    let (small, large) = (shelf(stack, &catalog, small).await?, shelf(stack, &catalog, large).await?);
    let heads = [
        "first page",
        "ms of 100",
        "ms of 100,000",
        "ratio",
        "goal",
        "",
        "DynamoDB",
        "goal",
        "",
        "read units",
        "goal",
        "",
    ];
    let mut table = Table::new(&heads);
    for list in &LISTS {
        measure(stack, list, &small, &large, &mut table).await?;
    }
    table.print("Lists: the first page of 100 and of 100,000 reports, through the API, of warm functions");
    println!("Read units are reckoned from the sizes of the items that were written.");
    Ok(())
}

async fn shelf(stack: &Stack, catalog: &Catalog, nodes: usize) -> Outcome<Shelf> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis();
    let workspace = format!("bench-shelf-{nodes}-{now:x}");
    let put = |path: String, body: Value| async move {
        stack.request("PUT", &path)?.json(&body).send().await?.error_for_status()?;
        Outcome::Ok(())
    };
    put(format!("/api/v1/workspaces/{workspace}"), json!({"name": "Bench"})).await?;
    put(format!("/api/v1/ws/{workspace}/report-types/sales"), json!({"name": "Sales"})).await?;
    let body = json!({"name": "bench", "role": "admin", "workspaces": [workspace]});
    let made = stack.request("POST", "/api/v1/personal-access-tokens")?.json(&body).send().await?.error_for_status()?;
    let token = made.json::<Value>().await?["token"].as_str().ok_or("a token without a text")?.to_owned();
    let forest = Forest { workspace: workspace.clone(), root: workspace.clone(), nodes };
    catalog.seed_lists(&forest).await?;
    Ok(Shelf { workspace, token, row: forest.row_size() })
}

async fn measure(stack: &Stack, list: &List, small: &Shelf, large: &Shelf, table: &mut Table) -> Outcome<()> {
    let counted = rounds(COUNTED);
    let before = stack.lines(list.function)?.len();
    let mut pairs = Vec::new();
    for round in 0..WARM + counted {
        // The one that comes first changes each time.
        let pair = match round % 2 {
            0 => (page(stack, list, small).await?, page(stack, list, large).await?),
            _ => {
                let large = page(stack, list, large).await?;
                (page(stack, list, small).await?, large)
            }
        };
        pairs.push(pair);
    }
    let lines = stack.lines_after(list.function, before, 2 * pairs.len()).await?;
    let requests = median(lines.iter().map(|line| Counts::of_line(line).dynamodb.into()));
    let pairs = &pairs[WARM..];
    let ratio = median(pairs.iter().map(|(small, large)| large / small));
    let units = list.units + read_units((list.reports + list.passed + 1) * large.row);
    let goal = |goal: String| if list.goal { goal } else { "-".into() };
    table.row([
        list.what.to_owned(),
        format!("{:.1}", median(pairs.iter().map(|(small, _)| *small))),
        format!("{:.1}", median(pairs.iter().map(|(_, large)| *large))),
        format!("{ratio:.2}"),
        format!("{RATIO:.2}"),
        verdict(ratio, Some(RATIO)),
        format!("{requests:.0}"),
        goal(format!("{REQUESTS:.0}")),
        verdict(requests, list.goal.then_some(REQUESTS)),
        units.to_string(),
        goal(UNITS.to_string()),
        verdict(units as f64, list.goal.then_some(UNITS as f64)),
    ]);
    Ok(())
}

/// The milliseconds of a page, which has to be as long as it is said to be.
async fn page(stack: &Stack, list: &List, shelf: &Shelf) -> Outcome<f64> {
    let path = list.path.replace("{ws}", &shelf.workspace);
    let request = stack.anonymous("GET", &path)?.bearer_auth(&shelf.token);
    let begun = Instant::now();
    let answer = request.header("accept", "application/json, application/vnd.huddle.data+json").send().await?;
    let body = answer.error_for_status()?.bytes().await?;
    let ms = milliseconds(begun);
    let body: Value = serde_json::from_slice(&body)?;
    let of_informer = &body["_embedded"]["inf:report"];
    let items = [&body, of_informer, &body["documentPublicationViews"]].into_iter().find_map(Value::as_array);
    let (found, expected) = (items.map_or(0, Vec::len), if list.reports == 0 { 25 } else { list.reports });
    match found == expected || found == 100 {
        true => Ok(ms),
        false => Err(format!("{path}: {found} reports instead of {expected}").into()),
    }
}
