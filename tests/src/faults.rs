//! The fault proxy between the functions and the emulator: `local/faults.py`, which runs when `IMPRINT_FAULTS=1`.

use crate::{api::read, unique, variable};
use serde::Deserialize;
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};
use tokio::time::sleep;

/// How long a test waits for a request that it wants to hold.
const HOLD_LIMIT: Duration = Duration::from_secs(60);

/// The control of the proxy.
#[derive(Clone)]
pub struct Faults {
    client: reqwest::Client,
    url: String,
}

/// A rule that is set, by its name.
#[derive(Clone)]
pub struct Rule(String);

/// What became of a rule.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Told {
    /// The requests that it is about.
    pub matched: u64,
    /// Those that the fault befell.
    pub applied: u64,
    /// Those that are held now.
    pub holding: u64,
}

/// A request that went through the proxy.
#[derive(Debug, Clone, Deserialize)]
pub struct Entry {
    pub function: String,
    pub service: String,
    pub operation: String,
    /// Whether it changes something.
    pub changes: bool,
    pub fault: Option<String>,
    /// The status that was answered; none if nothing was.
    pub status: Option<u16>,
}

impl Faults {
    pub fn connect() -> Self {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { client, url: format!("{}/_faults", variable("FAULTS_URL")) }
    }

    /// Sets a rule; what it may say is in `local/fault_rules.py`.
    pub async fn set(&self, rule: &Value) -> Rule {
        let name = unique("rule");
        read(self.client.put(self.rule(&name)).json(rule)).await.expect(200);
        Rule(name)
    }

    /// A fault of the `first`th request of a function that changes something and that contains a text.
    pub async fn at_change(&self, function: &str, text: &str, first: usize, fault: &str) -> Rule {
        self.set(&json!({"functions": [function], "text": text, "changes": true, "first": first, "fault": fault})).await
    }

    /// Holds a function before the `first`th item that it reads of those that contain a text.
    pub async fn before_read(&self, function: &str, text: &str, first: usize) -> Rule {
        let read = json!({"functions": [function], "text": text, "operations": ["GetItem"], "first": first, "fault": "hold-before"});
        self.set(&read).await
    }

    pub async fn told(&self, rule: &Rule) -> Told {
        serde_json::from_slice(&read(self.client.get(self.rule(&rule.0))).await.expect(200).body).unwrap()
    }

    /// Waits until the rule holds a request, and tells whether it does.
    pub async fn holds(&self, rule: &Rule) -> bool {
        let begun = Instant::now();
        while self.told(rule).await.holding == 0 {
            if begun.elapsed() > HOLD_LIMIT {
                return false;
            }
            sleep(Duration::from_millis(20)).await;
        }
        true
    }

    /// Removes the rule and lets go what it holds.
    pub async fn remove(&self, rule: &Rule) -> Told {
        let removed = read(self.client.delete(self.rule(&rule.0))).await.expect(200).json();
        serde_json::from_value(removed[&rule.0].clone()).unwrap()
    }

    /// The requests of a function that contain a text, in their order.
    pub async fn journal(&self, function: &str, text: &str) -> Vec<Entry> {
        let address = format!("{}/journal?function={function}&text={text}", self.url);
        serde_json::from_slice(&read(self.client.get(address)).await.expect(200).body).unwrap()
    }

    /// How often each fault happened since the proxy was started.
    pub async fn counts(&self) -> BTreeMap<String, u64> {
        let address = format!("{}/counts", self.url);
        serde_json::from_slice(&read(self.client.get(address)).await.expect(200).body).unwrap()
    }

    fn rule(&self, name: &str) -> String {
        format!("{}/rules/{name}", self.url)
    }
}
