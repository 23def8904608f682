//! The AWS clients, the names of the resources, and a count of the requests made.

use crate::sent;
use aws_config::{SdkConfig, retry::RetryConfig, timeout::TimeoutConfig};
use aws_sdk_dynamodb::config::{
    ConfigBag, Intercept, RuntimeComponents,
    interceptors::{BeforeTransmitInterceptorContextMut, BeforeTransmitInterceptorContextRef},
};
use domain::{Outcome, Problem};
use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

#[cfg(test)]
mod connections;

/// The connection to AWS that all aggregates of a function share.
#[derive(Clone)]
pub struct Aws {
    config: SdkConfig,
    requests: Arc<Requests>,
    /// Whether the endpoint is a stand-in (the local stack), which serves buckets by path.
    local: bool,
    clients: Arc<Clients>,
}

/// The clients that were asked for. One for each service: a client has its own pool of connections, and each connection to AWS begins
/// with a TLS handshake.
#[derive(Default)]
struct Clients {
    dynamodb: OnceLock<aws_sdk_dynamodb::Client>,
    s3: OnceLock<aws_sdk_s3::Client>,
    sqs: OnceLock<aws_sdk_sqs::Client>,
    ses: OnceLock<aws_sdk_ses::Client>,
}

/// The requests that went out since the last [`Requests::take`], retries included.
#[derive(Debug, Default)]
pub struct Requests {
    dynamodb: AtomicU32,
    s3: AtomicU32,
    sqs: AtomicU32,
    ses: AtomicU32,
}

/// Counts, by service.
#[derive(Debug, Clone, Copy, Default)]
pub struct Counts {
    pub dynamodb: u32,
    pub s3: u32,
    pub sqs: u32,
    pub ses: u32,
}

impl Requests {
    /// The counts since the last call. A function serves one request at a time, so they are the counts of one invocation.
    pub fn take(&self) -> Counts {
        let take = |count: &AtomicU32| count.swap(0, Ordering::Relaxed);
        Counts { dynamodb: take(&self.dynamodb), s3: take(&self.s3), sqs: take(&self.sqs), ses: take(&self.ses) }
    }
}

#[derive(Debug, Clone, Copy)]
enum Service {
    DynamoDb,
    S3,
    Sqs,
    Ses,
}

#[derive(Debug)]
struct Counter(Arc<Requests>, Service);

impl Intercept for Counter {
    fn name(&self) -> &'static str {
        "RequestCounter"
    }

    fn read_before_transmit(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), aws_sdk_dynamodb::error::BoxError> {
        let count = match self.1 {
            Service::DynamoDb => &self.0.dynamodb,
            Service::S3 => &self.0.s3,
            Service::Sqs => &self.0.sqs,
            Service::Ses => &self.0.ses,
        };
        count.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

/// Has every mail go over a connection of its own. One that was left open while the function slept may be dead, and a mail that is lost
/// on it is one of which nobody knows whether it was taken.
#[derive(Debug)]
struct OwnConnection;

impl Intercept for OwnConnection {
    fn name(&self) -> &'static str {
        "OwnConnection"
    }

    /// Behind the signature, of which the header is no part.
    fn modify_before_transmit(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), aws_sdk_dynamodb::error::BoxError> {
        context.request_mut().headers_mut().insert("connection", "close");
        Ok(())
    }
}

impl Aws {
    /// Reads region, credentials and endpoint from the environment, as the SDK does.
    pub async fn connect() -> Self {
        let config = sent::configuration().await;
        let local = std::env::var_os("AWS_ENDPOINT_URL").is_some();
        Self { config, requests: Arc::default(), local, clients: Arc::default() }
    }

    /// The counter of this connection's requests.
    pub fn requests(&self) -> Arc<Requests> {
        self.requests.clone()
    }

    fn counter(&self, service: Service) -> Counter {
        Counter(self.requests.clone(), service)
    }

