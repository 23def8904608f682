//! `DELETE /rest/sessions/{sid}` — end a session of the caller's access token.

use domain::{credential::Permission, session::SessionId};
use exago::Exago;
use lambda::{Error, Function, Gate, Reply, Request, reply, store::Sessions};

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let (gate, sessions) = (&Gate::new(&function.aws)?, &Sessions::new(&function.aws)?);
    function.serve(Exago, |request| delete(gate, sessions, request)).await
}

async fn delete(gate: &Gate, sessions: &Sessions, request: Request) -> Reply {
    let id = SessionId::parse(&request.path_parameter("sid"));
    gate.session_of(&request, id.as_ref(), Permission::ReportRead).await?;
    if let Some(id) = id {
        sessions.end(&id).await?;
    }
    reply::nothing()
}
