//! `DELETE /rest/folders/{path}` — remove an empty folder.

use domain::credential::Permission;
use exago::{
    Exago,
    folders::{Folder, Status},
    path,
};
use lambda::{Error, Function, Gate, Reply, Request, reply, store::Tree};

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let (gate, tree) = (&Gate::new(&function.aws)?, &Tree::new(&function.aws)?);
    function.serve(Exago, |request| delete(gate, tree, request)).await
}

async fn delete(gate: &Gate, tree: &Tree, request: Request) -> Reply {
    let (caller, session) = gate.session(&request, Permission::FolderWrite).await?;
    let path = path::from_address(&request.path_parameter("path"))?;
    tree.delete(&session.workspace, &path, caller.role).await?;
    reply::json(200, &Folder::new(&path, Status::Deleted))
}
