//! `PUT /api/folders/access` — what a role may do in a folder and in all that is below it.

use domain::{credential::Permission, tree::access::NewRule};
use informer::{AccessRule, Informer};
use lambda::{
    Error, Function, Gate, Reply, Request, reply,
    store::{Tree, Workspaces},
};

const MAX_BODY: usize = 64 * 1024;

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let (gate, tree) = (&Gate::new(&function.aws)?, &Tree::new(&function.aws)?);
    let workspaces = &Workspaces::new(&function.aws)?;
    function.serve(Informer, |request| put(gate, tree, workspaces, request)).await
}

async fn put(gate: &Gate, tree: &Tree, workspaces: &Workspaces, request: Request) -> Reply {
    let caller = gate.caller(&request, Permission::WorkspaceAdmin).await?;
    let rule = request.json::<NewRule>(MAX_BODY)?;
    let workspace = workspaces.find(rule.workspace.as_deref(), &caller).await?;
    tree.set_access(&workspace.code, &rule).await?;
    reply::json(200, &AccessRule::new(workspace.code, rule))
}
