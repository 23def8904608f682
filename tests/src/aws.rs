//! The services below the API.

use crate::{api::read, variable};
use aws_config::BehaviorVersion;
use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::Value;
use std::collections::HashMap;

/// Credentials that the emulator does not verify, for what no client here speaks.
const ACCOUNT: &str =
    "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/ses/aws4_request, SignedHeaders=host, Signature=0";

/// Clients of the emulated services.
pub struct Aws {
    pub dynamodb: aws_sdk_dynamodb::Client,
    pub lambda: aws_sdk_lambda::Client,
    pub s3: aws_sdk_s3::Client,
    pub ses: aws_sdk_ses::Client,
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
            ses: aws_sdk_ses::Client::new(&config),
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
        self.send("PUBLISH_QUEUE_URL", body).await;
    }

    /// Puts a message into a queue, by the variable of its address.
    pub async fn send(&self, queue: &str, body: &Value) {
        self.send_text(queue, &body.to_string()).await;
    }

    /// Puts a message into a queue that may be anything.
    pub async fn send_text(&self, queue: &str, body: &str) {
        self.sqs.send_message().queue_url(variable(queue)).message_body(body).send().await.unwrap();
    }

    /// How many messages a queue holds, with those that are being handled.
    pub async fn messages(&self, queue: &str) -> u32 {
        use aws_sdk_sqs::types::QueueAttributeName::{
            ApproximateNumberOfMessages, ApproximateNumberOfMessagesDelayed, ApproximateNumberOfMessagesNotVisible,
        };
        let counts =
            [ApproximateNumberOfMessages, ApproximateNumberOfMessagesDelayed, ApproximateNumberOfMessagesNotVisible];
        let request = self.sqs.get_queue_attributes().queue_url(variable(queue));
        let answer = request.set_attribute_names(Some(counts.into())).send().await.unwrap();
        answer.attributes().unwrap().values().map(|count| count.parse::<u32>().unwrap()).sum()
    }

    /// The item whose partition begins like this and of which an attribute has this value.
    ///
    /// # Panics
    /// If there is none.
    pub async fn find(
        &self,
        table: &str,
        begins: &str,
        attribute: &str,
        value: &str,
    ) -> HashMap<String, AttributeValue> {
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let scan = self.dynamodb.scan().table_name(variable(table)).consistent_read(true);
        let scan = scan.filter_expression("begins_with(pk, :begins) AND #name = :value");
        let scan =
            scan.expression_attribute_names("#name", attribute).expression_attribute_values(":value", text(value));
        let items = scan.expression_attribute_values(":begins", text(begins)).into_paginator().items().send();
        let found = items.collect::<Result<Vec<_>, _>>().await.unwrap();
        found.into_iter().next().unwrap_or_else(|| panic!("no {begins} in {table} has {attribute} {value}"))
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

    /// Has SES forget that the owner of an address confirmed it, under both of its interfaces.
    pub async fn forget_sender(&self, address: &str) {
        self.ses.delete_identity().identity(address).send().await.unwrap();
        let path = format!("{}/v2/email/identities/{address}", variable("AWS_ENDPOINT_URL"));
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        read(client.delete(path).header("authorization", ACCOUNT)).await.expect(200);
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
