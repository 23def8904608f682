//! `DELETE /api/mail/suppressions/{address}` — have mail sent to an address again.

use domain::credential::Permission;
use informer::Informer;
use lambda::{Error, Function, Gate, Reply, Request, reply, store::Suppressions};

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let (gate, suppressions) = (&Gate::new(&function.aws)?, &Suppressions::new(&function.aws)?);
    function.serve(Informer, |request| lift(gate, suppressions, request)).await
}

async fn lift(gate: &Gate, suppressions: &Suppressions, request: Request) -> Reply {
    gate.caller(&request, Permission::WorkspaceAdmin).await?;
    suppressions.lift(&request.parameter("address")?).await?;
    reply::nothing()
}
