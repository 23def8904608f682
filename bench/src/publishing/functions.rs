//! The functions that a publication with one view runs, as they are deployed on the stack at hand.

use super::meter::Meter;
use crate::{Outcome, stack::variable};
use aws_config::BehaviorVersion;
use aws_sdk_lambda::{
    Client,
    types::{Environment, LastUpdateStatus},
};
use std::{collections::HashMap, time::Duration};

/// The function that answers the call, the one behind the queue, and the one that shows the page: as they log themselves, and their
/// logical ids in the template.
pub const FUNCTIONS: [(&str, &str); 3] = [
    ("informer-publish-report", "InformerPublishReport"),
    ("publish-worker", "PublishWorker"),
    ("public-view-report", "PublicViewReport"),
];

/// The services that functions reach by the meter.
pub const METERED: [&str; 3] = ["AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL_SQS"];

/// A function as it is deployed.
pub struct Deployed {
    /// As it logs itself.
    pub name: &'static str,
    /// As it is deployed, which is also the name of its log.
    pub full_name: String,
    pub memory_mb: f64,
    /// What the template gives it.
    pub variables: HashMap<String, String>,
}

/// The functions, and the way to change them.
pub struct Functions {
    client: Client,
    pub all: Vec<Deployed>,
}

impl Functions {
    /// Finds those of [`FUNCTIONS`].
    pub async fn of_environment() -> Outcome<Self> {
        Self::named(&FUNCTIONS).await
    }

    /// Finds functions by the names that they log, each with its logical id.
    pub async fn named(functions: &[(&'static str, &str)]) -> Outcome<Self> {
        let client = Client::new(&aws_config::load_defaults(BehaviorVersion::latest()).await);
        let (mut found, mut pages) = (Vec::new(), client.list_functions().into_paginator().items().send());
        while let Some(function) = pages.next().await {
            found.push(function?);
        }
        let mut all = Vec::new();
        for &(name, logical_id) in functions {
            let prefix = format!("imprint-{logical_id}-");
            let is_it = |name: &Option<String>| name.as_deref().is_some_and(|name| name.starts_with(&prefix));
            let function = found.iter().find(|function| is_it(&function.function_name));
            let function = function.ok_or_else(|| format!("the stack has no {logical_id}"))?;
            all.push(Deployed {
                name,
                full_name: function.function_name.clone().unwrap_or_default(),
                memory_mb: f64::from(function.memory_size.ok_or("a function without a memory")?),
                variables: function.environment().and_then(|own| own.variables().cloned()).unwrap_or_default(),
            });
        }
        Ok(Self { client, all })
    }

    /// Has all of them reach AWS by a meter.
    pub async fn attach(&self, meter: &mut Meter) -> Outcome<()> {
        let aws = variable("AWS_ENDPOINT_URL")?;
        for function in &self.all {
            let (address, mut variables) = (meter.port(function.name, &aws).await?, function.variables.clone());
            variables.extend(METERED.map(|name| (name.to_owned(), address.clone())));
            self.set(function, variables).await?;
        }
        Ok(())
    }

    /// Has them as they were.
    pub async fn detach(&self) -> Outcome<()> {
        for function in &self.all {
            self.set(function, function.variables.clone()).await?;
        }
        Ok(())
    }

    /// Gives a function these variables, and new processes with them.
    async fn set(&self, function: &Deployed, variables: HashMap<String, String>) -> Outcome<()> {
        let (name, environment) = (&function.full_name, Environment::builder().set_variables(Some(variables)).build());
        self.client.update_function_configuration().function_name(name).environment(environment).send().await?;
        for _ in 0..100 {
            let now = self.client.get_function_configuration().function_name(name).send().await?;
            if now.last_update_status() == Some(&LastUpdateStatus::Successful) {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Err(format!("{name} is not updated within 10 seconds").into())
    }
}
