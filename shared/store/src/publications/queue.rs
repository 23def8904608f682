//! The queues of publishing: in front of the worker, and where the messages of publications that were given up wait for an operator.
//!
//! Messages carry their workspace as the group of SQS's fair queues: a workspace with many of them does not keep those of others waiting.

use crate::{Aws, aws::Variable, sent, table::fault};
use aws_sdk_sqs::types::MessageSystemAttributeName::MessageGroupId;
use domain::{Outcome, Problem, publication::PublicationId};
use serde::{Deserialize, Serialize};

/// A queue.
#[derive(Clone)]
pub struct Queue {
    client: aws_sdk_sqs::Client,
    url: String,
}

/// What the worker is told: the publication to make.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct PublishMessage {
    pub publication: PublicationId,
    /// An operator has it tried again: it may be one that was given up.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub redrive: bool,
}

impl PublishMessage {
    /// The text of the message.
    ///
    /// # Errors
    /// None that happens.
    pub fn to_text(self) -> Outcome<String> {
        serde_json::to_string(&self).map_err(Problem::internal)
    }
}

impl Queue {
    /// The queue in front of the worker.
    ///
    /// # Errors
    /// `Internal` if a variable is missing.
    pub fn publish(aws: &Aws) -> Outcome<Self> {
        Ok(Self { client: aws.sqs(), url: Variable::PublishQueue.text()? })
    }

    /// The queue in front of the worker that makes exports.
    ///
    /// # Errors
    /// `Internal` if a variable is missing.
    pub fn export(aws: &Aws) -> Outcome<Self> {
        Ok(Self { client: aws.sqs(), url: Variable::ExportQueue.text()? })
    }

    /// The queue of what was given up. Nothing reads it but an operator's redrive.
    ///
    /// # Errors
    /// `Internal` if a variable is missing.
    pub fn parked(aws: &Aws) -> Outcome<Self> {
        Ok(Self { client: aws.sqs(), url: Variable::ParkedQueue.text()? })
    }

    /// The queue whose messages the function handles.
    ///
    /// # Errors
    /// `Internal` if a variable is missing.
    pub fn own(aws: &Aws) -> Outcome<Self> {
        Ok(Self { client: aws.sqs(), url: Variable::OwnQueue.text()? })
    }

    /// Has a message that was received come again after `seconds`, and not when its visibility timeout ends.
    ///
    /// # Errors
    /// `Internal` when SQS does not answer; the message then comes as it would have.
    pub async fn retry_after(&self, receipt_handle: &str, seconds: u64) -> Outcome<()> {
        let change = self.client.change_message_visibility().queue_url(&self.url).receipt_handle(receipt_handle);
        let change = change.visibility_timeout(i32::try_from(seconds).unwrap_or(i32::MAX));
        sent::change_message_visibility(change).await.map(drop).map_err(fault)
    }

    /// Sends a message about something in a workspace; none for what is not known.
    ///
    /// # Errors
    /// `Internal` when SQS does not answer; the message may have been sent or not.
    pub async fn send(&self, body: impl Into<String>, workspace: Option<&str>) -> Outcome<()> {
        let send = self.client.send_message().queue_url(&self.url).message_body(body);
        let send = send.set_message_group_id(workspace.map(str::to_owned));
        sent::send_message(send).await.map(drop).map_err(fault)
    }

    /// Moves the messages that wait in this queue to another one, up to ten; answers how many. A message is sent before it is removed:
    /// whoever dies in between sends it twice.
    ///
    /// # Errors
    /// `Internal` when SQS does not answer.
    pub async fn move_some(&self, to: &Self) -> Outcome<usize> {
        let receive = self.client.receive_message().queue_url(&self.url).max_number_of_messages(10);
        let receive = receive.message_system_attribute_names(MessageGroupId).wait_time_seconds(1);
        let received = sent::receive_message(receive).await.map_err(fault)?;
        let messages = received.messages.unwrap_or_default();
        for message in &messages {
            let workspace = message.attributes().and_then(|attributes| attributes.get(&MessageGroupId));
            to.send(message.body().unwrap_or_default(), workspace.map(String::as_str)).await?;
            let delete = self.client.delete_message().queue_url(&self.url);
            let delete = delete.set_receipt_handle(message.receipt_handle.clone());
            sent::delete_message(delete).await.map_err(fault)?;
        }
        Ok(messages.len())
    }
}