    pub(crate) fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        self.clients.dynamodb.get_or_init(|| self.new_dynamodb()).clone()
    }

    fn new_dynamodb(&self) -> aws_sdk_dynamodb::Client {
        let config = aws_sdk_dynamodb::config::Builder::from(&self.config);
        aws_sdk_dynamodb::Client::from_conf(config.interceptor(self.counter(Service::DynamoDb)).build())
    }

    pub(crate) fn s3(&self) -> aws_sdk_s3::Client {
        self.clients.s3.get_or_init(|| self.new_s3()).clone()
    }

    fn new_s3(&self) -> aws_sdk_s3::Client {
        use aws_sdk_s3::config::{RequestChecksumCalculation, ResponseChecksumValidation};
        let config = aws_sdk_s3::config::Builder::from(&self.config)
            .force_path_style(self.local)
            // An object has up to some ten megabytes.
            .timeout_config(TimeoutConfig::builder().operation_attempt_timeout(Duration::from_secs(20)).build())
            // Ranged reads carry no checksum, and whoever uploads gives one where it is wanted: the address of an upload has none.
            .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
            .response_checksum_validation(ResponseChecksumValidation::WhenRequired);
        aws_sdk_s3::Client::from_conf(config.interceptor(self.counter(Service::S3)).build())
    }

    pub(crate) fn sqs(&self) -> aws_sdk_sqs::Client {
        self.clients.sqs.get_or_init(|| self.new_sqs()).clone()
    }

    fn new_sqs(&self) -> aws_sdk_sqs::Client {
        let config = aws_sdk_sqs::config::Builder::from(&self.config);
        aws_sdk_sqs::Client::from_conf(config.interceptor(self.counter(Service::Sqs)).build())
    }

    pub(crate) fn ses(&self) -> aws_sdk_ses::Client {
        self.clients.ses.get_or_init(|| self.new_ses()).clone()
    }

    fn new_ses(&self) -> aws_sdk_ses::Client {
        let config = aws_sdk_ses::config::Builder::from(&self.config)
            // A mail that is sent again is a second mail: [`crate::Outbox`] decides. It also knows how long it may take.
            .retry_config(RetryConfig::disabled())
            .timeout_config(TimeoutConfig::disabled())
            .interceptor(OwnConnection);
        aws_sdk_ses::Client::from_conf(config.interceptor(self.counter(Service::Ses)).build())
    }
}

/// The variables that `template.yaml` gives to functions; each function gets only those that it needs.
#[derive(Debug, Clone, Copy)]
pub enum Variable {
    /// Table of workspaces, reports, versions and publications.
    CatalogTable,
    /// Table of public links.
    LinksTable,
    /// Table of access tokens.
    AccessTable,
    /// Bucket of sources, assets and bundles.
    Bucket,
    /// Address of the publish queue.
    PublishQueue,
    /// Address of the queue of publications that were given up.
    ParkedQueue,
    /// Address of the queue of exports.
    ExportQueue,
    /// Address of the queue whose messages the function handles.
    OwnQueue,
    /// How long a message of that queue stays hidden after an attempt that died, in seconds.
    RetrySeconds,
    /// How many bundles before the live one are kept of a report.
    KeepBundles,
    /// Secret from which the tokens of public links are derived.
    LinkKey,
    /// The address under which the public reaches the service, without a slash at the end; empty: the one of the request.
    PublicUrl,
    /// The address that mail is sent from; empty: no mail is sent.
    MailSender,
    /// The name beside that address.
    MailSenderName,
    /// The set by which SES knows where to tell of bounces and complaints.
    MailConfigurationSet,
    /// Who may show public pages in a frame, as the CSP directive `frame-ancestors` says it.
    FrameAncestors,
    /// How long `_cloud-publish` waits for the end of the publication, in seconds.
    PublishWaitSeconds,
    /// How long a report may take to render, in seconds.
    RenderSeconds,
    /// How much memory a report may take to render, in megabytes.
    RenderMemoryMb,
}

impl Variable {
    /// The variable's name in the environment.
    pub const fn name(self) -> &'static str {
        match self {
            Self::CatalogTable => "CATALOG_TABLE",
            Self::LinksTable => "LINKS_TABLE",
            Self::AccessTable => "ACCESS_TABLE",
            Self::Bucket => "BUCKET",
            Self::PublishQueue => "PUBLISH_QUEUE_URL",
            Self::ParkedQueue => "PARKED_QUEUE_URL",
            Self::ExportQueue => "EXPORT_QUEUE_URL",
            Self::OwnQueue => "QUEUE_URL",
            Self::RetrySeconds => "RETRY_SECONDS",
            Self::KeepBundles => "KEEP_BUNDLES",
            Self::LinkKey => "LINK_KEY",
            Self::PublicUrl => "PUBLIC_URL",
            Self::MailSender => "MAIL_SENDER",
            Self::MailSenderName => "MAIL_SENDER_NAME",
            Self::MailConfigurationSet => "MAIL_CONFIGURATION_SET",
            Self::FrameAncestors => "FRAME_ANCESTORS",
            Self::PublishWaitSeconds => "PUBLISH_WAIT_SECONDS",
            Self::RenderSeconds => "RENDER_SECONDS",
            Self::RenderMemoryMb => "RENDER_MEMORY_MB",
        }
    }

    /// The variable's value.
    ///
    /// # Errors
    /// `Internal`, naming the variable, when it is missing or empty: the function then refuses to start.
    pub fn text(self) -> Outcome<String> {
        let value = self.text_or_empty();
        if value.is_empty() {
            return Err(Problem::internal(format!("the environment variable {} is not set", self.name())));
        }
        Ok(value)
    }

    /// The variable's value, empty if it is missing.
    pub fn text_or_empty(self) -> String {
        std::env::var(self.name()).unwrap_or_default()
    }

    /// The variable's value as a whole number.
    ///
    /// # Errors
    /// `Internal`, naming the variable, when it is missing or no whole number.
    pub fn number(self) -> Outcome<u64> {
        let text = self.text()?;
        text.parse().map_err(|_| Problem::internal(format!("{} is no whole number: {text}", self.name())))
    }
}
