//! `GET /rest/sessions/{sid}` — a session of the caller's access token.

use domain::{credential::Permission, session::SessionId};
use exago::{Exago, sessions};
use lambda::{Error, Function, Gate, Reply, Request, reply};

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let gate = &Gate::new(&function.aws)?;
    function.serve(Exago, |request| get(gate, request)).await
}

async fn get(gate: &Gate, request: Request) -> Reply {
    let id = SessionId::parse(&request.path_parameter("sid"));
    gate.session_of(&request, id.as_ref(), Permission::ReportRead).await?;
    let id = id.map(|id| id.reveal()).unwrap_or_default();
    reply::json(200, &sessions::Session::new(id, request.public_url()))
}
