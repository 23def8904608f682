//! `POST /api/v1/personal-access-tokens` — make an access token. This answer is the only one that ever shows it.

use cxreports::{CxReports, TokenItem};
use domain::credential::{NewAccessToken, Permission};
use lambda::{Error, Function, Gate, Reply, Request, reply, store::AccessTokens};

const MAX_BODY: usize = 64 * 1024;

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let (gate, tokens) = (&Gate::new(&function.aws)?, &AccessTokens::new(&function.aws)?);
    function.serve(CxReports, |request| create(gate, tokens, request)).await
}

async fn create(gate: &Gate, tokens: &AccessTokens, request: Request) -> Reply {
    let caller = gate.caller(&request, Permission::TokenAdmin).await?;
    let (token, secret) = tokens.create(request.json::<NewAccessToken>(MAX_BODY)?, &caller.user).await?;
    let path = format!("/api/v1/personal-access-tokens/{}", token.id);
    reply::json_with(reply::status(201).header("location", path), &TokenItem::new(token, Some(secret.reveal())))
}
