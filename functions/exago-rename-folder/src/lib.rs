//! `POST /rest/folders/rename` — give a folder another name or another place, with all that is in it.

use domain::credential::Permission;
use exago::{
    Exago,
    folders::{Folder, Renaming, Status},
};
use lambda::{Error, Function, Gate, Reply, Request, reply, store::Tree};

/// Two paths of 64 names of 255 characters, in any writing.
const MAX_BODY: usize = 256 * 1024;

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let (gate, tree) = (&Gate::new(&function.aws)?, &Tree::new(&function.aws)?);
    function.serve(Exago, |request| rename(gate, tree, request)).await
}

async fn rename(gate: &Gate, tree: &Tree, request: Request) -> Reply {
    let (caller, session) = gate.session(&request, Permission::FolderWrite).await?;
    let Renaming { old, new } = Renaming::parse(&request.bytes(MAX_BODY)?)?;
    tree.rename(&session.workspace, &old, &new, caller.role).await?;
    reply::json(200, &Folder::new(&new, Status::Renamed))
}
