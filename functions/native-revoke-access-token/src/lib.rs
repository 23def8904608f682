//! `DELETE /api/v1/personal-access-tokens/{id}` — end an access token. The next call that presents it is refused.

use cxreports::CxReports;
use domain::credential::Permission;
use lambda::{Error, Function, Gate, Reply, Request, reply, store::AccessTokens};

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let (gate, tokens) = (&Gate::new(&function.aws)?, &AccessTokens::new(&function.aws)?);
    function.serve(CxReports, |request| revoke(gate, tokens, request)).await
}

async fn revoke(gate: &Gate, tokens: &AccessTokens, request: Request) -> Reply {
    gate.caller(&request, Permission::TokenAdmin).await?;
    tokens.revoke(&request.parameter("id")?).await?;
    reply::nothing()
}
