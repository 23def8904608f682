//! `GET /api/v1/personal-access-tokens` — the access tokens, page by page, without their secrets.

use cxreports::{CxReports, TokenItem};
use domain::credential::Permission;
use lambda::{Error, Function, Gate, Reply, Request, reply, store::AccessTokens};

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let (gate, tokens) = (&Gate::new(&function.aws)?, &AccessTokens::new(&function.aws)?);
    function.serve(CxReports, |request| list(gate, tokens, request)).await
}

async fn list(gate: &Gate, tokens: &AccessTokens, request: Request) -> Reply {
    gate.caller(&request, Permission::TokenAdmin).await?;
    let limit = request.query_number("limit", 1_000, 1..=1_000)?;
    let (page, next) = tokens.list(request.query("cursor").as_deref(), limit as usize).await?;
    let next = next.map(|cursor| format!("/api/v1/personal-access-tokens?limit={limit}&cursor={cursor}"));
    let items: Vec<_> = page.into_iter().map(|token| TokenItem::new(token, None)).collect();
    reply::json_page(next.as_deref(), &items)
}
