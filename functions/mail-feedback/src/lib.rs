//! Behind SES, by way of SNS and a queue: mails that bounced, and recipients who complained. Both are told in the delivery's record, and
//! nothing more is sent to such an address.
//!
//! Messages come at least once: each writes the same again.

use domain::{Outcome, delivery::Suppression};
use lambda::store::{Deliveries, Suppressions, outbox::event::MailEvent};
use lambda::{Error, Function, queue::Retries};

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let (deliveries, suppressions) = (&Deliveries::new(&function.aws)?, &Suppressions::new(&function.aws)?);
    let retries = Retries::soon(&function.aws)?;
    function.consume(retries, async |message| record(deliveries, suppressions, message.body).await).await
}

async fn record(deliveries: &Deliveries, suppressions: &Suppressions, body: Option<String>) -> Outcome<()> {
    let MailEvent { report, delivery, feedback } = match MailEvent::parse(&body.unwrap_or_default()) {
        Ok(Some(event)) => event,
        Ok(None) => {
            tracing::warn!("an event of a mail that is not ours, or of nothing that came back, was dropped");
            return Ok(());
        }
        Err(error) => {
            tracing::error!(cause = error.to_string(), "a message that is no event of SES was dropped");
            return Ok(());
        }
    };
    for (address, feedback) in feedback {
        let known = deliveries.put_feedback(report, delivery, &address, &feedback).await?;
        let kind = feedback.kind;
        if kind.suppresses() {
            suppressions.add(&Suppression { address, feedback, report, delivery }).await?;
        }
        // Counted once it is on record: a message that could not be recorded comes again.
        tracing::info!(mailsReturned = 1, outcome = ?kind, %report, %delivery, known, "a mail came back");
    }
    Ok(())
}
