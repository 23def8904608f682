//! Personal access tokens. A token's record is found by the public half of the token; the list of all tokens is a partition of
//! pointers, so that calls in progress never meet in one partition.

use crate::{
    Aws, Leads, Reports, ambient,
    aws::Variable,
    change::{Change, Condition},
    keys::{alias, restricted_key},
    sent,
    sessions::session_key,
    table::{Item, Key, Refused, Table, busy, fault, from_item, s, take_first, to_item, transact},
    tree::Restricted,
};
use aws_sdk_dynamodb::types::KeysAndAttributes;
use domain::{
    Outcome, Problem,
    credential::{AccessToken, NewAccessToken, Secret},
    cursor,
    names::ReportRef,
    session::{Session, SessionId},
};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// The table of tokens.
#[derive(Clone)]
pub struct AccessTokens {
    access: Table,
}

/// Where all tokens are listed.
const LIST: &str = "TOKENS";

#[derive(Serialize, Deserialize)]
struct Listed {
    #[serde(rename = "sk", skip_serializing, default)]
    place: String,
    id: String,
}

/// Where a token is in the list: in the order of time.
fn place(token: &AccessToken) -> Key {
    Key::new(LIST, format!("{:.3}#{}", token.created_at, token.id))
}

/// What lists are called in cursors.
const TOKENS: &str = "tokens";

/// What one request finds; a session has no `secretHash`.
#[derive(Deserialize)]
#[serde(untagged)]
enum Found {
    Token(Box<AccessToken>),
    Session(Session),
}

/// Whether an item has this partition key.
fn is_at(item: &Item, key: &Key) -> bool {
    item.get("pk").and_then(|pk| pk.as_s().ok()) == Some(&key.0)
}

fn key(id: &str) -> Key {
    Key::new(format!("TOKEN#{id}"), "TOKEN")
}

impl AccessTokens {
    /// # Errors
    /// `Internal` if a variable is missing.
    pub fn new(aws: &Aws) -> Outcome<Self> {
        let access = Table::new(aws, Variable::AccessTable)?;
        Ok(Self { access })
    }

    /// The record of a presented token.
    ///
    /// # Errors
    /// `Internal` when DynamoDB does not answer.
    pub async fn find(&self, secret: &Secret) -> Outcome<Option<AccessToken>> {
        self.by_id(secret.id()).await
    }

    /// The record of the token with this id; whoever asks proves the caller in another way.
    ///
    /// # Errors
    /// `Internal` when DynamoDB does not answer.
    pub async fn by_id(&self, id: &str) -> Outcome<Option<AccessToken>> {
        self.access.get(&key(id)).await
    }

    /// As [`AccessTokens::find`] and, in the same request, the session with this id.
    ///
    /// # Errors
    /// `Internal` when DynamoDB does not answer.
    pub async fn find_with_session(
        &self,
        secret: &Secret,
        session: &SessionId,
    ) -> Outcome<(Option<AccessToken>, Option<Session>)> {
        let (token, session) = (key(secret.id()), session_key(session));
        let (mut found_token, mut found_session) = (None, None);
        for found in self.access.get_all(&[token, session]).await? {
            match found {
                Found::Token(token) => found_token = Some(*token),
                Found::Session(session) => found_session = Some(session),
            }
        }
        Ok((found_token, found_session))
    }

    /// As [`AccessTokens::find`] and, in the same request, for which roles there are rules about folders.
    ///
    /// # Errors
    /// `Internal` when DynamoDB does not answer, `Busy` when it has too much to do.
    pub async fn find_with_rules(
        &self,
        secret: &Secret,
        reports: &Reports,
    ) -> Outcome<(Option<AccessToken>, Restricted)> {
        let catalog = reports.table_name();
        let mut found = self.both(&key(secret.id()), catalog, &[restricted_key()]).await?;
        let mut take = |table: &str| found.remove(table).and_then(|mut items| items.pop());
        let token = take(&self.access.name).map(from_item).transpose()?;
        let restricted = take(catalog).map(from_item).transpose()?.unwrap_or_default();
        Ok((token, restricted))
    }

    /// As [`AccessTokens::find`] and, in the same request, the reports that the name in the path leads to and for which roles there
    /// are rules about folders: look-ups that most calls need, in the time of one.
    ///
    /// # Errors
    /// `Internal` when DynamoDB does not answer, `Busy` when it has too much to do.
    pub async fn find_with(
        &self,
        secret: &Secret,
        reports: &Reports,
        report: &ReportRef,
    ) -> Outcome<(Option<AccessToken>, Leads, Restricted)> {
        let (catalog, alias) = (reports.table_name(), alias(report));
        let of_catalog = alias.into_iter().chain([restricted_key()]).collect::<Vec<_>>();
        let mut found = self.both(&key(secret.id()), catalog, &of_catalog).await?;
        let mut take = |table: &str| found.remove(table).unwrap_or_default();
        let token = take(&self.access.name).pop().map(from_item).transpose()?;
        let (mut restricted, mut aliases): (Vec<_>, Vec<_>) =
            take(catalog).into_iter().partition(|item| is_at(item, &restricted_key()));
        let restricted = restricted.pop().map(from_item).transpose()?.unwrap_or_default();
        let leads = match report {
            ReportRef::Uid(uid) => Leads::to_uid(*uid),
            _ => aliases.pop().map(|item| Leads::of_item(report, item)).transpose()?.unwrap_or_default(),
        };
        Ok((token, leads, restricted))
    }

