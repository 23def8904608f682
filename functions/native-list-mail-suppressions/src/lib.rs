//! `GET /api/mail/suppressions` — the addresses to which nothing is sent any more, and why.

use domain::credential::Permission;
use informer::{Informer, SuppressionList};
use lambda::{Error, Function, Gate, Reply, Request, reply, store::Suppressions};

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let (gate, suppressions) = (&Gate::new(&function.aws)?, &Suppressions::new(&function.aws)?);
    function.serve(Informer, |request| list(gate, suppressions, request)).await
}

async fn list(gate: &Gate, suppressions: &Suppressions, request: Request) -> Reply {
    gate.caller(&request, Permission::WorkspaceAdmin).await?;
    reply::json(200, &SuppressionList::new(suppressions.list().await?))
}
