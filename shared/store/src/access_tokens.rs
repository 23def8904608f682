//! Personal access tokens. A token's record is found by the public half of the token; the list of all tokens is a partition of
//! pointers, so that calls in progress never meet in one partition.

use crate::{
    Aws, Reports, ambient,
    aws::Variable,
    keys::alias,
    table::{Item, Key, Refused, Table, fault, from_item, s, to_item, transact},
};
use aws_sdk_dynamodb::types::KeysAndAttributes;
use domain::{
    Outcome, Problem,
    credential::{AccessToken, NewAccessToken, Secret},
    names::ReportRef,
};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use uuid::Uuid;

/// The table of tokens.
#[derive(Clone)]
pub struct AccessTokens {
    access: Table,
}

/// Where all tokens are listed.
const LIST: &str = "TOKENS";

#[derive(Serialize, Deserialize)]
struct Listed {
    id: String,
}

#[derive(Deserialize)]
struct Alias {
    uid: Uuid,
}

fn key(id: &str) -> Key {
    Key::new(format!("TOKEN#{id}"), "TOKEN")
}

impl AccessTokens {
    /// # Errors
    /// `Internal` if a variable is missing.
    pub fn new(aws: &Aws) -> Outcome<Self> {
        let access = Table { client: aws.dynamodb(), name: Variable::AccessTable.text()? };
        Ok(Self { access })
    }

    /// The record of a presented token.
    ///
    /// # Errors
    /// `Internal` when DynamoDB does not answer.
    pub async fn find(&self, secret: &Secret) -> Outcome<Option<AccessToken>> {
        self.access.get(&key(secret.id())).await
    }

    /// As [`AccessTokens::find`] and, in the same request, the uid of the report that the path names: two look-ups that most
    /// calls need, in the time of one.
    ///
    /// # Errors
    /// `Internal` when DynamoDB does not answer, `Busy` when it has too much to do.
    pub async fn find_with(
        &self,
        secret: &Secret,
        reports: &Reports,
        report: &ReportRef,
    ) -> Outcome<(Option<AccessToken>, Option<Uuid>)> {
        let Some(alias) = alias(report) else {
            let ReportRef::Uid(uid) = report else { return Ok((self.find(secret).await?, None)) };
            return Ok((self.find(secret).await?, Some(*uid)));
        };
        let catalog = reports.table_name();
        let mut found = self.both(&key(secret.id()), catalog, &alias).await?;
        let mut one = |table: &str| found.remove(table).and_then(|mut items| items.pop());
        let token = one(&self.access.name).map(from_item).transpose()?;
        let uid = one(catalog).map(from_item::<Alias>).transpose()?.map(|alias| alias.uid);
        Ok((token, uid))
    }

    async fn both(&self, token: &Key, catalog: &str, alias: &Key) -> Outcome<HashMap<String, Vec<Item>>> {
        let one = |key: &Key| KeysAndAttributes::builder().keys(key.item()).consistent_read(true).build();
        let request = self.access.client.batch_get_item();
        let request = request
            .request_items(&self.access.name, one(token).map_err(Problem::internal)?)
            .request_items(catalog, one(alias).map_err(Problem::internal)?);
        let answer = request.send().await.map_err(fault)?;
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
        let listed = Listed { id: token.id.clone() };
        let writes = vec![
            self.access.put(to_item(&key(&token.id), &token)?, "attribute_not_exists(pk)")?,
            self.access.put(to_item(&Key::new(LIST, &token.id), &listed)?, "attribute_not_exists(pk)")?,
        ];
        transact(&self.access.client, writes).await.map_err(|refused| match refused {
            Refused::Condition(_) => Problem::internal("two tokens drew the same id"),
            Refused::Problem(problem) => problem,
        })?;
        Ok((token, secret))
    }

    /// Every token, oldest first.
    ///
    /// # Errors
    /// `Internal` when DynamoDB does not answer.
    pub async fn list(&self) -> Outcome<Vec<AccessToken>> {
        let mut tokens = Vec::new();
        for Listed { id } in self.access.partition::<Listed>(LIST, "").await? {
            tokens.extend(self.access.get::<AccessToken>(&key(&id)).await?);
        }
        tokens.sort_by(|a, b| a.created_at.cmp(&b.created_at).then_with(|| a.id.cmp(&b.id)));
        Ok(tokens)
    }

    /// Ends a token: the next call that presents it is refused.
    ///
    /// # Errors
    /// `NotFound` when there is no such token.
    pub async fn revoke(&self, id: &str) -> Outcome<()> {
        let gone = || Problem::NotFound("There is no access token with this id.".into());
        if self.access.get::<AccessToken>(&key(id)).await?.is_none() {
            return Err(gone());
        }
        let writes = vec![self.access.delete(&key(id))?, self.access.delete(&Key::new(LIST, id))?];
        transact(&self.access.client, writes).await.map_err(|refused| match refused {
            Refused::Condition(_) => gone(),
            Refused::Problem(problem) => problem,
        })
    }

    /// Records that the token was used, to the hour: more would make every read a write.
    pub async fn touch(&self, token: &AccessToken, now: Timestamp) {
        let recent = |at: Timestamp| now.duration_since(at) < SignedDuration::from_hours(1);
        if token.last_used_at.is_some_and(recent) {
            return;
        }
        let update =
            self.access.client.update_item().table_name(&self.access.name).set_key(Some(key(&token.id).item()));
        let update = update
            .update_expression("SET lastUsedAt = :now")
            // A token that is revoked at this moment must not come back as an empty item.
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_values(":now", s(now.to_string()));
        if let Err(error) = update.send().await {
            tracing::warn!(error = %fault(error), "the last use of a token was not recorded");
        }
    }
}
