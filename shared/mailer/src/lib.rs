//! Reports by mail: rendered, written, handed over to SES, and recorded.
//!
//! - [`Mailer`] sends; `fitting` finds what of a report fits into a mail.
//!
//! A mail is marked in its record before it is handed over and once more when SES has answered. Whoever finds the first mark without the
//! second does not know whether the mail went out, and does not send it again: a reader gets a report once or, if the function dies in
//! that moment, not at all, and the sender is told.

#![cfg_attr(test, allow(clippy::unwrap_used))]

use domain::{
    Outcome, Problem,
    address::Address,
    credential::Caller,
    delivery::{Delivery, DeliveryKey, Mail, MailStatus, Skipped},
    rendition::Rendition,
    report::Actor,
    token::LinkKey,
};
use fitting::Fitted;
use jiff::{Timestamp, tz::TimeZone};
use letter::{Letter, Sender};
use renditions::Renditions;
use std::time::{Duration, Instant};
use store::{
    Aws, Deliveries, MailedFiles, OpenReport, Outbox, Suppressions, ambient,
    aws::Variable,
    deliveries::{Claim, Claimed},
    outbox::{Outgoing, Unsent},
};
use tokio::time::sleep;
use uuid::Uuid;

mod fitting;

/// What sends reports.
pub struct Mailer {
    renditions: Renditions,
    deliveries: Deliveries,
    suppressions: Suppressions,
    mailed: MailedFiles,
    outbox: Outbox,
    links: LinkKey,
    /// `None`: the operator has configured none, and nothing is sent.
    sender: Option<Sender>,
}

/// What is to be sent to whom.
pub struct Order<'a> {
    pub caller: &'a Caller,
    pub found: OpenReport,
    pub to: Vec<Address>,
    /// By which the client means the same delivery.
    pub key: Option<DeliveryKey>,
    /// The address under which the public reaches the service, without a slash at the end.
    pub public_url: String,
    /// When the function must have answered.
    pub deadline: Instant,
}

/// How often a request looks whether another one under the same key has ended.
const LOOK_AGAIN: Duration = Duration::from_millis(250);
/// When a request that waits for another one gives up, before its end.
const LAST_LOOK: Duration = Duration::from_secs(1);
/// What a mail has at least for being handed over: ten megabytes take a moment, and one that is cut off is in doubt.
const LEAST_TIME: Duration = Duration::from_secs(4);

impl Mailer {
    /// # Errors
    /// `Internal` if a variable is missing or the sender is no address.
    pub fn new(aws: &Aws) -> Outcome<Self> {
        let links = LinkKey::new(&Variable::LinkKey.text()?);
        Ok(Self {
            renditions: Renditions::new(aws)?,
            deliveries: Deliveries::new(aws)?,
            suppressions: Suppressions::new(aws)?,
            mailed: MailedFiles::new(aws)?,
            outbox: Outbox::new(aws)?,
            links: links.ok_or_else(|| Problem::internal("LINK_KEY is shorter than 32 characters"))?,
            sender: sender()?,
        })
    }

    /// Sends a report, and answers when SES has taken it: who was left out, because of what came back from there before.
    ///
    /// # Errors
    /// `Invalid` when everybody would be left out, `Conflict` when the key stands for another request or is being served, `Unprocessable`
    /// when the report cannot be rendered, `Failed` when SES did not take a mail.
    pub async fn send(&self, order: Order<'_>) -> Outcome<Vec<Skipped>> {
        let sender = self.sender.as_ref().ok_or_else(|| Problem::Failed {
            told: "This service has no address to send mail from: its operator sets MailSender.".into(),
            cause: "MAIL_SENDER is empty".into(),
        })?;
        let Some(key) = &order.key else {
            return self.deliver(&order, sender, Deliveries::new_id(ambient::now())?, None).await;
        };
        loop {
            match self.deliveries.claim(key, order.found.report.uid, ambient::now()).await? {
                Claimed::Finished(delivery) => return Ok(delivery.skipped),
                Claimed::Taken { claim, id, before } => {
                    let fresh = before.is_none();
                    let sent = self.deliver(&order, sender, id, before.map(|before| *before)).await;
                    return self.ended(claim, fresh, sent).await;
                }
                Claimed::Held if Instant::now() + LAST_LOOK > order.deadline => {
                    return Err(Problem::Conflict(
                        "The first request under this Idempotency-Key is still being served; ask again in some seconds.".into(),
                    ));
                }
                Claimed::Held => sleep(LOOK_AGAIN).await,
            }
        }
    }

