//! Reports by mail: the record of each delivery, and the keys by which clients mean the same one.

use crate::{
    Aws, ambient,
    aws::Variable,
    change::{Change, Condition, Path},
    keys::{deliveries_partition, delivery_key, send_key},
    sent,
    table::{Key, Table, fault, from_item, n, s, to_item},
};
use domain::{
    Outcome, Problem,
    delivery::{ATTEMPT, Delivery, DeliveryKey, DeliveryStatus, Feedback, KEY_KEPT},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The deliveries.
#[derive(Clone)]
pub struct Deliveries {
    catalog: Table,
}

/// A key of a client as its item keeps it.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    fingerprint: String,
    report: Uuid,
    delivery: Uuid,
    /// The request that may send.
    holder: Uuid,
    /// Until then it alone may; in milliseconds since 1970, 0 when it has ended.
    lease_until: u64,
    /// In seconds since 1970.
    expires: u64,
}

/// The right to send, which one request at a time has.
pub struct Claim {
    key: Key,
    holder: Uuid,
}

/// What a request with a key finds.
pub enum Claimed {
    /// It is the one to send, under this id. With what an attempt before it recorded.
    Taken { claim: Claim, id: Uuid, before: Option<Box<Delivery>> },
    /// All was sent before.
    Finished(Box<Delivery>),
    /// Another request under this key is being served.
    Held,
}

fn millis(time: Timestamp) -> u64 {
    u64::try_from(time.as_millisecond()).unwrap_or_default()
}

fn seconds(time: Timestamp) -> u64 {
    u64::try_from(time.as_second()).unwrap_or_default()
}

impl Deliveries {
    /// # Errors
    /// `Internal` if a variable is missing.
    pub fn new(aws: &Aws) -> Outcome<Self> {
        Ok(Self { catalog: Table::new(aws, Variable::CatalogTable)? })
    }

    /// A new id, in the order of time.
    ///
    /// # Errors
    /// `Internal` if the operating system has no randomness.
    pub fn new_id(now: Timestamp) -> Outcome<Uuid> {
        Ok(uuid::Builder::from_unix_timestamp_millis(millis(now), &ambient::random()?).into_uuid())
    }

    /// Claims a key for a request about a report.
    ///
    /// # Errors
    /// `Conflict` when the key stands for another request, `Internal` when DynamoDB does not answer.
    pub async fn claim(&self, asked: &DeliveryKey, report: Uuid, now: Timestamp) -> Outcome<Claimed> {
        let key = send_key(&asked.hash);
        let own = Record {
            fingerprint: asked.fingerprint.clone(),
            report,
            delivery: Self::new_id(now)?,
            holder: ambient::uid()?,
            lease_until: millis(now + ATTEMPT),
            expires: seconds(now + KEY_KEPT),
        };
        let claim = Claim { key: key.clone(), holder: own.holder };
        if self.put_fresh(&key, &own, now).await? {
            return Ok(Claimed::Taken { claim, id: own.delivery, before: None });
        }
        // It was written a moment ago; TTL does not remove it before its time.
        let Some(found) = self.catalog.get::<Record>(&key).await? else { return Ok(Claimed::Held) };
        if found.fingerprint != own.fingerprint || found.report != report {
            return Err(Problem::Conflict(
                "The Idempotency-Key was used for another request within 24 hours; use a new one.".into(),
            ));
        }
        // The answer to the write was lost, and its repetition found the item there.
        if found.holder == own.holder {
            return Ok(Claimed::Taken { claim, id: own.delivery, before: None });
        }
        if found.lease_until > millis(now) {
            return Ok(Claimed::Held);
        }
        let before: Option<Delivery> = self.catalog.get(&delivery_key(report, found.delivery)).await?;
        match before {
            Some(delivery) if delivery.status() == DeliveryStatus::Sent => Ok(Claimed::Finished(Box::new(delivery))),
            _ if !self.take_over(&key, &found, &own).await? => Ok(Claimed::Held),
            before => Ok(Claimed::Taken { claim, id: found.delivery, before: before.map(Box::new) }),
        }
    }

    /// Whether the key is new, or its time was over.
    async fn put_fresh(&self, key: &Key, record: &Record, now: Timestamp) -> Outcome<bool> {
        let over = Condition::AtMost("expires".into(), n(seconds(now)));
        self.catalog.write(to_item(key, record)?, Some(Condition::Any(vec![Condition::new_item(), over]))).await
    }

    /// Whether the claim of a request that ended or died is this one's now.
    async fn take_over(&self, key: &Key, found: &Record, own: &Record) -> Outcome<bool> {
        let change = Change::default().set("holder", s(own.holder)).set("leaseUntil", n(own.lease_until));
        let as_found =
            vec![Condition::is("holder", s(found.holder)), Condition::is("leaseUntil", n(found.lease_until))];
        // As it was found; or this very write, if its answer was lost.
        let change =
            change.when(Condition::Any(vec![Condition::All(as_found), Condition::is("holder", s(own.holder))]));
        Ok(self.catalog.change::<Record>(key, change).await?.is_some())
    }

