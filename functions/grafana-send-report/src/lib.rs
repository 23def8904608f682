//! `POST /api/reports/email` — generate a report and send it by mail; the same under the base `/grafana`, which clients of Grafana's take.

use domain::{credential::Permission, delivery::DeliveryKey};
use grafana::{Grafana, SendBody, SentBody};
use lambda::store::{Reports, aws::Variable};
use lambda::{Error, Function, Gate, Reply, Request, reply};
use mailer::{Mailer, Order};
use std::time::Duration;

/// More than all recipients of a request take.
const MAX_BODY: usize = 256 * 1024;
/// When the caller must have an answer: the gateway gives up after 30 seconds.
const PATIENCE: Duration = Duration::from_secs(27);

/// What the call uses.
struct Parts {
    gate: Gate,
    reports: Reports,
    mailer: Mailer,
    public_url: String,
}

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let (gate, reports) = (Gate::new(&function.aws)?, Reports::new(&function.aws)?);
    let (mailer, public_url) = (Mailer::new(&function.aws)?, Variable::PublicUrl.text_or_empty());
    let parts = &Parts { gate, reports, mailer, public_url };
    function.serve::<Grafana, _, _>(|request| send(parts, request)).await
}

async fn send(parts: &Parts, request: Request) -> Reply {
    let deadline = request.received() + PATIENCE;
    let body: SendBody = match request.json(MAX_BODY) {
        Ok(body) => body,
        // Who may not send learns only that.
        Err(problem) => return parts.gate.caller(&request, Permission::ReportsSend).await.and(Err(problem)),
    };
    let (caller, found) = parts.gate.named(&parts.reports, &request, body.report(), Permission::ReportsSend).await?;
    let to = body.recipients(&found.report)?;
    let key = request.strict_header("Idempotency-Key")?;
    let key = key.map(|key| DeliveryKey::new(key, &caller, &body.fingerprint())).transpose()?;
    let public_url = request.public_url(&parts.public_url);
    let skipped = parts.mailer.send(Order { caller: &caller, found, to, key, public_url, deadline }).await?;
    reply::json(200, &SentBody::new(skipped))
}
