//! DynamoDB items, keys and transactions: what every aggregate's file shares.

use crate::{
    Aws, ambient,
    aws::Variable,
    change::{Change, Condition, Rendered},
    layout, sent,
};
use aws_sdk_dynamodb::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
    operation::{
        query::builders::QueryFluentBuilder, transact_write_items::TransactWriteItemsError,
        update_item::UpdateItemError,
    },
    types::{
        AttributeValue, CancellationReason, ConditionCheck, Delete, KeysAndAttributes, Put, ReturnValue,
        ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update,
    },
};
use backon::{ExponentialBuilder, Retryable};
use domain::{Outcome, Problem};
use serde::{Serialize, de::DeserializeOwned};
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

pub(crate) type Item = HashMap<String, AttributeValue>;

/// A string attribute.
pub(crate) fn s(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

/// A number attribute.
pub(crate) fn n(number: u64) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

/// The fault of a request to AWS, for the log: each cause in a few words, instead of the whole exchange.
pub(crate) fn fault<E: std::error::Error>(error: E) -> Problem {
    let mut causes = vec![error.to_string()];
    let mut next = error.source();
    while let Some(cause) = next {
        causes.push(cause.to_string());
        next = cause.source();
    }
    Problem::internal(causes.join(": "))
}

/// The key of an item: every table has a partition key `pk` and a sort key `sk`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Key(pub(crate) String, pub(crate) String);

impl Key {
    pub(crate) fn new(pk: impl Into<String>, sk: impl Into<String>) -> Self {
        Self(pk.into(), sk.into())
    }

    pub(crate) fn item(&self) -> Item {
        HashMap::from([("pk".into(), s(&self.0)), ("sk".into(), s(&self.1))])
    }
}

/// The item that keeps `value` under `key`, in the layout that is written.
pub(crate) fn to_item(key: &Key, value: &impl Serialize) -> Outcome<Item> {
    let mut item: Item = serde_dynamo::to_item(value).map_err(Problem::internal)?;
    item.extend(key.item());
    item.insert(layout::ATTRIBUTE.to_owned(), n(layout::written(&key.0)));
    Ok(item)
}

/// Reads what an item keeps.
pub(crate) fn from_item<T: DeserializeOwned>(item: Item) -> Outcome<T> {
    serde_dynamo::from_item(layout::read(item)?).map_err(Problem::internal)
}

/// A table.
#[derive(Clone)]
pub(crate) struct Table {
    pub(crate) client: Client,
    pub(crate) name: String,
}

impl Table {
    /// The table whose name is in a variable.
    ///
    /// # Errors
    /// `Internal` if the variable is missing.
    pub(crate) fn new(aws: &Aws, name: Variable) -> Outcome<Self> {
        Ok(Self { client: aws.dynamodb(), name: name.text()? })
    }

    /// Reads one item as it is now, not as it was a moment ago.
    pub(crate) async fn get<T: DeserializeOwned>(&self, key: &Key) -> Outcome<Option<T>> {
        self.get_item(key).await?.map(from_item).transpose()
    }

    /// As [`Table::get`], an item of which the attributes have names that are data.
    pub(crate) async fn get_item(&self, key: &Key) -> Outcome<Option<Item>> {
        let request = self.client.get_item().table_name(&self.name).set_key(Some(key.item())).consistent_read(true);
        Ok(sent::get_item(request).await.map_err(fault)?.item)
    }

    /// All items of a partition whose sort key starts with `prefix`.
    pub(crate) async fn partition<T: DeserializeOwned>(&self, pk: &str, prefix: &str) -> Outcome<Vec<T>> {
        let query = self.client.query().table_name(&self.name).consistent_read(true);
        let query = match prefix {
            "" => query.key_condition_expression("pk = :pk"),
            prefix => query
                .key_condition_expression("pk = :pk AND begins_with(sk, :sk)")
                .expression_attribute_values(":sk", s(prefix)),
        };
        let query = query.expression_attribute_values(":pk", s(pk));
        let (mut found, mut start) = (Vec::new(), None);
        loop {
            let page = sent::query(query.clone().set_exclusive_start_key(start)).await.map_err(fault)?;
            for item in page.items.unwrap_or_default() {
                found.push(from_item(item)?);
            }
            start = page.last_evaluated_key;
            if start.is_none() {
                return Ok(found);
            }
        }
    }

    /// The items with these keys, as they are now, in no order; those that are not there are left out.
    pub(crate) async fn get_all<T: DeserializeOwned>(&self, keys: &[Key]) -> Outcome<Vec<T>> {
        let mut found = Vec::new();
        // DynamoDB takes 100 keys at a time.
        for some in keys.chunks(100) {
            let mut left = some.iter().map(Key::item).collect::<Vec<_>>();
            while !left.is_empty() {
                let asked = KeysAndAttributes::builder().set_keys(Some(left)).consistent_read(true).build();
                let request = self.client.batch_get_item().request_items(&self.name, asked.map_err(Problem::internal)?);
                let answer = sent::batch_get_item(request).await.map_err(fault)?;
                let items = answer.responses.and_then(|mut tables| tables.remove(&self.name));
                for item in items.unwrap_or_default() {
                    found.push(from_item(item)?);
                }
                let unread = answer.unprocessed_keys.and_then(|mut tables| tables.remove(&self.name));
                left = unread.map(|unread| unread.keys).unwrap_or_default();
                if !left.is_empty() {
                    tokio::time::sleep(Duration::from_millis(30)).await;
                }
            }
        }
        Ok(found)
    }

    /// Writes the whole item by itself, if `condition` holds for the item that is there now. `false`: it does not.
    pub(crate) async fn write(&self, item: Item, condition: Option<Condition>) -> Outcome<bool> {
        let condition = Rendered::from(condition);
        let put = self.client.put_item().table_name(&self.name).set_item(Some(item));
        let put = put
            .set_condition_expression(condition.condition)
            .set_expression_attribute_names(condition.names)
            .set_expression_attribute_values(condition.values);
        match sent::put_item(put).await {
            Ok(_) => Ok(true),
            Err(error) if error.as_service_error().is_some_and(|e| e.is_conditional_check_failed_exception()) => {
                Ok(false)
            }
            Err(error) => Err(fault(error)),
        }
    }

    /// A write of the whole item, whatever is there now.
    pub(crate) fn put_always(&self, item: Item) -> Outcome<TransactWriteItem> {
        self.put_if(item, None)
    }

    /// A write of the whole item, if the condition holds for the item that is there now.
    pub(crate) fn put(&self, item: Item, condition: Condition) -> Outcome<TransactWriteItem> {
        self.put_if(item, Some(condition))
    }

    fn put_if(&self, item: Item, condition: Option<Condition>) -> Outcome<TransactWriteItem> {
        let condition = Rendered::from(condition);
        let put = Put::builder()
            .table_name(&self.name)
            .set_item(Some(item))
            .set_condition_expression(condition.condition)
            .set_expression_attribute_names(condition.names)
            .set_expression_attribute_values(condition.values);
        Ok(TransactWriteItem::builder().put(put.build().map_err(Problem::internal)?).build())
    }

    /// The conditions of a change, on an item that the transaction does not write.
    pub(crate) fn check(&self, key: &Key, change: Change) -> Outcome<TransactWriteItem> {
        let change = change.rendered();
        let check = ConditionCheck::builder()
            .table_name(&self.name)
            .set_key(Some(key.item()))
            .set_condition_expression(change.condition)
            .set_expression_attribute_names(change.names)
            .set_expression_attribute_values(change.values);
        Ok(TransactWriteItem::builder().condition_check(check.build().map_err(Problem::internal)?).build())
    }

    /// The removal of an item under the conditions of a change; when they do not hold, the refusal tells what was found.
    pub(crate) fn delete_if(&self, key: &Key, change: Change) -> Outcome<TransactWriteItem> {
        let change = change.rendered();
        let delete = Delete::builder()
            .table_name(&self.name)
            .set_key(Some(key.item()))
            .set_condition_expression(change.condition)
            .set_expression_attribute_names(change.names)
            .set_expression_attribute_values(change.values)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        Ok(TransactWriteItem::builder().delete(delete.build().map_err(Problem::internal)?).build())
    }

    /// The removal of an item, whether it is there or not.
    pub(crate) fn delete(&self, key: &Key) -> Outcome<TransactWriteItem> {
        let delete = Delete::builder().table_name(&self.name).set_key(Some(key.item()));
        Ok(TransactWriteItem::builder().delete(delete.build().map_err(Problem::internal)?).build())
    }

    /// Changes some attributes of an item, by itself, and answers the item as it is then; `None` if the conditions do not hold.
    /// A transaction that holds the item is waited for.
    pub(crate) async fn change<T: DeserializeOwned>(&self, key: &Key, change: Change) -> Outcome<Option<T>> {
        let change = change.rendered();
        let update = self.client.update_item().table_name(&self.name).set_key(Some(key.item()));
        let update = update
            .set_update_expression(change.update)
            .set_condition_expression(change.condition)
            .set_expression_attribute_names(change.names)
            .set_expression_attribute_values(change.values)
            .return_values(ReturnValue::AllNew);
        let (attempt, begun) = (|| sent::update_item(update.clone()), Instant::now());
        let held = |error: &SdkError<UpdateItemError>| {
            error.as_service_error().is_some_and(UpdateItemError::is_transaction_conflict_exception)
        };
        match attempt.retry(patience()).when(|error| held(error) && ambient::has_time(begun)).await {
            Ok(answer) => answer.attributes.map(from_item).transpose(),
            Err(error) if error.as_service_error().is_some_and(|e| e.is_conditional_check_failed_exception()) => {
                Ok(None)
            }
            Err(error) if held(&error) => Err(busy()),
            Err(error) => Err(fault(error)),
        }
    }

    /// A change of some attributes of an item, in a transaction.
    pub(crate) fn update(&self, key: &Key, change: Change) -> Outcome<TransactWriteItem> {
        let change = change.rendered();
        let update = Update::builder()
            .table_name(&self.name)
            .set_key(Some(key.item()))
            .set_update_expression(change.update)
            .set_condition_expression(change.condition)
            .set_expression_attribute_names(change.names)
            .set_expression_attribute_values(change.values);
        Ok(TransactWriteItem::builder().update(update.build().map_err(Problem::internal)?).build())
    }
}

/// How a transaction ended, when it did not go through. Nothing was written.
#[derive(Debug)]
pub(crate) enum Refused {
    /// The condition of the write with this position did not hold, and all before it did. With it the item that was found, if
    /// the write asked for it.
    Condition(usize, Item),
    /// Another transaction held one of the items.
    Collision,
    /// Anything else.
    Problem(Problem),
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

/// The pauses between the attempts of writers that try to get past one another, for as long as [`ambient::has_time`].
fn patience() -> ExponentialBuilder {
    ExponentialBuilder::default()
        .with_jitter()
        .with_min_delay(Duration::from_millis(15))
        // Short: a writer that has waited long must not wait on while newcomers are served.
        .with_max_delay(Duration::from_millis(150))
        .without_max_times()
}

/// The first items that a query finds behind `start`, at most `most`.
///
/// # Errors
/// `Internal` when DynamoDB does not answer.
pub(crate) async fn take_first<T: DeserializeOwned>(
    query: &QueryFluentBuilder,
    mut start: Option<Item>,
    most: usize,
) -> Outcome<Vec<T>> {
    let mut found = Vec::new();
    loop {
        let left = i32::try_from(most - found.len()).unwrap_or(i32::MAX);
        let page = sent::query(query.clone().limit(left).set_exclusive_start_key(start)).await.map_err(fault)?;
        for item in page.items.unwrap_or_default() {
            found.push(from_item(item)?);
        }
        start = page.last_evaluated_key;
        if start.is_none() || found.len() >= most {
            return Ok(found);
        }
    }
}

/// Makes all of the writes or none of them. Collisions with other transactions are tried again with jitter.
pub(crate) async fn transact(client: &Client, writes: Vec<TransactWriteItem>) -> Result<(), Refused> {
    let (attempt, begun) = (|| transact_once(client, writes.clone()), Instant::now());
    let again = |refused: &Refused| matches!(refused, Refused::Collision) && ambient::has_time(begun);
    let ended = attempt.retry(patience()).when(again).await;
    ended.map_err(|refused| match refused {
        Refused::Collision => Refused::Problem(busy()),
        other => other,
    })
}

/// Makes all of the writes or none of them, for writers who begin anew when they are overtaken: see [`until_settled`].
pub(crate) async fn transact_once(client: &Client, writes: Vec<TransactWriteItem>) -> Result<(), Refused> {
    let request = client.transact_write_items().set_transact_items(Some(writes));
    sent::transact_write_items(request).await.map(drop).map_err(refusal)
}

/// What a caller is told when others were always faster.
pub(crate) fn busy() -> Problem {
    Problem::Busy(
        "Others are changing the same thing at this moment. Nothing was changed; try again in a second.".into(),
    )
}

type TransactError = SdkError<TransactWriteItemsError>;

fn refusal(error: TransactError) -> Refused {
    let in_progress =
        error.as_service_error().and_then(ProvideErrorMetadata::code) == Some("TransactionInProgressException");
    let code = |reason: &CancellationReason, code: &str| reason.code() == Some(code);
    let reasons = reasons(&error);
    // First: of an item that another transaction held nobody knows whether its condition held.
    let held = |reason| code(reason, "TransactionConflict") || code(reason, "ThrottlingError");
    if in_progress || reasons.iter().any(held) {
        return Refused::Collision;
    }
    match reasons.iter().position(|reason| code(reason, "ConditionalCheckFailed")) {
        Some(position) => Refused::Condition(position, reasons[position].item.clone().unwrap_or_default()),
        None => Refused::Problem(fault(error)),
    }
}

fn reasons(error: &TransactError) -> &[CancellationReason] {
    match error.as_service_error() {
        Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => cancelled.cancellation_reasons(),
        _ => &[],
    }
}

/// Runs `attempt` until it is not overtaken by another writer (`Ok(None)`), with jitter, for the time that the request has. Each attempt reads
/// what it changes, so that the result is that of all writers.
pub(crate) async fn until_settled<T, F, A>(attempt: F) -> Outcome<T>
where
    F: Fn() -> A,
    A: Future<Output = Outcome<Option<T>>>,
{
    let begun = Instant::now();
    let overtaken = || async { attempt().await.map_err(Some)?.ok_or(None) };
    let again = |problem: &Option<Problem>| problem.is_none() && ambient::has_time(begun);
    let settled = overtaken.retry(patience()).when(again).await;
    settled.map_err(|problem: Option<Problem>| problem.unwrap_or_else(busy))
}

/// As [`until_settled`], for a caller that has read what it changes: the first attempt takes that, each further one what `read` finds.
pub(crate) async fn until_settled_from<S, T, R, B, F, A>(found: S, read: R, attempt: F) -> Outcome<T>
where
    R: Fn() -> B,
    B: Future<Output = Outcome<S>>,
    F: Fn(S) -> A,
    A: Future<Output = Outcome<Option<T>>>,
{
    let first = Mutex::new(Some(found));
    let first = || first.lock().unwrap_or_else(PoisonError::into_inner).take();
    until_settled(async || {
        let found = match first() {
            Some(found) => found,
            None => read().await?,
        };
        attempt(found).await
    })
    .await
}
