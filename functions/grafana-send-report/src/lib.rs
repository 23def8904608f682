//! `POST /api/reports/email` — generate a report and send it by mail; the same under the base `/grafana`, which clients of Grafana's take.

use domain::{credential::Permission, delivery::DeliveryKey};
use grafana::{Grafana, SendBody, SentBody};
use lambda::store::Reports;
use lambda::{Error, Function, Gate, Reply, Request, reply};
use mailer::{Mailer, Order};
use std::time::Duration;

/// More than all recipients of a request take.
const MAX_BODY: usize = 256 * 1024;
/// When the caller must have an answer: the gateway gives up after 30 seconds.
const PATIENCE: Duration = Duration::from_secs(27);

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let (gate, reports) = (&Gate::new(&function.aws)?, &Reports::new(&function.aws)?);
    let mailer = &Mailer::new(&function.aws)?;
    function.serve(Grafana, |request| send(gate, reports, mailer, request)).await
}

async fn send(gate: &Gate, reports: &Reports, mailer: &Mailer, request: Request) -> Reply {
    let deadline = request.received() + PATIENCE;
    let body: SendBody = match request.json(MAX_BODY) {
        Ok(body) => body,
        // Who may not send learns only that.
        Err(problem) => return gate.caller(&request, Permission::ReportsSend).await.and(Err(problem)),
    };
    let (caller, found) = gate.named(reports, &request, body.report(), Permission::ReportsSend).await?;
    let to = body.recipients(&found.report)?;
    let key = request.strict_header("Idempotency-Key")?;
    let key = key.map(|key| DeliveryKey::new(key, &caller, &body.fingerprint())).transpose()?;
    let public_url = request.public_url().to_owned();
    let skipped = mailer.send(Order { caller: &caller, found, to, key, public_url, deadline }).await?;
    reply::json(200, &SentBody::new(skipped))
}