    async fn both(&self, token: &Key, catalog: &str, of_catalog: &[Key]) -> Outcome<HashMap<String, Vec<Item>>> {
        let some = |keys: &[Key]| {
            let keys = keys.iter().map(Key::item).collect();
            KeysAndAttributes::builder().set_keys(Some(keys)).consistent_read(true).build()
        };
        let request = self.access.client.batch_get_item();
        let request = request
            .request_items(&self.access.name, some(std::slice::from_ref(token)).map_err(Problem::internal)?)
            .request_items(catalog, some(of_catalog).map_err(Problem::internal)?);
        let answer = sent::batch_get_item(request).await.map_err(fault)?;
        if answer.unprocessed_keys().is_some_and(|keys| !keys.is_empty()) {
            return Err(Problem::Busy("The service is very busy. Try again in a second.".into()));
        }
        Ok(answer.responses.unwrap_or_default())
    }

    /// Makes a token for `user`; the secret is in the answer and nowhere else.
    ///
    /// # Errors
    /// `Invalid` for wrong fields.
    pub async fn create(&self, new: NewAccessToken, user: &str) -> Outcome<(AccessToken, Secret)> {
        let (token, secret) = new.issue(user, ambient::random()?, ambient::random()?, ambient::now())?;
        let listed = Listed { place: String::new(), id: token.id.clone() };
        let writes = vec![
            self.access.put(to_item(&key(&token.id), &token)?, Condition::new_item())?,
            self.access.put(to_item(&place(&token), &listed)?, Condition::new_item())?,
        ];
        transact(&self.access.client, writes).await.map_err(|refused| match refused {
            Refused::Condition(..) => Problem::internal("two tokens drew the same id"),
            Refused::Problem(problem) => problem,
            Refused::Collision => busy(),
        })?;
        Ok((token, secret))
    }

    /// At most `most` tokens, oldest first, from the page on that the cursor leads to; and the cursor of the next page, if there is one.
    ///
    /// # Errors
    /// `Invalid` for a wrong cursor.
    pub async fn list(&self, cursor: Option<&str>, most: usize) -> Outcome<(Vec<AccessToken>, Option<String>)> {
        let after = cursor::read(TOKENS, cursor)?;
        let mut listed = self.listed(after.as_deref(), most + 1).await?;
        let more = listed.len() > most;
        listed.truncate(most);
        let next = listed.last().filter(|_| more).map(|last| cursor::write(TOKENS, &last.place));
        let keys: Vec<_> = listed.iter().map(|listed| key(&listed.id)).collect();
        let mut tokens: Vec<AccessToken> = self.access.get_all(&keys).await?;
        tokens.sort_by_cached_key(|token| place(token).1);
        Ok((tokens, next))
    }

    async fn listed(&self, after: Option<&str>, most: usize) -> Outcome<Vec<Listed>> {
        let query = self.access.client.query().table_name(&self.access.name).consistent_read(true);
        let query = query.key_condition_expression("pk = :pk").expression_attribute_values(":pk", s(LIST));
        take_first(&query, after.map(|after| Key::new(LIST, after).item()), most).await
    }

    /// Ends a token: the next call that presents it is refused.
    ///
    /// # Errors
    /// `NotFound` when there is no such token.
    pub async fn revoke(&self, id: &str) -> Outcome<()> {
        let gone = || Problem::NotFound("There is no access token with this id.".into());
        let token = self.access.get::<AccessToken>(&key(id)).await?.ok_or_else(gone)?;
        let writes = vec![self.access.delete(&key(id))?, self.access.delete(&place(&token))?];
        transact(&self.access.client, writes).await.map_err(|refused| match refused {
            Refused::Condition(..) => gone(),
            Refused::Problem(problem) => problem,
            Refused::Collision => busy(),
        })
    }

    /// Records that the token was used, to the hour: more would make every read a write.
    pub async fn touch(&self, token: &AccessToken, now: Timestamp) {
        let recent = |at: Timestamp| now.duration_since(at) < SignedDuration::from_hours(1);
        if token.last_used_at.is_some_and(recent) {
            return;
        }
        // A token that is revoked at this moment must not come back as an empty item.
        let change = Change::default().set("lastUsedAt", s(now.to_string())).when(Condition::known_item());
        if let Err(error) = self.access.change::<AccessToken>(&key(&token.id), change).await {
            tracing::warn!(%error, "the last use of a token was not recorded");
        }
    }
}