    /// The next request under the key need not wait for the end of the lease. A request that was refused uses no key up.
    async fn ended(&self, claim: Claim, fresh: bool, sent: Outcome<Vec<Skipped>>) -> Outcome<Vec<Skipped>> {
        let ended = match &sent {
            Err(Problem::Invalid { .. }) if fresh => self.deliveries.forget(claim).await,
            _ => self.deliveries.release(claim).await,
        };
        // What was sent was sent, whatever became of the claim: it ends by itself.
        drop(ended);
        sent
    }

    async fn deliver(
        &self,
        order: &Order<'_>,
        sender: &Sender,
        id: Uuid,
        before: Option<Delivery>,
    ) -> Outcome<Vec<Skipped>> {
        // Of an attempt that sent nothing, nothing is left to keep to.
        let begun = |delivery: &Delivery| delivery.left().len() < delivery.mails.len();
        let (mut delivery, new) = match before.map(Delivery::taken_up).filter(begun) {
            Some(delivery) => (self.taken_up(delivery).await?, false),
            None => (self.planned(order, id).await?, true),
        };
        let mut causes = Vec::new();
        if !delivery.left().is_empty() {
            let letter = self.letter(order, sender, &mut delivery, new).await?;
            causes = self.hand_over(order, sender, &letter, &mut delivery).await?;
        }
        delivery.check_sent(&causes)?;
        Ok(delivery.skipped)
    }

    /// Records of which mails nobody knows whether they were sent.
    async fn taken_up(&self, delivery: Delivery) -> Outcome<Delivery> {
        let unknown = delivery.mails.iter().enumerate().filter(|(_, mail)| mail.status == MailStatus::Unknown);
        for (position, _) in unknown {
            self.deliveries.put_mail(&delivery, position).await?;
        }
        Ok(delivery)
    }

    /// The delivery to those who may be written to.
    async fn planned(&self, order: &Order<'_>, id: Uuid) -> Outcome<Delivery> {
        let (to, skipped) = self.suppressions.sift(order.to.clone()).await?;
        if to.is_empty() {
            let each = skipped.iter().map(|Skipped { address, reason }| format!("{address}: {reason}"));
            return Err(Problem::invalid(
                "emails",
                format!(
                    "nothing was sent, since nobody is left to send to. {} An administrator lifts this by \
                     DELETE /api/mail/suppressions/<address>.",
                    each.collect::<Vec<_>>().join(" ")
                ),
            ));
        }
        let found = &order.found;
        let (report, version, actor) = (found.report.uid, found.version.version, Actor::from(order.caller));
        Ok(Delivery { skipped, ..Delivery::new(id, report, version, actor, &to, ambient::now()) })
    }

    /// Renders the report, and records a new delivery as it is about to be sent. That a report cannot be rendered is recorded too: who waits
    /// for it will look there.
    async fn letter(&self, order: &Order<'_>, sender: &Sender, delivery: &mut Delivery, new: bool) -> Outcome<Letter> {
        let (letter, zone, warnings) = match self.whole(order, delivery).await {
            Ok(written) => written,
            Err(problem @ (Problem::Unprocessable(_) | Problem::Invalid { .. })) if new => {
                delivery.subject = order.found.report.name.clone();
                delivery.reason = Some(problem.to_string());
                self.deliveries.put(delivery).await?;
                return Err(problem);
            }
            Err(problem) => return Err(problem),
        };
        let token = self.links.mailed_token(delivery.id);
        let address = token.mailed_address(&order.public_url);
        let reply_to = fitting::reply_to(&order.found.report)?;
        let first = delivery.mails.first().map(|mail| mail.to.clone()).unwrap_or_default();
        let envelope = fitting::envelope(sender, reply_to.as_ref(), &first, delivery, 0);
        let Fitted { letter, contents, kept } = fitting::fit(letter, &envelope, delivery, &zone, address)?;
        if let Some((file, pdf)) = kept {
            self.mailed.keep(&token, &file, pdf).await?;
        }
        // What is recorded may have been marked in the meantime by what came back.
        if new {
            (delivery.subject, delivery.contents) = (letter.subject.clone(), contents);
            delivery.warnings = warnings;
            self.deliveries.put(delivery).await?;
        }
        Ok(letter)
    }

