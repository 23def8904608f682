//! `PATCH /rest/sessions/{sid}` — let a session be about another workspace (`Config`). Settings of Exago's own user interface are
//! accepted and change nothing: there is no such interface here.

use domain::{credential::Permission, session::SessionId};
use exago::{Exago, sessions};
use lambda::{
    Error, Function, Gate, Reply, Request, reply,
    store::{Sessions, Workspaces},
};

const MAX_BODY: usize = 64 * 1024;

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let (gate, sessions) = (&Gate::new(&function.aws)?, &Sessions::new(&function.aws)?);
    let workspaces = &Workspaces::new(&function.aws)?;
    function.serve(Exago, |request| update(gate, sessions, workspaces, request)).await
}

async fn update(gate: &Gate, sessions: &Sessions, workspaces: &Workspaces, request: Request) -> Reply {
    let id = SessionId::parse(&request.path_parameter("sid"));
    let (caller, session) = gate.session_of(&request, id.as_ref(), Permission::ReportRead).await?;
    let workspace = sessions::new_workspace(&request.bytes(MAX_BODY)?)?;
    if let (Some(id), Some(name)) = (id, workspace) {
        let workspace = workspaces.find(Some(&name), &caller).await?.code;
        sessions.move_to(&id, &session, &workspace).await?;
    }
    reply::nothing()
}
