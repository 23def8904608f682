//! `POST /api/v1/nonce-tokens` — a nonce, which the first request of a preview turns into a cookie: so a page of another site shows
//! a preview, and the access token never leaves that site's server.

use cxreports::{CxReports, preview::NonceItem};
use domain::credential::Permission;
use lambda::{Error, Function, Gate, Reply, Request, reply, store::Previews};

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let (gate, previews) = (&Gate::new(&function.aws)?, &Previews::new(&function.aws)?);
    function.serve(CxReports, |request| create(gate, previews, request)).await
}

async fn create(gate: &Gate, previews: &Previews, request: Request) -> Reply {
    let caller = gate.caller(&request, Permission::ReportRead).await?;
    let nonce = previews.begin(&caller).await?;
    reply::json(200, &NonceItem::from(&nonce))
}
