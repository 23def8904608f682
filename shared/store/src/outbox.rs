//! SES: mails go out here. In [`event`]: what SES tells of them later.

use crate::{Aws, aws::Variable, sent, table::fault};
use aws_sdk_ses::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
    operation::send_raw_email::{SendRawEmailError, builders::SendRawEmailFluentBuilder},
    primitives::Blob,
    types::{MessageTag, RawMessage},
};
use backon::{BackoffBuilder, ExponentialBuilder};
use domain::{Outcome, Problem, address::Address};
use std::time::{Duration, Instant};
use tokio::time::{sleep, timeout};
use uuid::Uuid;

pub mod event;

/// What hands mails over to SES.
#[derive(Clone)]
pub struct Outbox {
    client: Client,
    /// The set by which SES knows where to tell of bounces and complaints.
    configuration_set: String,
}

/// A mail as SES takes it.
pub struct Outgoing<'a> {
    /// The sender, who must be verified.
    pub source: &'a Address,
    pub to: &'a [Address],
    /// The mail in MIME.
    pub mime: Vec<u8>,
    /// What SES repeats when it tells of a bounce.
    pub report: Uuid,
    pub delivery: Uuid,
}

/// Why there is no answer that the mail was taken. The texts are for the log.
#[derive(Debug)]
pub enum Unsent {
    /// SES said that it did not take the mail.
    Refused(String),
    /// Nobody knows whether it did.
    Unknown(String),
}

/// What an attempt has at least.
const LEAST_TIME: Duration = Duration::from_secs(3);

type SendError = SdkError<SendRawEmailError>;

impl Outbox {
    /// # Errors
    /// `Internal` if a variable is missing.
    pub fn new(aws: &Aws) -> Outcome<Self> {
        Ok(Self { client: aws.ses(), configuration_set: Variable::MailConfigurationSet.text()? })
    }

    /// Hands a mail over, and answers the id that SES gives it. When SES is too busy it is tried again, until the deadline. It is not when
    /// nobody knows whether the mail was taken: better no mail than two.
    ///
    /// # Errors
    /// [`Unsent`].
    pub async fn send(&self, mail: Outgoing<'_>, deadline: Instant) -> Result<String, Unsent> {
        let request = self.request(mail).map_err(|problem| Unsent::Refused(problem.to_string()))?;
        let patience = ExponentialBuilder::default()
            .with_jitter()
            .with_min_delay(Duration::from_millis(250))
            .with_max_delay(Duration::from_secs(2))
            .without_max_times();
        let left = || deadline.saturating_duration_since(Instant::now());
        let mut delays = patience.build();
        loop {
            let answer = timeout(left(), sent::send_raw_email(request.clone())).await;
            let answer = answer.map_err(|_| Unsent::Unknown("SES gave no answer in time".to_owned()))?;
            let refused = match answer.map_err(judged) {
                Ok(answer) => return Ok(answer.message_id),
                Err((false, unsent)) => return Err(unsent),
                Err((true, refused)) => refused,
            };
            match delays.next() {
                // An attempt that is cut off would leave in doubt what is now certain.
                Some(delay) if delay + LEAST_TIME < left() => sleep(delay).await,
                _ => return Err(refused),
            }
        }
    }

    fn request(&self, mail: Outgoing<'_>) -> Outcome<SendRawEmailFluentBuilder> {
        let tag = |name: &str, value: Uuid| MessageTag::builder().name(name).value(value).build();
        let tags = vec![tag("report", mail.report), tag("delivery", mail.delivery)];
        let tags = tags.into_iter().collect::<Result<Vec<_>, _>>().map_err(Problem::internal)?;
        let raw = RawMessage::builder().data(Blob::new(mail.mime)).build().map_err(Problem::internal)?;
        let request = self.client.send_raw_email().source(mail.source.as_str()).raw_message(raw);
        let to = mail.to.iter().map(|address| address.as_str().to_owned()).collect();
        let request = request.set_destinations(Some(to)).set_tags(Some(tags));
        Ok(request.configuration_set_name(&self.configuration_set))
    }
}

/// Whether the same request may be made again in a moment, and what is known of the mail.
fn judged(error: SendError) -> (bool, Unsent) {
    let status = error.raw_response().map(|response| response.status().as_u16());
    let code = error.as_service_error().and_then(ProvideErrorMetadata::code).unwrap_or_default().to_owned();
    let throttled = ["Throttling", "ThrottlingException", "TooManyRequestsException"].contains(&code.as_str());
    let never_connected = is_refused_connection(&error);
    let cause = match fault(error) {
        Problem::Internal(cause) => cause,
        other => other.to_string(),
    };
    match status {
        // SES says these before it looks at the mail.
        Some(429 | 503) => (true, Unsent::Refused(cause)),
        Some(400..=499) => (throttled, Unsent::Refused(cause)),
        None if never_connected => (true, Unsent::Refused(cause)),
        _ => (false, Unsent::Unknown(cause)),
    }
}

/// Whether nobody listens there: then the mail never left.
fn is_refused_connection(error: &SendError) -> bool {
    let mut next: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(cause) = next {
        let io = cause.downcast_ref::<std::io::Error>();
        if io.is_some_and(|io| io.kind() == std::io::ErrorKind::ConnectionRefused) {
            return true;
        }
        next = cause.source();
    }
    false
}
