//! The services below the API.

use crate::variable;
use aws_config::BehaviorVersion;
use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::Value;
use std::collections::HashMap;

/// Clients of the emulated services.
pub struct Aws {
    pub dynamodb: aws_sdk_dynamodb::Client,
    pub lambda: aws_sdk_lambda::Client,
    pub s3: aws_sdk_s3::Client,
    pub sqs: aws_sdk_sqs::Client,
}

impl Aws {
    pub async fn connect() -> Self {
        let config = aws_config::load_defaults(BehaviorVersion::latest()).await;
        let s3 = aws_sdk_s3::config::Builder::from(&config).force_path_style(true).build();
        Self {
            dynamodb: aws_sdk_dynamodb::Client::new(&config),
            lambda: aws_sdk_lambda::Client::new(&config),
            s3: aws_sdk_s3::Client::from_conf(s3),
            sqs: aws_sdk_sqs::Client::new(&config),
        }
    }

    /// The objects whose keys start with `prefix`.
    pub async fn objects(&self, prefix: &str) -> Vec<String> {
        let list = self.s3.list_objects_v2().bucket(variable("BUCKET_NAME")).prefix(prefix).send().await.unwrap();
        list.contents().iter().filter_map(|object| object.key().map(str::to_owned)).collect()
    }

    /// Puts a message into the publish queue, as the API does.
    pub async fn send_publish_message(&self, body: &Value) {
        let send = self.sqs.send_message().queue_url(variable("PUBLISH_QUEUE_URL"));
        send.message_body(body.to_string()).send().await.unwrap();
    }

    /// An item of a table.
    ///
    /// # Panics
    /// If it is not there.
    pub async fn item(&self, table: &str, pk: &str, sk: &str) -> HashMap<String, AttributeValue> {
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let get = self.dynamodb.get_item().table_name(variable(table)).key("pk", text(pk)).key("sk", text(sk));
        get.consistent_read(true).send().await.unwrap().item.expect("the item is there")
    }

    /// Changes an attribute of an item, as time or an accident would.
    pub async fn set(&self, table: &str, pk: &str, sk: &str, attribute: &str, value: AttributeValue) {
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let update = self.dynamodb.update_item().table_name(variable(table)).key("pk", text(pk)).key("sk", text(sk));
        let update = update.update_expression("SET #name = :value").condition_expression("attribute_exists(pk)");
        let update = update.expression_attribute_names("#name", attribute).expression_attribute_values(":value", value);
        update.send().await.unwrap();
    }

    /// Every text in a table, keys and attributes, for looking for what must not be there.
    pub async fn dump(&self, table: &str) -> String {
        let scan = self.dynamodb.scan().table_name(variable(table)).into_paginator().items().send();
        let items = scan.collect::<Result<Vec<_>, _>>().await.unwrap();
        format!("{items:?}")
    }

    /// What a function answers that no route reaches.
    ///
    /// # Panics
    /// If it fails.
    pub async fn invoke(&self, logical_id: &str, event: &Value) -> Value {
        let name = self.function_name(logical_id).await;
        let invoke = self.lambda.invoke().function_name(name).payload(event.to_string().into_bytes().into());
        let answer = invoke.send().await.unwrap();
        let payload = answer.payload().map(|payload| payload.as_ref().to_vec()).unwrap_or_default();
        let text = String::from_utf8_lossy(&payload);
        assert!(answer.function_error().is_none(), "{logical_id} failed: {text}");
        serde_json::from_str(&text).unwrap()
    }

    /// The names of the deployed functions by their logical ids in the template.
    pub async fn function_name(&self, logical_id: &str) -> String {
        let list = self.lambda.list_functions().into_paginator().items().send();
        let all = list.collect::<Result<Vec<_>, _>>().await.unwrap();
        let named = all.iter().filter_map(|function| function.function_name());
        let found = named.into_iter().find(|name| name.starts_with(&format!("imprint-{logical_id}-")));
        found.unwrap_or_else(|| panic!("{logical_id} is not deployed")).to_owned()
    }
}
