//! What a thousand publications cost by the price list, item by item.

use super::{
    prices::Prices,
    series::{Did, Series},
};
use crate::{Outcome, table::Table};

/// A million requests or units.
pub const MILLION: f64 = 1e6;
/// A gigabyte of Lambda, of S3 and of SES.
pub const GB: f64 = 1024.0 * 1024.0 * 1024.0;
/// What a bill is for.
pub const THOUSAND: f64 = 1000.0;
/// Calls of the API: the one that publishes and the view.
const CALLS: f64 = 2.0;
/// What Lambda's poller asks of SQS for each message, besides the function's send: it receives and deletes it.
const POLLED: f64 = 2.0;

/// An item of a bill.
pub struct Item {
    pub name: String,
    /// What one publication, or one mail, takes of it.
    pub amount: f64,
    /// What one of it costs on arm64 and on x86_64.
    pub price: [f64; 2],
}

impl Did {
    /// Gigabyte-seconds.
    pub fn gb_seconds(&self) -> f64 {
        self.ms / 1e3 * self.memory_mb / 1024.0
    }
}

/// Prints the bill.
pub fn print(single: &Series, many: &Series) -> Outcome<()> {
    let prices = Prices::read()?;
    let (one, eight) = (items(single, &prices), items(many, &prices));
    let mut table = Table::new(&["item", "a publication", "1,000 in $", "8 at a time", "1,000 in $"]);
    for (one, eight) in one.iter().zip(&eight) {
        let [one_each, eight_each] = [one, eight].map(|item| amount(item.amount));
        table.row([one.name.clone(), one_each, dollars(one.cost(0)), eight_each, dollars(eight.cost(0))]);
    }
    for (n, architecture) in ["arm64", "x86_64"].into_iter().enumerate() {
        let sum = |items: &[Item]| dollars(items.iter().map(|item| item.cost(n)).sum());
        table.row([format!("all, {architecture}"), String::new(), sum(&one), String::new(), sum(&eight)]);
    }
    table.print(&format!("Publishing: the price of 1,000 publications with one view each, {}", prices.region));
    println!(
        "List prices of bench/prices.toml, Lambda's items for arm64. Milliseconds are those of this machine and its emulator, not of AWS. Without free tiers,\n\
         transfer to readers, storage in DynamoDB, and the empty receives with which Lambda polls the queue all the time (a fixed sum a month)."
    );
    Ok(())
}

impl Item {
    /// An item that costs the same on both.
    pub fn new(name: &str, amount: f64, price: f64) -> Self {
        Self { name: name.to_owned(), amount, price: [price; 2] }
    }

    /// What a thousand cost.
    pub fn cost(&self, architecture: usize) -> f64 {
        self.amount * self.price[architecture] * THOUSAND
    }
}

fn items(series: &Series, prices: &Prices) -> Vec<Item> {
    let asked = |service: &str, operations: &[&str], of: fn(&super::meter::Tally) -> f64| {
        let is_it = |kind: &super::meter::Kind| {
            kind.1 == service && (operations.is_empty() || operations.contains(&kind.2.as_str()))
        };
        series.each(series.tallies.iter().filter(|(kind, _)| is_it(kind)).map(|(_, tally)| of(tally)).sum())
    };
    let s3 = |operations: &[&str]| asked("S3", operations, |tally| tally.requests as f64);
    let sum = |of: fn(&Did) -> f64| series.each(series.did.iter().map(of).sum());
    let lambda = &prices.lambda;
    let mut items: Vec<_> = series
        .did
        .iter()
        .map(|did| Item {
            name: format!("Lambda GB-s, {}", did.name),
            amount: series.each(did.gb_seconds()),
            price: [lambda.gb_second_arm64, lambda.gb_second_x86_64],
        })
        .collect();
    let sent = asked("SQS", &[], |tally| tally.requests as f64);
    items.extend([
        Item::new("Lambda requests", sum(|did| did.invocations as f64), lambda.million_requests / MILLION),
        Item::new("HTTP API requests", CALLS, prices.http_api.million_requests / MILLION),
        Item::new(
            "DynamoDB write units",
            asked("DynamoDB", &[], |tally| tally.units.write),
            prices.dynamodb.million_write_units / MILLION,
        ),
        Item::new(
            "DynamoDB read units",
            asked("DynamoDB", &[], |tally| tally.units.read),
            prices.dynamodb.million_read_units / MILLION,
        ),
        Item::new("S3 PUT", s3(&["PutObject"]), prices.s3.thousand_put / THOUSAND),
        Item::new("S3 GET", s3(&["GetObject"]), prices.s3.thousand_get / THOUSAND),
        Item::new("S3 LIST", s3(&["ListObjectsV2"]), prices.s3.thousand_list / THOUSAND),
        Item::new("S3 DELETE, free", s3(&["DeleteObjects"]), 0.0),
        Item::new("S3 GB, a month", asked("S3", &[], |tally| tally.stored as f64) / GB, prices.s3.gb_month),
        Item::new("SQS requests: send, receive, delete", sent + POLLED, prices.sqs.million_requests / MILLION),
        Item::new("CloudWatch Logs GB", sum(|did| did.written as f64) / GB, prices.logs.gb),
    ]);
    items
}

/// Three digits that say something.
pub fn amount(amount: f64) -> String {
    match amount {
        0.0 => "0".to_owned(),
        small if small < 0.001 => format!("{small:.2e}"),
        small if small < 1.0 => format!("{small:.4}"),
        _ => format!("{amount:.2}"),
    }
}

/// A sum of the bill.
pub fn dollars(sum: f64) -> String {
    format!("{sum:.5}")
}
