//! SES without Imprint: the same bytes, from the same sender under the same configuration set, handed over by this program.

use super::{READER, at_once::at_once};
use crate::{Outcome, publishing::functions::Deployed};
use aws_config::BehaviorVersion;
use aws_sdk_ses::{
    Client, operation::send_raw_email::builders::SendRawEmailFluentBuilder, primitives::Blob, types::RawMessage,
};

/// What hands over.
pub struct Ses {
    client: Client,
    sender: String,
    configuration_set: String,
}

impl Ses {
    /// As the function that sends is configured.
    pub async fn of(function: &Deployed) -> Outcome<Self> {
        let variable = |name: &str| function.variables.get(name).filter(|value| !value.is_empty()).cloned();
        Ok(Self {
            client: Client::new(&aws_config::load_defaults(BehaviorVersion::latest()).await),
            sender: variable("MAIL_SENDER").ok_or("the stack has no MailSender")?,
            configuration_set: variable("MAIL_CONFIGURATION_SET").ok_or("the stack has no configuration set")?,
        })
    }

    /// Hands a mail over so many times at once: the time of each, and until all were through.
    pub async fn send(&self, mail: &[u8], count: usize) -> Outcome<(Vec<f64>, f64)> {
        let requests = (0..count).map(|_| self.request(mail)).collect::<Outcome<Vec<_>>>()?;
        at_once(requests.into_iter().map(handed_over).collect()).await
    }

    fn request(&self, mail: &[u8]) -> Outcome<SendRawEmailFluentBuilder> {
        let raw = RawMessage::builder().data(Blob::new(mail)).build()?;
        let request = self.client.send_raw_email().source(&self.sender).destinations(READER).raw_message(raw);
        Ok(request.configuration_set_name(&self.configuration_set))
    }
}

async fn handed_over(request: SendRawEmailFluentBuilder) -> Result<(), String> {
    request.send().await.map(drop).map_err(|error| format!("SES alone: {error:?}"))
}
