//! What the light functions are compared with: a function that makes the SDK clients and answers 200, and does nothing else.

use lambda_http::{Error, Request, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let config = aws_config::load_defaults(aws_config::BehaviorVersion::latest()).await;
    let clients = (
        aws_sdk_dynamodb::Client::new(&config),
        aws_sdk_s3::Client::new(&config),
        aws_sdk_sqs::Client::new(&config),
        aws_sdk_lambda::Client::new(&config),
    );
    let clients = &clients;
    lambda_http::run(service_fn(async |_: Request| {
        // Kept, so that the linker keeps them too.
        let _ = clients.0.config().region();
        Ok::<_, Error>("ok")
    }))
    .await
}
