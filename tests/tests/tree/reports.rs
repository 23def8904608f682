//! Reports are made, moved and removed while the folders around them are: none is lost, and no folder that holds one goes away.

use crate::concurrent::{ALPHABET, histories};
use imprint_tests::{
    api::{Answer, Api},
    aws::Aws,
    samples,
    tree::{
        client::{Client, Reply},
        listing::{Kind, Listing},
        operations::{Filing, filings, mixture, seed},
    },
};
use serde_json::json;
use tokio::task::JoinSet;

const REPORTS: usize = 6;
/// As many that work on folders, and as many that work on reports.
const CLIENTS: usize = 8;
const CHANGES: usize = 56;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reports_and_folders_that_change_at_once_leave_a_sound_tree_with_every_report_in_its_place() {
    let (seed, api, aws) = (seed(), Api::admin(), Aws::connect().await);
    for number in 0..histories().div_ceil(10) {
        let client = Client::open(&api).await;
        let told = [change_folders(&client, seed, number), change_reports(&client, seed, number)];
        for clients in told {
            clients.join_all().await;
        }
        let place = format!("IMPRINT_TREE_SEED={seed}, number {number}, workspace {}", client.workspace);
        match crate::swept(&aws, &client).await {
            Ok(listing) => assert_eq!(misplaced(&client, &listing).await, Vec::<String>::new(), "{place}"),
            Err(faults) => panic!("{place}:\n{}", faults.join("\n")),
        }
    }
}

fn change_folders(client: &Client, seed: u64, number: u64) -> JoinSet<()> {
    let steps = mixture(ALPHABET, CHANGES, seed, number).steps;
    let shares = (0..CLIENTS).map(|share| {
        let mine: Vec<_> = steps.iter().skip(share).step_by(CLIENTS).cloned().collect();
        let client = client.clone();
        async move {
            for step in mine {
                assert_ne!(client.ask(&step.operation).await, Reply::Lost, "{}", step.operation);
            }
        }
    });
    shares.collect()
}

fn change_reports(client: &Client, seed: u64, number: u64) -> JoinSet<()> {
    let filings = filings(ALPHABET, REPORTS, CHANGES, seed, number);
    let shares = (0..CLIENTS).map(|share| {
        let mine: Vec<_> = filings.iter().skip(share).step_by(CLIENTS).cloned().collect();
        let client = client.clone();
        async move {
            for filing in mine {
                let answer = file(&client, &filing).await;
                let known = [200, 201, 204, 404, 409, 503].contains(&answer.status);
                assert!(known, "{filing:?}: {} {}", answer.status, answer.text());
            }
        }
    });
    shares.collect()
}

async fn file(client: &Client, filing: &Filing) -> Answer {
    match filing {
        Filing::Make(report, path) => {
            let mut body = samples::body(&slug(client, *report), "filed");
            body["workspace"] = json!(client.workspace);
            body["folder"] = json!(path.parent().unwrap_or_default());
            body["name"] = json!(path.name());
            client.api.post("/api/reports", &body).await
        }
        Filing::Move(report, path) => {
            let place = json!({"folder": path.parent().unwrap_or_default(), "name": path.name()});
            client.api.put(&address(client, *report), &place).await
        }
        Filing::Remove(report) => client.api.delete(&address(client, *report)).await,
    }
}

/// What is wrong with the places of the reports: each that is there is listed where it says, and no other is.
async fn misplaced(client: &Client, listing: &Listing) -> Vec<String> {
    let mut listed: Vec<_> =
        listing.nodes.iter().filter(|(_, kind)| *kind == Kind::Report).map(|(path, _)| path).collect();
    let mut faults = Vec::new();
    for report in 0..REPORTS {
        let answer = client.api.get(&address(client, report)).await;
        if answer.status != 404 {
            let record = answer.expect(200).json();
            let (folder, name) = (record["folder"].as_str().unwrap(), record["name"].as_str().unwrap());
            let path = format!("{folder}/{name}");
            match listed.iter().position(|listed| *listed == path.trim_start_matches('/')) {
                Some(position) => drop(listed.remove(position)),
                None => faults.push(format!("The report {path} is not listed.")),
            }
        }
    }
    faults.extend(listed.into_iter().map(|path| format!("The report {path} is listed only.")));
    faults
}

fn slug(client: &Client, report: usize) -> String {
    format!("{}-{report}", client.workspace)
}

fn address(client: &Client, report: usize) -> String {
    format!("/api/reports/tests:{}", slug(client, report))
}