    /// The letter with all that it may carry, the zone in which it tells times, and what its report lacks.
    async fn whole(&self, order: &Order<'_>, delivery: &Delivery) -> Outcome<(Letter, TimeZone, Vec<String>)> {
        let (found, at) = (&order.found, delivery.at);
        let plan = self.renditions.plan(found.clone(), delivery.version, Rendition::default(), at).await?;
        let rendered = self.renditions.letter(&plan).await?;
        let warnings = rendered.warnings.iter().map(ToString::to_string).collect();
        let public = found.state.bookmark(at).map(|link| self.links.token(&link.id.to_string()));
        let public_link = public.map(|token| token.address(&order.public_url));
        Ok((fitting::whole(&found.report, delivery, &plan, rendered, public_link)?, plan.zone()?, warnings))
    }

    /// Hands over the mails that are left, one after the other, as long as there is time. Answers what went wrong, for the log: a fault at
    /// one mail must not hide what became of the others.
    async fn hand_over(
        &self,
        order: &Order<'_>,
        sender: &Sender,
        letter: &Letter,
        delivery: &mut Delivery,
    ) -> Outcome<Vec<String>> {
        let reply_to = fitting::reply_to(&order.found.report)?;
        let mut causes = Vec::new();
        for position in delivery.left() {
            if Instant::now() + LEAST_TIME > order.deadline {
                causes.push("there was no time left".to_owned());
                let marked = self.mark(delivery, position, |mail| failed(mail, "There was no time left for it.")).await;
                causes.extend(cause(marked));
                continue;
            }
            let to = delivery.mails[position].to.clone();
            let envelope = fitting::envelope(sender, reply_to.as_ref(), &to, delivery, position);
            let mime = letter.to_mime(&envelope)?;
            let marked = self.mark(delivery, position, |mail| mail.status = MailStatus::Sending).await;
            if let Some(cause) = cause(marked) {
                failed(&mut delivery.mails[position], "It could not be recorded.");
                causes.push(cause);
                continue;
            }
            let outgoing =
                Outgoing { source: &sender.address, to: &to, mime, report: delivery.report, delivery: delivery.id };
            let sent = self.outbox.send(outgoing, order.deadline).await;
            let now = ambient::now();
            let mut refused = None;
            let marked = self.mark(delivery, position, |mail| refused = told(mail, sent, now)).await;
            causes.extend(refused);
            tracing::info!(mails = 1, outcome = ?delivery.mails[position].status, delivery = %delivery.id, "a mail was handed over");
            if let Some(cause) = cause(marked) {
                // The caller is told what is known. Whoever asks again learns that nobody knows.
                tracing::error!(delivery = %delivery.id, position, cause, "what became of a mail was not recorded");
            }
        }
        Ok(causes)
    }

    async fn mark(&self, delivery: &mut Delivery, position: usize, change: impl FnOnce(&mut Mail)) -> Outcome<()> {
        change(&mut delivery.mails[position]);
        self.deliveries.put_mail(delivery, position).await
    }
}

/// Notes what SES said of a mail. Answers the cause when it was not taken.
fn told(mail: &mut Mail, sent: Result<String, Unsent>, now: Timestamp) -> Option<String> {
    match sent {
        Ok(id) => {
            (mail.status, mail.message_id, mail.sent_at) = (MailStatus::Sent, Some(id), Some(now));
            mail.reason = None;
            None
        }
        Err(Unsent::Refused(cause)) => {
            failed(mail, "The mail system did not take it.");
            Some(cause)
        }
        Err(Unsent::Unknown(cause)) => {
            mail.status = MailStatus::Unknown;
            mail.reason = Some("The mail system gave no answer.".to_owned());
            Some(cause)
        }
    }
}

fn cause(marked: Outcome<()>) -> Option<String> {
    marked.err().map(|problem| problem.to_string())
}

fn failed(mail: &mut Mail, reason: &str) {
    (mail.status, mail.reason) = (MailStatus::Failed, Some(reason.to_owned()));
}

/// Who sends, as the template says.
fn sender() -> Outcome<Option<Sender>> {
    match Variable::MailSender.text_or_empty().trim() {
        "" => Ok(None),
        address => {
            let address = Address::parse("MAIL_SENDER", address).map_err(Problem::internal)?;
            Ok(Some(Sender { name: Variable::MailSenderName.text_or_empty(), address }))
        }
    }
}
