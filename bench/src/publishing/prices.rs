//! The price list: `bench/prices.toml`.

use crate::{Outcome, project};
use serde::Deserialize;
use std::fs;

/// The prices, in US dollars.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prices {
    pub region: String,
    pub lambda: Lambda,
    pub http_api: Requests,
    pub dynamodb: DynamoDb,
    pub s3: S3,
    pub sqs: Requests,
    pub ses: Ses,
    pub logs: Logs,
}

/// Of Lambda.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lambda {
    pub gb_second_arm64: f64,
    pub gb_second_x86_64: f64,
    pub million_requests: f64,
}

/// Of a service that charges for requests.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requests {
    pub million_requests: f64,
}

/// Of DynamoDB.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DynamoDb {
    pub million_write_units: f64,
    pub million_read_units: f64,
}

/// Of S3.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct S3 {
    pub thousand_put: f64,
    pub thousand_list: f64,
    pub thousand_get: f64,
    pub gb_month: f64,
}

/// Of mail.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ses {
    pub thousand_mails: f64,
    pub gb_attached: f64,
}

/// Of logs.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Logs {
    pub gb: f64,
}

impl Prices {
    /// Reads the list.
    pub fn read() -> Outcome<Self> {
        Ok(toml::from_str(&fs::read_to_string(project::root().join("bench/prices.toml"))?)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_price_list_can_be_read() {
        let prices = Prices::read().unwrap();
        assert!(prices.lambda.gb_second_arm64 < prices.lambda.gb_second_x86_64);
        assert!(prices.dynamodb.million_read_units < prices.dynamodb.million_write_units);
    }
}
