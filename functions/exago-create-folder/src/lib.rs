//! `POST /rest/folders/{path}` — make a folder in a folder that is there.

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
    function.serve(Exago, |request| create(gate, tree, request)).await
}

async fn create(gate: &Gate, tree: &Tree, request: Request) -> Reply {
    let text = request.path_parameter("path");
    // Of the casings of this call only some are routes of their own; the others come here.
    if text.eq_ignore_ascii_case("rename") {
        return reply::moved(exago::address::RENAME, request.raw_query());
    }
    let (caller, session) = gate.session(&request, Permission::FolderWrite).await?;
    let path = path::from_address(&text)?;
    path::check_new(&path)?;
    tree.create(&session.workspace, &path, caller.role).await?;
    reply::json(200, &Folder::new(&path, Status::Created))
}
