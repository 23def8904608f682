//! Makes the first access token. No route reaches this function: whoever may invoke it by IAM may have a token (`make token`).

use cxreports::TokenItem;
use domain::credential::NewAccessToken;
use lambda::{Error, Function, store::AccessTokens};
use lambda_runtime::LambdaEvent;
use serde_json::Value;

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let tokens = &AccessTokens::new(&function.aws)?;
    function.invoked(|event| create(tokens, event)).await
}

async fn create(tokens: &AccessTokens, event: LambdaEvent<Value>) -> Result<TokenItem, Error> {
    let new: NewAccessToken = serde_json::from_value(event.payload)?;
    let (token, secret) = tokens.create(new, "operator").await?;
    Ok(TokenItem::new(token, Some(secret.reveal())))
}
