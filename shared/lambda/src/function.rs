//! The start of a function's process, and one log line for each request that it serves.

use crate::{log, log_context, reply, request::Request};
use domain::{Outcome, Problem, problem::Wording};
use lambda_http::{Body, Context, RequestExt, Response, service_fn};
use std::{
    convert::Infallible,
    pin::Pin,
    time::{Duration, Instant},
};
use store::{Aws, ambient, aws::Variable};
use tracing::Instrument;

/// What ends a process: a missing variable, or the loss of the Lambda runtime.
pub use lambda_runtime::Error;

/// What answers a request.
type Handler<'a> = dyn Fn(Request) -> Pin<Box<dyn Future<Output = Response<Body>> + Send + 'a>> + Sync + 'a;

/// A function that has started: its name, its connection to AWS, and the address under which the public reaches the service, if one is configured.
pub struct Function {
    name: &'static str,
    pub aws: Aws,
    public_url: String,
}

impl Function {
    /// Starts logging and connects to AWS. `name` is the crate's, `env!("CARGO_PKG_NAME")`: it is the one under which everything
    /// about the function is found.
    pub async fn start(name: &'static str) -> Self {
        log::begin(name);
        Self { name, aws: Aws::connect().await, public_url: Variable::PublicUrl.text_or_empty() }
    }

    /// The function's name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Serves requests one after the other, refusing them in the format of this dialect.
    ///
    /// # Errors
    /// When the Lambda runtime cannot be reached any more.
    pub async fn serve<W, H, F>(&self, _dialect: W, handler: H) -> Result<(), Error>
    where
        W: Wording,
        H: Fn(Request) -> F + Sync,
        F: Future<Output = Outcome<Response<Body>>> + Send,
    {
        self.answer(|request| async {
            let (id, accept) = (request.id().to_owned(), request.accept().to_owned());
            handler(request).await.unwrap_or_else(|problem| refused::<W>(&problem, &id, &accept))
        })
        .await
    }

    /// Serves requests with a handler that words its own refusals.
    ///
    /// # Errors
    /// When the Lambda runtime cannot be reached any more.
    pub async fn answer<H, F>(&self, handler: H) -> Result<(), Error>
    where
        H: Fn(Request) -> F + Sync,
        F: Future<Output = Response<Body>> + Send,
    {
        self.run(&|request| Box::pin(handler(request))).await
    }

    /// Behind boxes, the runtime's code is built with this crate, and not anew with each function.
    fn run<'a>(&'a self, handler: &'a Handler<'a>) -> Pin<Box<dyn Future<Output = Result<(), Error>> + 'a>> {
        let served = move |request: lambda_http::Request| async move {
            let begun = Instant::now();
            let deadline = begun + time_left(request.lambda_context_ref());
            let request = Request::new(request, &self.public_url);
            let (span, route) = (log_context::span(request.id(), request.trace_id()), request.route().to_owned());
            let is_head = request.is_head();
            let told = async {
                let response = ambient::within(deadline, handler(request)).await;
                let response = if is_head { reply::without_body(response) } else { response };
                self.served(&route, &response, begun);
                response
            };
            Ok::<_, Infallible>(told.instrument(span).await)
        };
        Box::pin(lambda_http::run(service_fn(served)))
    }

    fn served(&self, route: &str, response: &Response<Body>, begun: Instant) {
        let (status, counts) = (response.status().as_u16(), self.aws.requests().take());
        tracing::info!(
            // The route, not the path: paths carry the tokens of public links.
            route,
            status,
            durationMs = begun.elapsed().as_secs_f64() * 1e3,
            dynamodb = counts.dynamodb,
            s3 = counts.s3,
            sqs = counts.sqs,
            ses = counts.ses,
            "served"
        );
    }
}

/// What the function has until Lambda ends it.
fn time_left(context: Option<&Context>) -> Duration {
    let deadline = context.map_or(0, |context| context.deadline);
    Duration::from_millis(deadline.saturating_sub(ambient::now().as_millisecond().unsigned_abs()))
}

/// A refusal in the format of this dialect, in a form that `Accept` names where the dialect has several. The cause of a fault of
/// ours goes to the log, and only there.
pub fn refuse<W: Wording>(_dialect: W, problem: &Problem, request: &Request) -> Response<Body> {
    refused::<W>(problem, request.id(), request.accept())
}

fn refused<W: Wording>(problem: &Problem, request_id: &str, accept: &str) -> Response<Body> {
    if let Problem::Internal(cause) | Problem::Failed { cause, .. } = problem {
        tracing::error!(cause, "a request failed");
    }
    let refusal = W::refusal(problem, request_id, accept);
    let response = reply::status(W::status(problem));
    let response = response.header("content-type", refusal.media_type).header("cache-control", "no-store");
    let challenged = refusal.headers.iter().any(|(name, _)| *name == "www-authenticate");
    let response = match problem {
        Problem::Unauthenticated(_) if !challenged => response.header("www-authenticate", "Bearer realm=\"imprint\""),
        Problem::Busy(_) => response.header("retry-after", "1"),
        _ => response,
    };
    let response = refusal.headers.into_iter().fold(response, |response, (name, value)| response.header(name, value));
    response.body(Body::from(refusal.body)).unwrap_or_default()
}
