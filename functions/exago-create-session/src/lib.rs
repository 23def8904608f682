//! `POST /rest/sessions` — begin a session: every other call of the Exago dialect names one. `?config=` is the workspace.

use domain::credential::Permission;
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
    function.serve(Exago, |request| create(gate, sessions, workspaces, request)).await
}

async fn create(gate: &Gate, sessions: &Sessions, workspaces: &Workspaces, request: Request) -> Reply {
    let caller = gate.caller(&request, Permission::ReportRead).await?;
    sessions::check_body(&request.bytes(MAX_BODY)?)?;
    let workspace = workspaces.find(request.query("config").as_deref(), &caller).await?;
    let id = sessions.begin(&caller, &workspace.code).await?.reveal();
    let session = sessions::Session::new(id.clone(), request.public_url());
    reply::json_with(reply::status(201).header("location", format!("/rest/sessions/{id}")), &session)
}