    /// Ends a claim: the next request under the key may take up what was not sent.
    ///
    /// # Errors
    /// `Internal` when DynamoDB does not answer; then the claim ends by itself.
    pub async fn release(&self, claim: Claim) -> Outcome<()> {
        self.end(claim, Change::default()).await
    }

    /// Ends a claim under which nothing was done: the key is as if it had never been used.
    ///
    /// # Errors
    /// As [`Deliveries::release`].
    pub async fn forget(&self, claim: Claim) -> Outcome<()> {
        self.end(claim, Change::default().set("expires", n(0))).await
    }

    async fn end(&self, claim: Claim, change: Change) -> Outcome<()> {
        let change = change.set("leaseUntil", n(0)).when(Condition::is("holder", s(claim.holder)));
        self.catalog.change::<Record>(&claim.key, change).await.map(drop)
    }

    /// Records a delivery, in the place of what was recorded under its id.
    ///
    /// # Errors
    /// `Internal` when DynamoDB does not answer.
    pub async fn put(&self, delivery: &Delivery) -> Outcome<()> {
        let mut item = to_item(&delivery_key(delivery.report, delivery.id), delivery)?;
        item.insert("expires".into(), n(seconds(delivery.expires_at)));
        let put = self.catalog.client.put_item().table_name(&self.catalog.name).set_item(Some(item));
        sent::put_item(put).await.map(drop).map_err(fault)
    }

    /// Records how far the mail at a position came; what came back in the meantime stays.
    ///
    /// # Errors
    /// `Internal` when DynamoDB does not answer.
    pub async fn put_mail(&self, delivery: &Delivery, position: usize) -> Outcome<()> {
        let mail = delivery.mails.get(position).ok_or_else(|| Problem::internal("there is no such mail"))?;
        let mail = serde_dynamo::to_attribute_value(mail).map_err(Problem::internal)?;
        let change = Change::default().set(Path::from("mails").at(position), mail).when(Condition::known_item());
        let changed = self.catalog.change::<Delivery>(&delivery_key(delivery.report, delivery.id), change).await?;
        changed.map(drop).ok_or_else(|| Problem::internal(format!("the delivery {} is gone", delivery.id)))
    }

    /// Records that the link of a delivery was withdrawn.
    ///
    /// # Errors
    /// `NotFound` when the report has no such delivery, `Internal` when DynamoDB does not answer.
    pub async fn put_withdrawn(&self, report: Uuid, delivery: Uuid, now: Timestamp) -> Outcome<()> {
        let change = Change::default().set_once("linkWithdrawnAt", s(now.to_string()));
        let change = change.when(Condition::known_item());
        let changed = self.catalog.change::<Delivery>(&delivery_key(report, delivery), change).await?;
        changed.map(drop).ok_or_else(|| Problem::NotFound(format!("The report has no delivery {delivery}.")))
    }

    /// Records what came back from an address, by [`domain::address::Address::key`]. Whether the delivery is known.
    ///
    /// # Errors
    /// `Internal` when DynamoDB does not answer.
    pub async fn put_feedback(
        &self,
        report: Uuid,
        delivery: Uuid,
        address: &str,
        feedback: &Feedback,
    ) -> Outcome<bool> {
        let feedback = serde_dynamo::to_attribute_value(feedback).map_err(Problem::internal)?;
        let of_address = Path::from("feedback").member("address", address);
        let change = Change::default().set(of_address, feedback).when(Condition::known_item());
        Ok(self.catalog.change::<Delivery>(&delivery_key(report, delivery), change).await?.is_some())
    }

    /// The deliveries of a report, newest first: at most `limit`, those before `before`. And whether there are more.
    ///
    /// # Errors
    /// `Internal` when DynamoDB does not answer.
    pub async fn list(&self, report: Uuid, before: Option<Uuid>, limit: usize) -> Outcome<(Vec<Delivery>, bool)> {
        let query = self.catalog.client.query().table_name(&self.catalog.name).consistent_read(true);
        let query = query.scan_index_forward(false).expression_attribute_values(":pk", s(deliveries_partition(report)));
        let query = match before {
            None => query.key_condition_expression("pk = :pk"),
            Some(before) => query
                .key_condition_expression("pk = :pk AND sk < :before")
                .expression_attribute_values(":before", s(before)),
        };
        let now = ambient::now();
        let (mut found, mut start) = (Vec::new(), None);
        loop {
            let page = query.clone().limit(i32::try_from(limit + 1).unwrap_or(i32::MAX));
            let page = sent::query(page.set_exclusive_start_key(start)).await.map_err(fault)?;
            for item in page.items.unwrap_or_default() {
                found.push(from_item::<Delivery>(item)?);
            }
            start = page.last_evaluated_key;
            // In the order of time: behind an old one there are only older ones.
            let ended = found.last().is_some_and(|last| last.expires_at <= now);
            if ended || found.len() > limit || start.is_none() {
                break;
            }
        }
        found.retain(|delivery| delivery.expires_at > now);
        let more = found.len() > limit;
        found.truncate(limit);
        Ok((found.into_iter().map(|delivery| delivery.seen(now)).collect(), more))
    }
}
