//! `GET /api/v1/personal-access-tokens` — all access tokens, without their secrets.

use cxreports::{CxReports, TokenItem};
use domain::credential::Permission;
use lambda::{Error, Function, Gate, Reply, Request, reply, store::AccessTokens};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let (gate, tokens) = (&Gate::new(&function.aws)?, &AccessTokens::new(&function.aws)?);
    function.serve::<CxReports, _, _>(|request| list(gate, tokens, request)).await
}

async fn list(gate: &Gate, tokens: &AccessTokens, request: Request) -> Reply {
    gate.caller(&request, Permission::TokenAdmin).await?;
    let all = tokens.list().await?;
    reply::json(200, &all.into_iter().map(|token| TokenItem::new(token, None)).collect::<Vec<_>>())
}
