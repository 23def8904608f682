//! What a thousand mails cost by the price list, item by item.

use super::{process::Watched, sizes::Weighed, times::Took};
use crate::{
    Outcome,
    publishing::{
        bill::{GB, Item, MILLION, THOUSAND, amount, dollars},
        functions::Deployed,
        meter::{Kind, Tally},
        prices::Prices,
    },
    table::Table,
};

/// What one mail takes.
struct Mail<'a> {
    took: &'a Took,
    weighed: &'a Weighed,
    watched: &'a Watched,
}

/// Prints the bill.
pub fn print(function: &Deployed, took: &[Took; 2], weighed: &[Weighed; 2], watched: &[Watched; 2]) -> Outcome<()> {
    let prices = Prices::read()?;
    let mail = |n: usize| Mail { took: &took[n], weighed: &weighed[n], watched: &watched[n] };
    let items = [mail(0), mail(1)].map(|mail| mail.items(function, &prices));
    let [dashboard, large] = &items;
    let mut table = Table::new(&["item", "the dashboard", "1,000 in $", "the large one", "1,000 in $"]);
    let [one, other] = took.each_ref().map(|took| amount(took.ms));
    table.row(["Lambda ms, on average".to_owned(), one, "-".to_owned(), other, "-".to_owned()]);
    for (dashboard, large) in dashboard.iter().zip(large) {
        let [one, other] = [dashboard, large].map(|item| amount(item.amount));
        table.row([dashboard.name.clone(), one, dollars(dashboard.cost(0)), other, dollars(large.cost(0))]);
    }
    for (n, architecture) in ["arm64", "x86_64"].into_iter().enumerate() {
        let [one, other] = items.each_ref().map(|items| dollars(items.iter().map(|item| item.cost(n)).sum()));
        table.row([format!("all, {architecture}"), String::new(), one, String::new(), other]);
    }
    let megabytes = weighed[1].bytes() as f64 / 1e6;
    let title = format!(
        "Mail: the price of 1,000 mails to one recipient each, the large one of {megabytes:.1} MB, {}",
        prices.region
    );
    table.print(&title);
    println!(
        "List prices of bench/prices.toml, Lambda's items for arm64. Milliseconds are those of this machine and its emulator, not of AWS. SES charges a mail to n\n\
         recipients as n, with its attachments n times: both of its items grow with the recipients, the others hardly. Without free tiers and storage, and without\n\
         bounces, each of which is a message of SNS and SQS and an invocation of mail-feedback.\n{}",
        agreement(watched)
    );
    Ok(())
}

impl Mail<'_> {
    fn items(&self, function: &Deployed, prices: &Prices) -> Vec<Item> {
        let Prices { lambda, http_api, dynamodb, s3, ses, logs, .. } = prices;
        let units = |figure: fn(&Tally) -> f64| self.of("DynamoDB", None, figure);
        let objects = |operation| self.of("S3", Some(operation), |tally| tally.requests as f64);
        let gb_seconds = self.took.ms / 1e3 * function.memory_mb / 1024.0;
        vec![
            Item {
                name: format!("Lambda GB-s, of {:.0} MB", function.memory_mb),
                amount: gb_seconds,
                price: [lambda.gb_second_arm64, lambda.gb_second_x86_64],
            },
            Item::new("Lambda requests", 1.0, lambda.million_requests / MILLION),
            Item::new("HTTP API requests", 1.0, http_api.million_requests / MILLION),
            Item::new("DynamoDB write units", units(|tally| tally.units.write), dynamodb.million_write_units / MILLION),
            Item::new("DynamoDB read units", units(|tally| tally.units.read), dynamodb.million_read_units / MILLION),
            Item::new("S3 PUT", objects("PutObject"), s3.thousand_put / THOUSAND),
            Item::new("S3 GET", objects("GetObject"), s3.thousand_get / THOUSAND),
            Item::new("SES mails", f64::from(self.watched.counts.ses), ses.thousand_mails / THOUSAND),
            Item::new("SES GB attached", self.weighed.attached() as f64 / GB, ses.gb_attached),
            Item::new("CloudWatch Logs GB", self.took.logged / GB, logs.gb),
        ]
    }

    /// What was asked of a service, by one operation or by all.
    fn of(&self, service: &str, operation: Option<&str>, figure: fn(&Tally) -> f64) -> f64 {
        let is_it = |asked: &Kind| asked.1 == service && operation.is_none_or(|operation| asked.2 == operation);
        let tallies = self.watched.tallies.iter().filter(|(asked, _)| is_it(asked));
        // The sum of nothing is -0.
        tallies.map(|(_, tally)| figure(tally)).sum::<f64>() + 0.0
    }
}

/// Whether the meter saw what the function says that it sent.
fn agreement(all: &[Watched; 2]) -> String {
    let logged: u32 = all.iter().map(|watched| watched.counts.sum() - watched.counts.ses).sum();
    let metered: u64 = all.iter().flat_map(|watched| watched.tallies.values()).map(|tally| tally.requests).sum();
    match u64::from(logged) == metered {
        true => format!(
            "Besides those of SES, the function logged as many requests of the two mails as the meter counted, {metered}."
        ),
        false => format!(
            "Besides those of SES, the function logged {logged} requests of the two mails, the meter counted {metered}."
        ),
    }
}
